/** A reader of one field value: the small grammar that all header fields share (RFC 3261 25.1). */
import { quoted, SipSyntaxError } from "./errors.ts";
import { CLASSES, isBlank } from "./grammar.ts";

export class Cursor {
  at = 0;

  constructor(readonly text: string, readonly field: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** Code of the current character, NaN at the end. */
  get code(): number {
    return this.text.charCodeAt(this.at);
  }

  fail(problem: string, at = this.at): never {
    throw new SipSyntaxError(problem, at, this.field);
  }

  blanks(): void {
    while (isBlank(this.text.charCodeAt(this.at))) this.at++;
  }

  /** Takes this character, with white space around it, if it comes next. */
  separator(code: number): boolean {
    const start = this.at;
    this.blanks();
    if (this.text.charCodeAt(this.at) !== code) {
      this.at = start;
      return false;
    }
    this.at++;
    this.blanks();
    return true;
  }

  need(code: number): void {
    if (!this.separator(code)) {
      this.fail(`found ${this.found()}, need ${quoted(String.fromCharCode(code))}`);
    }
  }

  /** Longest run of characters of the class, at least one. */
  run(bit: number, what: string): string {
    const { text } = this;
    const start = this.at;
    let at = start;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code > 0x7f || ((CLASSES[code] as number) & bit) === 0) break;
      at++;
    }
    if (at === start) this.fail(`found ${this.found()}, need ${what}`);
    this.at = at;
    return text.slice(start, at);
  }

  /** quoted-string as written, with its quotes. The cursor stands on the opening quote. */
  quotedString(): string {
    const { text } = this;
    const start = this.at;
    let at = start + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.at = at + 1;
        return text.slice(start, at + 1);
      }
      if (code === 0x5c) at++;
      else if ((code < 0x20 && code !== 0x09) || code === 0x7f) {
        this.fail("control character in a quoted string", at);
      }
    }
    return this.fail("quoted string without its closing quote", start);
  }

  /** What stands here, for error messages. */
  found(): string {
    return this.done ? "the end" : quoted(this.text.slice(this.at));
  }

  /** Nothing but white space may be left. */
  end(): void {
    this.blanks();
    if (!this.done) this.fail(`found ${this.found()} after the value, need nothing`);
  }
}

/** The content of a quoted-string; any other text as it stands. */
export function unquote(raw: string): string {
  if (raw.charCodeAt(0) !== 0x22) return raw;
  const inner = raw.slice(1, -1);
  return inner.includes("\\") ? inner.replace(/\\([^])/g, "$1") : inner;
}

/** The text as a quoted-string. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
