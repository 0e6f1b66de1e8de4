/** Asks a message for everything it can tell: for property tests and the fuzzer. */
import { parseMultipart, parseSdp, partType, type SipMessage, SipSyntaxError, validate } from "../mod.ts";
import { ESSENTIAL, OTHERS } from "../validate/fields.ts";

/** How many views could be read; throws whatever is not a SipSyntaxError. */
export function exercise(message: SipMessage): number {
  let read = 0;
  const attempt = (view: () => unknown) => {
    try {
      touch(view(), 0);
      read++;
    } catch (error) {
      if (!(error instanceof SipSyntaxError)) throw error;
    }
  };
  for (const [, view] of [...ESSENTIAL, ...OTHERS]) attempt(() => view(message));
  for (const name of message.names()) {
    attempt(() => [message.values(name), message.all(name), message.rawLines(name)]);
  }
  attempt(() => message.vias.map((via) => [via.branch, via.received, via.rport]));
  attempt(() => message.contacts.map((contact) => contact === "*" || contact.expires));
  if (message.kind === "request") attempt(() => message.uri);
  attempt(() => validate(message, { extensions: [], mediaTypes: [], methods: [], authentication: [] }));
  attempt(() => parseMultipart(message.get("Content-Type") ?? "", message.body).map(partType));
  attempt(() => describe(message.text()));
  return read;
}

/** Every typed attribute of a session description. */
function describe(text: string): void {
  const sdp = parseSdp(text);
  if (sdp.toString() !== text) throw new Error("the description came back changed");
  touch([sdp.defects, sdp.origin], 0);
  for (const section of [sdp, ...sdp.media]) {
    touch(
      [section.connection, section.bandwidths, section.crypto, section.fingerprints, section.floorids],
      0,
    );
    touch([section.currentStatus, section.desiredStatus, section.confirm, section.confid, section.path], 0);
  }
}

/** Reads all getters and methods without arguments of what a view gave. */
function touch(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null || depth > 4) return;
  if (Array.isArray(value)) {
    for (const one of value) touch(one, depth + 1);
    return;
  }
  String(value);
  if ("entries" in value && typeof value.entries === "function") value.entries();
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(value))) {
    const descriptor = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value), name);
    if (descriptor?.get !== undefined) touch(descriptor.get.call(value), depth + 1);
  }
  for (const one of Object.values(value)) touch(one, depth + 1);
}
