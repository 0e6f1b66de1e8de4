/**
 * What requests and responses share: the header fields as octets, read and written by name, the body, and the way
 * back to octets. Fields that nobody touched keep their octets; typed views are made when asked for.
 */
import type { Reader } from "../cursor.ts";
import { SipSyntaxError } from "../errors.ts";
import { bytesFromLatin1, textFromBytes, utf8 } from "../octets.ts";
import { type HeaderLine, newHeaderLine } from "./header_line.ts";
import type { HeaderLines } from "./header_lines.ts";
import { headerKey, NOT_LISTS } from "./header_names.ts";
import { splitList } from "./split_list.ts";

/** What the parser found, and what the builders put together. */
export interface MessageParts {
  /** CRLF before the start line. */
  readonly preamble?: string;
  readonly lines: HeaderLines;
  readonly body: Uint8Array | Slice;
  /** Octets of a datagram beyond Content-Length. */
  readonly surplus?: Uint8Array | Slice;
  /** What was parsed; given back as long as nothing changes. */
  readonly source?: Source;
}

/** The octets of a whole message, as octets or, if all are ASCII, as text. */
export type Source = Uint8Array | string;

/** A part of a source that is cut out when it is asked for; an array of octets costs more than all the rest. */
export interface Slice {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

export const NO_BYTES: Uint8Array = new Uint8Array(0);

export abstract class HeaderSection {
  abstract readonly kind: "request" | "response";
  /** Without its CRLF, as text. */
  abstract readonly startLine: string;
  protected abstract startLineOctets(): string;

  #preamble: string;
  #lines: HeaderLines;
  #body: Uint8Array | Slice;
  #surplus: Uint8Array | Slice;
  #source: Source | undefined;

  constructor(parts: MessageParts) {
    this.#preamble = parts.preamble ?? "";
    this.#lines = parts.lines;
    this.#body = parts.body;
    this.#surplus = parts.surplus ?? NO_BYTES;
    this.#source = parts.source;
  }

  /** Value of the first field of this name, unfolded and trimmed; names know neither case nor compact form. */
  get(name: string): string | undefined {
    return this.#lines.first(headerKey(name))?.value;
  }

  /** Value of every field of this name, one per header line, not split at commas. */
  all(name: string): string[] {
    return this.linesOf(headerKey(name)).map((line) => line.value);
  }

  /**
   * Elements of the comma-separated lists of all fields of this name; commas in quotes and angle brackets do not
   * separate. Fields that are no lists (Date, WWW-Authenticate …) give one value per line. Throws SipSyntaxError
   * where quotes or brackets do not close.
   */
  values(name: string): string[] {
    const key = headerKey(name);
    if (NOT_LISTS.has(key)) return this.all(name);
    return this.linesOf(key).flatMap((line) => splitList(line.value, line.name));
  }

  has(name: string): boolean {
    return this.#lines.first(headerKey(name)) !== undefined;
  }

  /** Names of all fields, in order, as written. */
  names(): string[] {
    return this.#lines.all.map((line) => line.name);
  }

  /** All fields in order: name as written, value as `get` gives it. */
  headers(): [name: string, value: string][] {
    return this.#lines.all.map((line) => [line.name, line.value]);
  }

  /** The octets of every field of this name as text of one character per octet, folds and line ends included. */
  rawLines(name: string): string[] {
    return this.linesOf(headerKey(name)).map((line) => line.raw);
  }

  /** Replaces all fields of this name, in the place of the first; or appends. An empty list removes. */
  set(name: string, value: string | number | readonly string[]): this {
    this.#lines.replace(headerKey(name), newLines(name, value));
    return this.#changed();
  }

  /** Adds fields after the last of this name, or at the end. */
  append(name: string, value: string | number | readonly string[]): this {
    this.#lines.append(headerKey(name), newLines(name, value));
    return this.#changed();
  }

  /** Adds fields before the first of this name, or at the top: what a proxy does with Via and Record-Route. */
  prepend(name: string, value: string | number | readonly string[]): this {
    this.#lines.prepend(headerKey(name), newLines(name, value));
    return this.#changed();
  }

  remove(name: string): this {
    this.#lines.replace(headerKey(name), []);
    return this.#changed();
  }

