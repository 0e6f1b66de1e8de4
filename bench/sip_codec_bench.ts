/**
 * How fast sip-codec parses and writes, beside npm `sip` and `drachtio-sip`, in one run: `deno task bench`.
 *
 * Every parser gets the same octets and reads the same views: Via (branch), From and To (URI, tag), Contact (URI),
 * CSeq (number, method), and the credentials of Authorization where they are. `sip` types them while it parses;
 * `drachtio-sip` when asked. None of the three is asked for the SDP, which only sip-codec could parse.
 * Writing: the message as parsed, and with one more Via on top, as a proxy sends it on.
 *
 * The peers are imported by name at run time and stay out of the import map: their dependencies (a linter among
 * them) would be downloaded by everybody's first run of anything.
 */
import { parseMessage } from "../harness/sip-codec/mod.ts";
import { inviteOctets, registerOctets } from "./sip_codec_messages.ts";

/** One parser under test; `read` returns something of each view so that nothing is optimised away. */
interface Contender {
  readonly name: string;
  read(octets: Uint8Array): number;
  write(octets: Uint8Array): () => number;
  writeChanged(octets: Uint8Array): () => number;
}

const VIA = "SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK-proxy-1";
/** Takes what was read, so that reading is not optimised away. */
let sink = 0;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

const contenders: Contender[] = [ours(), await npmSip(), await drachtio()];
const messages = [
  { title: "REGISTER", octets: registerOctets },
  { title: "INVITE with SDP", octets: inviteOctets },
];

const rows: string[][] = [["", ...contenders.map(({ name }) => name), "sip-codec / sip"]];
for (const { title, octets } of messages) {
  const size = `${title}, ${octets.length} octets`;
  rows.push(row(`${size}: parse and read`, (one) => () => one.read(octets)));
  rows.push(row(`${size}: write as parsed`, (one) => one.write(octets)));
  rows.push(row(`${size}: add a Via and write`, (one) => one.writeChanged(octets)));
}
print(rows);
if (sink === 0) throw new Error("nothing was read");

function ours(): Contender {
  return {
    name: "sip-codec",
    read(octets) {
      const message = parseMessage(octets);
      const { via, from, to, contact, cseq } = message;
      const credentials = message.authorization[0];
      return (via?.branch?.length ?? 0) + (from?.tag?.length ?? 0) + String(from?.uri).length +
        (to?.tag?.length ?? 0) +
        String(to?.uri).length + String(contact?.uri).length + (cseq?.seq ?? 0) + (cseq?.method.length ?? 0) +
        (credentials?.parameters.get("nonce")?.length ?? 0);
    },
    write(octets) {
      const message = parseMessage(octets);
      return () => message.toBytes().length;
    },
    writeChanged(octets) {
      const message = parseMessage(octets);
      return () => message.clone().prepend("Via", VIA).toBytes().length;
    },
  };
}

async function npmSip(): Promise<Contender> {
  const sip = await npm("sip", "0.0.6");
  return {
    name: "sip 0.0.6",
    read(octets) {
      const { headers } = sip.parse(decoder.decode(octets));
      const credentials = headers.authorization?.[0];
      return headers.via[0].params.branch.length + (headers.from.params.tag?.length ?? 0) +
        headers.from.uri.length +
        (headers.to.params.tag?.length ?? 0) + headers.to.uri.length + headers.contact[0].uri.length +
        headers.cseq.seq + headers.cseq.method.length + (credentials?.nonce?.length ?? 0);
    },
    write(octets) {
      const message = sip.parse(decoder.decode(octets));
      return () => encoder.encode(sip.stringify(message)).length;
    },
    writeChanged(octets) {
      const message = sip.parse(decoder.decode(octets));
      const via = sip.parse(`OPTIONS sip:x SIP/2.0\r\nVia: ${VIA}\r\n\r\n`).headers.via[0];
      return () => {
        const headers = { ...message.headers, via: [via, ...message.headers.via] };
        return encoder.encode(sip.stringify({ ...message, headers })).length;
      };
    },
  };
}

async function drachtio(): Promise<Contender> {
  const { SipMessage } = await npm("drachtio-sip", "0.6.3");
  return {
    name: "drachtio-sip 0.6.3",
    read(octets) {
      const message = new SipMessage(decoder.decode(octets));
      const [via, from, to, contact] = ["via", "from", "to", "contact"].map((name) =>
        message.getParsedHeader(name)
      );
      const cseq = message.getParsedHeader("cseq");
      const credentials = message.has("authorization") ? message.getParsedHeader("authorization") : undefined;
      return via[0].params.branch.length + (from.params.tag?.length ?? 0) + from.uri.length +
        (to.params.tag?.length ?? 0) + to.uri.length + contact[0].uri.length + cseq.seq + cseq.method.length +
        (credentials?.nonce?.length ?? 0);
    },
    write(octets) {
      const message = new SipMessage(decoder.decode(octets));
      return () => encoder.encode(message.toString()).length;
    },
    writeChanged(octets) {
      const message = new SipMessage(decoder.decode(octets));
      // set() adds to what stands there: make room first, on a copy as the others take one.
      return () => {
        const copy = new SipMessage(message);
        const rest = copy.headers.via;
        delete copy.headers.via;
        copy.set("via", `${VIA},${rest}`);
        return encoder.encode(copy.toString()).length;
      };
    },
  };
}

/** A package by a name the module graph does not know beforehand. */
async function npm(name: string, version: string): Promise<Any> {
  const module = await import(`npm:${name}@${version}`);
  return module.default ?? module;
}

/** Messages per second of each contender, and how many times the second one's rate the first has. */
function row(title: string, work: (contender: Contender) => () => number): string[] {
  const [first, second, ...others] = rates(contenders.map(work));
  const ratio = first !== undefined && second !== undefined ? `${(first / second).toFixed(1)} times` : "";
  const shown = [first, second, ...others].map((one) => `${Math.round((one ?? 0) / 1000)}k/s`);
  return [title, ...shown, ratio];
}

/**
 * For each work the median of eleven rounds of about 100 ms, in turn with the others', so that whatever else the
 * machine does meets all of them; the first round only warms up.
 */
function rates(works: readonly (() => number)[]): number[] {
  const rounds = works.map((): number[] => []);
  for (let round = 0; round < 12; round++) {
    works.forEach((work, at) => {
      const rate = measure(work);
      if (round > 0) rounds[at]?.push(rate);
    });
  }
  return rounds.map((list) => list.sort((a, b) => a - b)[5] ?? 0);
}

function measure(work: () => number): number {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  do {
    for (let i = 0; i < 200; i++) sink += work();
    count += 200;
    elapsed = performance.now() - start;
  } while (elapsed < 100);
  return count * 1000 / elapsed;
}

function print(rows: string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0))
  );
  const lines = rows.map((cells) =>
    cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("  ")
  );
  Deno.stdout.writeSync(encoder.encode(lines.join("\n") + "\n"));
}

// The peers have no types.
// deno-lint-ignore no-explicit-any
type Any = any;
