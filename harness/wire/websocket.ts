/** WebSocket: the opening handshake of a client, and frames (RFC 6455 clauses 4 and 5). */
import { concat, utf8 } from "./bytes.ts";
import { WireSyntaxError } from "./errors.ts";

/** RFC 6455 5.2 */
export const OPCODE = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

export interface WebSocketFrame {
  readonly final: boolean;
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** What a client asks with. `key`: 16 random octets in base64; `host` as in HTTP. */
export function buildUpgrade(
  options: { readonly host: string; readonly path: string; readonly key: string; readonly protocol: string },
): Uint8Array {
  const { host, path, key, protocol } = options;
  return utf8([
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Protocol: ${protocol}`,
    "Sec-WebSocket-Version: 13",
    "",
    "",
  ].join("\r\n"));
}

export interface UpgradeAnswer {
  readonly status: number;
  /** By name in small letters; of several fields of one name the last. */
  readonly headers: ReadonlyMap<string, string>;
  /** Octets that it takes. */
  readonly length: number;
}

/** The answer; undefined where it is not whole yet. Throws WireSyntaxError. */
export function parseUpgradeAnswer(bytes: Uint8Array): UpgradeAnswer | undefined {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, LONGEST_ANSWER));
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) {
    if (bytes.length < LONGEST_ANSWER) return undefined;
    throw new WireSyntaxError(`The HTTP header does not end within ${LONGEST_ANSWER} octets`, LONGEST_ANSWER);
  }
  const [line = "", ...fields] = text.slice(0, end).split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(line)?.[1];
  if (status === undefined) throw new WireSyntaxError("The answer begins with no status line of HTTP/1.1", 0);
  const headers = new Map<string, string>();
  let at = line.length + 2;
  for (const field of fields) {
    const colon = field.indexOf(":");
    if (colon < 1) throw new WireSyntaxError("A header field has no name", at);
    headers.set(field.slice(0, colon).trim().toLowerCase(), field.slice(colon + 1).trim());
    at += field.length + 2;
  }
  return { status: Number(status), headers, length: end + 4 };
}

/** One frame; with `mask` (4 octets), as a client has to send it. */
export function buildFrame({ final, opcode, payload }: WebSocketFrame, mask?: Uint8Array): Uint8Array {
  const { length } = payload;
  const long = length > 0xffff ? 8 : length > 125 ? 2 : 0;
  const head = new Uint8Array(2 + long);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = (mask ? 0x80 : 0) | (long === 8 ? 127 : long === 2 ? 126 : length);
  const view = new DataView(head.buffer);
  if (long === 2) view.setUint16(2, length);
  if (long === 8) view.setBigUint64(2, BigInt(length));
  return mask ? concat(head, mask, masked(payload, mask)) : concat(head, payload);
}

/** Cuts octets into frames. Throws WireSyntaxError for what is none, or longer than `longest`. */
export class FrameReader {
  readonly #longest: number;
  #chunks: Uint8Array[] = [];
  #size = 0;
  /** Octets without which nothing more can be said of the next frame. */
  #needed = 2;
  #pending: Uint8Array = new Uint8Array();
  #before = 0;

  constructor(longest = 1 << 20) {
    this.#longest = longest;
  }

  push(bytes: Uint8Array): WebSocketFrame[] {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    // Joined when it is enough, so that the time is linear however small the pieces are.
    if (this.#size < this.#needed) return [];
    this.#pending = concat(...this.#chunks);
    const frames: WebSocketFrame[] = [];
    for (let next = this.#next(); next; next = this.#next()) frames.push(next);
    this.#chunks = [this.#pending];
    this.#size = this.#pending.length;
    return frames;
  }

  #next(): WebSocketFrame | undefined {
    const bytes = this.#pending;
    const [first, second] = bytes;
    this.#needed = 2;
    if (first === undefined || second === undefined) return undefined;
    if (first & 0x70) throw new WireSyntaxError("A frame has reserved bits set", this.#before);
    const opcode = first & 0x0f;
    if (!OPCODES.has(opcode)) throw new WireSyntaxError(`A frame has the opcode ${opcode}`, this.#before);
    const short = second & 0x7f;
    const long = short === 127 ? 8 : short === 126 ? 2 : 0;
    this.#needed = 2 + long;
    if (bytes.length < this.#needed) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = long === 8 ? Number(view.getBigUint64(2)) : long === 2 ? view.getUint16(2) : short;
    if (length > this.#longest) {
      throw new WireSyntaxError(
        `A frame has ${length} octets, at most ${this.#longest} are taken`,
        this.#before + 2,
      );
    }
    const start = 2 + long + (second & 0x80 ? 4 : 0);
    this.#needed = start + length;
    if (bytes.length < this.#needed) return undefined;
    const raw = bytes.subarray(start, start + length);
    const payload = second & 0x80 ? masked(raw, bytes.subarray(start - 4, start)) : raw.slice();
    this.#pending = bytes.subarray(start + length);
    this.#before += start + length;
    return { final: (first & 0x80) !== 0, opcode, payload };
  }
}

/** A status line and header fields are no longer than this. */
const LONGEST_ANSWER = 16_384;
const OPCODES: ReadonlySet<number> = new Set(Object.values(OPCODE));

/** RFC 6455 5.3: the same either way. */
function masked(payload: Uint8Array, mask: Uint8Array): Uint8Array {
  return payload.map((octet, at) => octet ^ (mask[at % 4] ?? 0));
}
