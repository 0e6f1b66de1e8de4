/** One header field as its octets, and what is read from them. */
import { SipSyntaxError } from "../errors.ts";
import { every, isBlank, TOKEN, trimBlanks } from "../grammar.ts";
import { decodeText, encodeText, isAscii } from "../octets.ts";
import { compactForm, headerKey } from "./header_names.ts";

/** The value holds a line fold. */
export const FOLDED = 1;
/** The octets are not all ASCII. */
export const BEYOND_ASCII = 2;

/**
 * `text` from `start` to `end`, line ends and folds included; ":" at `colon`. One character per octet. Nothing is
 * cut out of the text before somebody asks.
 */
export class HeaderLine {
  #key: string | undefined;
  #value: string | undefined;

  constructor(
    private readonly text: string,
    private readonly start: number,
    private readonly nameEnd: number,
    private readonly colon: number,
    private readonly end: number,
    private readonly flags: number,
  ) {}

  /** As it was written. */
  get name(): string {
    return this.text.slice(this.start, this.nameEnd);
  }

  /** Under which name it is looked up. */
  get key(): string {
    return this.#key ??= headerKey(this.name);
  }

  /** Whether it is looked up under this key. Most lines are dismissed by their length. */
  is(key: string): boolean {
    const known = this.#key;
    if (known !== undefined) return known === key;
    const length = this.nameEnd - this.start;
    if (length === key.length) {
      return (this.text.charCodeAt(this.start) | 0x20) === (key.charCodeAt(0) | 0x20) && this.key === key;
    }
    return length === 1 && compactForm(this.text.charCodeAt(this.start)) === key;
  }

  /** Unfolded, without outer white space, as text. */
  get value(): string {
    return this.#value ??= this.#read();
  }

  /** All octets of the field. */
  get raw(): string {
    return this.start === 0 && this.end === this.text.length
      ? this.text
      : this.text.slice(this.start, this.end);
  }

  #read(): string {
    const { text } = this;
    let start = this.colon + 1;
    let end = this.end - 2;
    while (start < end && isBlank(text.charCodeAt(start))) start++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    const value = text.slice(start, end);
    if (this.flags === 0) return value;
    const unfolded = (this.flags & FOLDED) !== 0 ? unfold(value) : value;
    return (this.flags & BEYOND_ASCII) !== 0 ? decodeText(unfolded) : unfolded;
  }
}

/** A field that is set rather than parsed. Throws SipSyntaxError if it would not be one header field. */
export function newHeaderLine(name: string, value: string): HeaderLine {
  if (!every(name, TOKEN)) throw new SipSyntaxError("the name of a header field must be a token", 0, name);
  const folded = value.includes("\n") || value.includes("\r");
  if (folded) checkFolds(name, value);
  const text = `${name}: ${encodeText(value)}\r\n`;
  const flags = (folded ? FOLDED : 0) | (isAscii(value) ? 0 : BEYOND_ASCII);
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
