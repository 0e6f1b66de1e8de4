/** Cuts a byte stream into SIP messages by Content-Length (RFC 3261 18.3, 7.5; keep-alives: RFC 5626 3.5.1). */
import { SipSyntaxError } from "./errors.ts";
import { decodeLeniently, latin1FromBytes } from "./octets.ts";

export interface FramerLimits {
  /** Octets of start line and header section. Default 64 KiB. */
  readonly maxHeaderBytes?: number;
  /** Octets of a body. Default 1 MiB. */
  readonly maxBodyBytes?: number;
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * `push()` gives the messages that are now complete. CRLF CRLF between messages (a ping) and a single CRLF (a pong)
 * come as items of their own. Throws SipSyntaxError when the stream cannot be cut any more: a limit is passed, a
 * Content-Length is missing, no number, or given twice with different values. It then throws at every further push.
 */
export class StreamFramer {
  readonly #maxHeaderBytes: number;
  readonly #maxBodyBytes: number;
  #buffer = new Uint8Array(0);
  #length = 0;
  /** How far the search for the end of the header section has come. */
  #searched = 0;
  /** Octets of the message under way, once its header section is whole. */
  #needed = 0;
  #broken: SipSyntaxError | undefined;

  constructor(limits: FramerLimits = {}) {
    this.#maxHeaderBytes = limits.maxHeaderBytes ?? 0x10000;
    this.#maxBodyBytes = limits.maxBodyBytes ?? 0x100000;
  }

  /** Octets waiting for the rest of their message. */
  get pending(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): Uint8Array[] {
    if (this.#broken !== undefined) throw this.#broken;
    this.#append(bytes);
    const items: Uint8Array[] = [];
    let start = 0;
    try {
      for (;;) {
        const end = this.#itemEnd(start);
        if (end === undefined) break;
        items.push(this.#buffer.slice(start, end));
        start = end;
        this.#searched = end;
        this.#needed = 0;
      }
    } catch (error) {
      if (items.length === 0) throw error;
    }
    this.#drop(start);
    return items;
  }

  #itemEnd(start: number): number | undefined {
    const buffer = this.#buffer;
    const present = this.#length - start;
    if (this.#needed === 0) {
      if (present < 2) return undefined;
      if (buffer[start] === CR && buffer[start + 1] === LF) return this.#keepAliveEnd(start);
      const headEnd = this.#headEnd(start);
      if (headEnd === undefined) return undefined;
      this.#needed = headEnd - start + this.#bodyLength(start, headEnd);
    }
    return present >= this.#needed ? start + this.#needed : undefined;
  }

  /** CRLF CRLF is one item, a lone CRLF another; the rest of the line end may still be on its way. */
  #keepAliveEnd(start: number): number | undefined {
    const [third, fourth] = [this.#buffer[start + 2], this.#buffer[start + 3]];
    if (this.#length - start >= 4 && third === CR && fourth === LF) return start + 4;
    return start + 2;
  }

  #headEnd(start: number): number | undefined {
    const buffer = this.#buffer.subarray(0, this.#length);
    const limit = start + this.#maxHeaderBytes;
    const from = Math.max(start, this.#searched - 3);
    for (let at = buffer.indexOf(LF, from); at >= 0; at = buffer.indexOf(LF, at + 1)) {
      if (at >= limit) break;
      if (at >= start + 3 && buffer[at - 1] === CR && buffer[at - 2] === LF && buffer[at - 3] === CR) {
        return at + 1;
      }
    }
    this.#searched = buffer.length;
    if (this.#length - start > this.#maxHeaderBytes) {
      this.#fail(`the header section is longer than ${this.#maxHeaderBytes} octets`, this.#maxHeaderBytes);
    }
    return undefined;
  }

  #bodyLength(start: number, headEnd: number): number {
    const octets = this.#buffer.subarray(start, headEnd);
    const head = decodeLeniently(octets) ?? latin1FromBytes(octets);
    let length: number | undefined;
    for (const match of head.matchAll(/\r\n(?:content-length|l)[ \t]*:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)/gi)) {
      const value = (match[1] ?? "").replace(/[ \t\r\n]+/g, " ").trim();
      if (!/^[0-9]{1,16}$/.test(value)) this.#fail("Content-Length is no number", match.index);
      if (length !== undefined && length !== Number(value)) {
        this.#fail("two different Content-Lengths", match.index);
      }
      length = Number(value);
    }
    if (length === undefined) {
      return this.#fail("a message on a stream needs a Content-Length", headEnd - start);
    }
    if (length > this.#maxBodyBytes) {
      this.#fail(`the body is longer than ${this.#maxBodyBytes} octets`, headEnd - start);
    }
    return length;
  }

  #fail(problem: string, offset: number): never {
    this.#broken = new SipSyntaxError(problem, offset, "framing");
    throw this.#broken;
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#buffer = this.#buffer.slice(count, this.#length);
    this.#length = this.#buffer.length;
    this.#searched = Math.max(0, this.#searched - count);
  }
}
