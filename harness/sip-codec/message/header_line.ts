/** One header field as its octets, and what is read from them. */
import { Cursor, type Reader } from "../cursor.ts";
import { SipSyntaxError } from "../errors.ts";
import { every, isBlank, TOKEN, trimBlanks } from "../grammar.ts";
import { decodeText, encodeText, isAscii } from "../octets.ts";
import { compactForm, headerKey } from "./header_names.ts";

/** The value holds a line fold. */
export const FOLDED = 1;
/** The text has one character per octet, and they are not all ASCII: the value is decoded when it is read. */
export const OCTETS = 2;
/** The text is not all ASCII: it is encoded when the octets are wanted. */
export const UNICODE = 4;

/**
 * `text` from `start` to `end`, line ends and folds included; ":" at `colon`. Nothing is cut out of the text before
 * somebody asks.
 */
export class HeaderLine {
  /** Shared by all lines of the same key. */
  readonly hash: number;
  private read: string | undefined;
  private known: unknown;

  constructor(
    private readonly text: string,
    readonly start: number,
    private readonly nameEnd: number,
    private readonly colon: number,
    /** Behind the line end. */
    readonly end: number,
    private readonly flags: number,
  ) {
    this.read = undefined;
    this.known = undefined;
    const length = nameEnd - start;
    const first = text.charCodeAt(start);
    this.hash = length === 1 ? nameHash(compactForm(first) ?? text.charAt(start)) : hashOf(length, first);
  }

  /** As it was written. */
  get name(): string {
    return this.text.slice(this.start, this.nameEnd);
  }

  /** Under which name it is looked up. */
  get key(): string {
    return headerKey(this.name);
  }

  /** Whether it is looked up under this key. */
  is(key: string): boolean {
    const { text, start } = this;
    const length = this.nameEnd - start;
    if (length !== key.length) return length === 1 && compactForm(text.charCodeAt(start)) === key;
    for (let at = 0; at < length; at++) {
      // Both are tokens, and no two token characters but a letter's cases differ in this bit alone.
      if ((text.charCodeAt(start + at) | 0x20) !== (key.charCodeAt(at) | 0x20)) return false;
    }
    return true;
  }

  /** Unfolded, without outer white space, as text. */
  get value(): string {
    return this.read ??= this.readValue();
  }

  /**
   * What this grammar makes of the value, the same at every call: a key has one grammar. Throws SipSyntaxError where
   * the value breaks it.
   */
  view<T>(read: Reader<T>): T {
    if (this.known !== undefined) return this.known as T;
    const cursor = this.cursor();
    const view = read(cursor);
    cursor.finish();
    this.known = view;
    return view;
  }

  /** A reader of the value. It reads the message's own text where that is the value. */
  private cursor(): Cursor {
    if ((this.flags & (FOLDED | OCTETS)) !== 0) {
      const { value } = this;
      return new Cursor(value, 0, value.length, this);
    }
    const { text } = this;
    let start = this.colon + 1;
    let end = this.end - 2;
    while (start < end && isBlank(text.charCodeAt(start))) start++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    return new Cursor(text, start, end, this);
  }

  /** The number that is the whole value, -1 if it is none: what `view` would give, without a reader. */
  digits(): number {
    const { text, end } = this;
    let at = this.colon + 1;
    while (isBlank(text.charCodeAt(at))) at++;
    const start = at;
    let value = 0;
    for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++at)) {
      value = value * 10 + code - 0x30;
    }
    return at === start || at !== end - 2 || value > Number.MAX_SAFE_INTEGER ? -1 : value;
  }

  /** All octets of the field, one character per octet. */
  get raw(): string {
    const text = this.text.slice(this.start, this.end);
    return (this.flags & UNICODE) !== 0 ? encodeText(text) : text;
  }

  /** Whether this line stands behind the other in one text of octets, so that both can be cut out together. */
  follows(other: HeaderLine): boolean {
    return this.start === other.end && this.text === other.text && (this.flags & UNICODE) === 0;
  }

  /** All octets from this line to a later one, when each in between follows the one before. */
  rawTo(last: HeaderLine): string {
    return this === last ? this.raw : this.text.slice(this.start, last.end);
  }

  private readValue(): string {
    const { text } = this;
    let start = this.colon + 1;
    let end = this.end - 2;
    while (start < end && isBlank(text.charCodeAt(start))) start++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    const value = text.slice(start, end);
    const unfolded = (this.flags & FOLDED) !== 0 ? unfold(value) : value;
    return (this.flags & OCTETS) !== 0 ? decodeText(unfolded) : unfolded;
  }
}

/** A number that names of the same key share, compact forms with the long one. */
export function nameHash(key: string): number {
  return hashOf(key.length, key.charCodeAt(0));
}

function hashOf(length: number, first: number): number {
  return length << 8 | first | 0x20;
}

/** A field that is set rather than parsed. Throws SipSyntaxError if it would not be one header field. */
export function newHeaderLine(name: string, value: string): HeaderLine {
  if (!every(name, TOKEN)) throw new SipSyntaxError("the name of a header field must be a token", 0, name);
  const folded = value.includes("\n") || value.includes("\r");
  if (folded) checkFolds(name, value);
  const text = `${name}: ${value}\r\n`;
  const flags = (folded ? FOLDED : 0) | (isAscii(value) ? 0 : UNICODE);
  return new HeaderLine(text, 0, name.length, name.length, text.length, flags);
}

/** Every line break must be a CRLF that begins a fold, or the value would inject a header field. */
function checkFolds(name: string, value: string): void {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0x0d && value.charCodeAt(at + 1) === 0x0a && isBlank(value.charCodeAt(at + 2))) at += 2;
    else if (code === 0x0d || code === 0x0a) {
      throw new SipSyntaxError("a line break in a header value must be a fold", at, name);
    }
  }
}

/** Each fold and the white space around it becomes one space (RFC 3261 7.3.1). */
function unfold(text: string): string {
  return trimBlanks(text.split("\r\n").map(trimBlanks).join(" "));
}
