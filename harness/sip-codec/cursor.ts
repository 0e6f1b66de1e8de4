/** A reader of one field value: the small grammar that all header fields share (RFC 3261 25.1). */
import { quoted, SipSyntaxError } from "./errors.ts";
import { CLASSES, isBlank } from "./grammar.ts";

/**
 * Reads `text` from `start` to `end`, of a field called `owner.name`. Beyond `end` stands nothing, white space or a
 * line end: no run of characters of a class goes farther by itself. Offsets of errors count from `start`.
 */
export class Cursor {
  at: number;

  constructor(
    readonly text: string,
    readonly start: number,
    readonly end: number,
    readonly owner: { readonly name: string },
  ) {
    this.at = start;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** Code of the current character. */
  get code(): number {
    return this.text.charCodeAt(this.at);
  }

  fail(problem: string, at = this.at): never {
    throw new SipSyntaxError(problem, at - this.start, this.owner.name);
  }

  /** Skips SP and HTAB. */
  blanks(): void {
    const { text } = this;
    let at = this.at;
    while (isBlank(text.charCodeAt(at))) at++;
    this.at = at;
  }

  /** Takes this character, with white space around it, if it comes next. */
  separator(code: number): boolean {
    const { text } = this;
    let at = this.at;
    while (isBlank(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) !== code) return false;
    at++;
    while (isBlank(text.charCodeAt(at))) at++;
    this.at = at;
    return true;
  }

  need(code: number): void {
    if (!this.separator(code)) this.fail(`found ${this.found()}, need ${quoted(String.fromCharCode(code))}`);
  }

  /** Longest run of characters of the class, at least one. */
  run(bit: number, what: string): string {
    const { text } = this;
    const start = this.at;
    let at = start;
    let code = text.charCodeAt(at);
    while (code < 128 && ((CLASSES[code] as number) & bit) !== 0) code = text.charCodeAt(++at);
    if (at === start) this.fail(`found ${this.found()}, need ${what}`);
    this.at = at;
    return text.slice(start, at);
  }

  /**
   * Moves behind a quoted-string; the cursor stands on the opening quote. What is between the quotes is judged by
   * `unquote`, when somebody wants it.
   */
  skipQuoted(): void {
    const { text, end } = this;
    let close = text.indexOf('"', this.at + 1);
    // A quote behind a backslash may be part of the text: count from the opening quote then.
    if (text.charCodeAt(close - 1) === 0x5c) {
      close = this.at + 1;
      for (let code = text.charCodeAt(close); code !== 0x22 && close < end; code = text.charCodeAt(close)) {
        close += code === 0x5c ? 2 : 1;
      }
    }
    if (close < 0 || close >= end) this.fail("quoted string without its closing quote");
    this.at = close + 1;
  }

  /** quoted-string without its quotes and escapes. */
  quotedText(): string {
    const start = this.at;
    this.skipQuoted();
    return unquoteBetween(this.text, start, this.at, this);
  }

  /** What stands here, for error messages. */
  found(): string {
    return this.done ? "the end" : quoted(this.text.slice(this.at, this.end));
  }

  /** The rest of the value. */
  rest(): string {
    const rest = this.text.slice(this.at, this.end);
    this.at = this.end;
    return rest;
  }

  /** Nothing but white space may be left. */
  finish(): void {
    if (this.at < this.end) this.blanks();
    if (this.at < this.end) this.fail(`found ${this.found()} after the value, need nothing`);
  }
}

/** Reads one value of a field's grammar from where the cursor stands. */
export type Reader<T> = (cursor: Cursor) => T;

/** The value that is the whole text. */
export function readAll<T>(read: Reader<T>, text: string, field: string): T {
  const cursor = new Cursor(text, 0, text.length, { name: field });
  cursor.blanks();
  const value = read(cursor);
  cursor.finish();
  return value;
}

/** Comma-separated values that are the whole text; none in an empty one. */
export function readList<T>(read: Reader<T>, text: string, field: string): T[] {
  return readAll(optionalListOf(read), text, field);
}

/** 1#value, up to what is no comma. */
export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (cursor) => {
    const values: T[] = [];
    do values.push(read(cursor)); while (cursor.separator(0x2c));
    return values;
  };
}

/** #value: an empty field is an empty list. */
export function optionalListOf<T>(read: Reader<T>): Reader<T[]> {
  const list = listOf(read);
  return (cursor) => cursor.done ? [] : list(cursor);
}

/**
 * The content of a quoted-string; any other text as it stands. Throws SipSyntaxError where a control character
 * stands in it without a backslash (RFC 3261 25.1, qdtext).
 */
export function unquote(raw: string): string {
  return unquoteBetween(raw, 0, raw.length);
}

/** `unquote` of what stands there in a text: reading the text itself is faster than reading a piece of it. */
export function unquoteBetween(text: string, start: number, end: number, owner?: Cursor): string {
  const last = end - 1;
  if (text.charCodeAt(start) !== 0x22 || last <= start) return text.slice(start, end);
  let escaped = false;
  for (let at = start + 1; at < last; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) {
      escaped = true;
      at++;
    } else if ((code < 0x20 && code !== 0x09) || code === 0x7f) {
      const problem = `control character in ${quoted(text.slice(start, end))}`;
      return owner === undefined ? fail(problem) : owner.fail(problem, at);
    }
  }
  const content = text.slice(start + 1, last);
  return escaped ? content.replace(/\\([^])/g, "$1") : content;
}

function fail(problem: string): never {
  throw new SipSyntaxError(problem, 0, "quoted-string");
}

/** The text as a quoted-string. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