  /** Octets after the empty line, at most Content-Length. */
  get body(): Uint8Array {
    if (!(this.#body instanceof Uint8Array)) this.#body = octetsOf(this.#body);
    return this.#body;
  }

  /** Sets the octets, and Content-Length unless the message has none and the body is empty. Drops `surplus`. */
  set body(body: Uint8Array | string) {
    const octets = typeof body === "string" ? utf8(body) : body;
    this.#body = octets;
    this.#surplus = NO_BYTES;
    this.#source = undefined;
    if (octets.length > 0 || this.has("Content-Length")) this.set("Content-Length", octets.length);
  }

  /** Octets of the datagram beyond Content-Length: no part of the message (RFC 3261 18.3), kept for evidence. */
  get surplus(): Uint8Array {
    if (!(this.#surplus instanceof Uint8Array)) this.#surplus = octetsOf(this.#surplus);
    return this.#surplus;
  }

  /** The body as UTF-8 text; as Latin-1 where it is not valid UTF-8. */
  text(): string {
    const body = this.#body;
    return body instanceof Uint8Array ? textFromBytes(body) : body.source.slice(body.start, body.end);
  }

  /** The message as octets: exactly those that were parsed if nothing was changed. */
  toBytes(): Uint8Array {
    const source = this.#source;
    if (source !== undefined) return typeof source === "string" ? bytesFromLatin1(source) : source.slice();
    const head = `${this.#preamble}${this.startLineOctets()}\r\n${this.#lines.raw()}\r\n`;
    const { body, surplus } = this;
    const length = body.length + surplus.length;
    if (length === 0) return bytesFromLatin1(head);
    const bytes = bytesFromLatin1(head, length);
    bytes.set(body, head.length);
    bytes.set(surplus, head.length + body.length);
    return bytes;
  }

  /** The whole message as text, for reading. */
  toString(): string {
    return textFromBytes(this.toBytes());
  }

  /** @internal Fields of one key, in order. */
  linesOf(key: string): HeaderLine[] {
    return this.#lines.of(key);
  }

  /** @internal Puts fields of another message here as they stand. */
  appendLines(lines: readonly HeaderLine[]): this {
    this.#lines.push(lines);
    return this.#changed();
  }

  protected parts(): MessageParts {
    return {
      preamble: this.#preamble,
      lines: this.#lines.clone(),
      body: this.#body instanceof Uint8Array ? this.#body.slice() : this.#body,
      surplus: this.#surplus,
      ...(this.#source === undefined ? {} : { source: this.#source }),
    };
  }

  /** For a new start line. */
  protected startLineChanged(): void {
    this.#source = undefined;
  }

  /** What `read` makes of the field's only line, undefined without one; two lines have no safe reading. */
  protected single<T>(key: string, read: Reader<T>): T | undefined {
    const lines = this.#lines;
    const at = lines.next(key, 0);
    if (at < 0) return undefined;
    const line = lines.at(at);
    if (lines.next(key, at + 1) >= 0) {
      throw new SipSyntaxError("the field comes more than once, need one", 0, line.name);
    }
    return line.view(read);
  }

  /** What `read` makes of each element of each line's list; `read` gives the elements of one line. */
  protected list<T>(key: string, read: Reader<T[]>): readonly T[] {
    const lines = this.#lines;
    let at = lines.next(key, 0);
    if (at < 0) return [];
    const view = lines.at(at).view(read);
    if ((at = lines.next(key, at + 1)) < 0) return view;
    const all = view.slice();
    for (; at >= 0; at = lines.next(key, at + 1)) {
      for (const value of lines.at(at).view(read)) all.push(value);
    }
    return all;
  }

  /** What `read` makes of each line, one value per line. */
  protected each<T>(key: string, read: Reader<T>): readonly T[] {
    const lines = this.#lines;
    const view: T[] = [];
    for (let at = lines.next(key, 0); at >= 0; at = lines.next(key, at + 1)) {
      view.push(lines.at(at).view(read));
    }
    return view;
  }

  #changed(): this {
    this.#source = undefined;
    return this;
  }
}

/** One field for each value. */
function newLines(name: string, value: string | number | readonly string[]): HeaderLine[] {
  return (typeof value === "object" ? value : [String(value)]).map((one) => newHeaderLine(name, one));
}

function octetsOf({ source, start, end }: Slice): Uint8Array {
  return bytesFromLatin1(source.slice(start, end));
}
