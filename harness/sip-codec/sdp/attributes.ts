/** Attribute values of RFC 4568, 8122, 8856 and 3312, both ways. */
import { quoted, SipSyntaxError } from "../errors.ts";

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** a=crypto (RFC 4568 9.1): tag, suite, key parameters, session parameters. */
export interface CryptoAttribute {
  readonly tag: number;
  readonly suite: string;
  readonly keys: readonly CryptoKey[];
  readonly sessionParams: readonly string[];
}

/** One inline key (RFC 4568 6.1): base64 of key and salt, lifetime as written ("2^20"), MKI. */
export interface CryptoKey {
  readonly method: string;
  readonly key: string;
  readonly lifetime?: string;
  readonly mki?: { readonly value: number; readonly length: number };
}

/** a=fingerprint (RFC 8122 5): hash name in lower case, octets. */
export interface Fingerprint {
  readonly hash: string;
  readonly octets: Uint8Array;
}

/** a=floorid (RFC 8856 5.3). */
export interface FloorId {
  readonly id: number;
  readonly streams: readonly string[];
}

/** a=curr (RFC 3312 5): precondition type "qos", status type "e2e", "local", "remote", direction. */
export interface CurrentStatus {
  readonly precondition: string;
  readonly status: string;
  readonly direction: string;
}

export interface DesiredStatus extends CurrentStatus {
  readonly strength: string;
}

export type Confirm = CurrentStatus;

export function parseCrypto(value: string): CryptoAttribute {
  const [tag, suite, keys, ...sessionParams] = value.split(/ +/);
  if (tag === undefined || !/^[0-9]{1,9}$/.test(tag) || !suite || !keys) {
    fail("a=crypto", value, "tag suite inline:key");
  }
  return { tag: Number(tag), suite, keys: keys.split(";").map(parseKey), sessionParams };
}

export function formatCrypto(crypto: CryptoAttribute): string {
  const keys = crypto.keys.map((key) => {
    const mki = key.mki === undefined ? "" : `|${key.mki.value}:${key.mki.length}`;
    return `${key.method}:${key.key}${key.lifetime === undefined ? "" : `|${key.lifetime}`}${mki}`;
  });
  return [String(crypto.tag), crypto.suite, keys.join(";"), ...crypto.sessionParams].join(" ");
}

export function parseFingerprint(value: string): Fingerprint {
  const [hash, digits, ...rest] = value.split(/ +/);
  if (
    !hash || digits === undefined || rest.length > 0 || !/^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*$/.test(digits)
  ) {
    fail("a=fingerprint", value, "hash AA:BB:…");
  }
  return {
    hash: hash.toLowerCase(),
    octets: Uint8Array.from(digits.split(":"), (pair) => parseInt(pair, 16)),
  };
}

export function formatFingerprint(fingerprint: Fingerprint): string {
  const pairs = Array.from(fingerprint.octets, (octet) => octet.toString(16).toUpperCase().padStart(2, "0"));
  return `${fingerprint.hash} ${pairs.join(":")}`;
}

export function parseFloorId(value: string): FloorId {
  const parts = /^([0-9]{1,10})(?: +(?:mstrm|m-stream):(.+))?$/.exec(value);
  if (parts === null) return fail("a=floorid", value, "id mstrm:labels");
  return { id: Number(parts[1]), streams: (parts[2] ?? "").split(" ").filter((label) => label !== "") };
}

export function formatFloorId(floor: FloorId): string {
  return floor.streams.length === 0 ? String(floor.id) : `${floor.id} mstrm:${floor.streams.join(" ")}`;
}

export function parseCurrentStatus(value: string): CurrentStatus {
  const [precondition, status, direction] = words(value, 3, "a=curr", "qos e2e sendrecv");
  return { precondition: precondition as string, status: status as string, direction: direction as string };
}

export function parseDesiredStatus(value: string): DesiredStatus {
  const [precondition, strength, status, direction] = words(value, 4, "a=des", "qos mandatory e2e sendrecv");
  return {
    precondition: precondition as string,
    strength: strength as string,
    status: status as string,
    direction: direction as string,
  };
}

export function parseConfirm(value: string): Confirm {
  const [precondition, status, direction] = words(value, 3, "a=conf", "qos e2e recv");
  return { precondition: precondition as string, status: status as string, direction: direction as string };
}

export function formatCurrentStatus(status: CurrentStatus): string {
  return `${status.precondition} ${status.status} ${status.direction}`;
}

export function formatDesiredStatus(status: DesiredStatus): string {
  return `${status.precondition} ${status.strength} ${status.status} ${status.direction}`;
}

/** key-method ":" key-info; inline: key||salt ["|" lifetime] ["|" MKI ":" length]. */
function parseKey(text: string): CryptoKey {
  const colon = text.indexOf(":");
  const [key, ...rest] = text.slice(colon + 1).split("|");
  if (colon <= 0 || !key) fail("a=crypto", text, "inline:key");
  const parsed: { method: string; key: string; lifetime?: string; mki?: { value: number; length: number } } =
    {
      method: text.slice(0, colon),
      key,
    };
  for (const part of rest) {
    const mki = /^([0-9]{1,15}):([0-9]{1,3})$/.exec(part);
    if (mki !== null && parsed.mki === undefined) {
      parsed.mki = { value: Number(mki[1]), length: Number(mki[2]) };
    } else if (
      /^(2\^)?[0-9]{1,15}$/.test(part) && parsed.lifetime === undefined && parsed.mki === undefined
    ) {
      parsed.lifetime = part;
    } else fail("a=crypto", text, "key|lifetime|mki:length");
  }
  return parsed;
}

function words(value: string, count: number, what: string, example: string): string[] {
  const found = value.split(/ +/).filter((word) => word !== "");
  if (found.length !== count) fail(what, value, example);
  return found;
}

function fail(what: string, value: string, need: string): never {
  throw new SipSyntaxError(`${what}: found ${quoted(value)}, need ${quoted(need)}`, 0, "sdp");
}
