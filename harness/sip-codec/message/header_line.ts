/** One header field as its octets, and what is read from them. */
import { SipSyntaxError } from "../errors.ts";
import { trimBlanks } from "../grammar.ts";
import { decodeText, encodeText } from "../octets.ts";
import { headerKey } from "./header_names.ts";

/** `text` from `start` to `end`, line ends and folds included; ":" at `colon`. One character per octet. */
export class HeaderLine {
  #value: string | undefined;

  constructor(
    private readonly text: string,
    private readonly start: number,
    private readonly nameEnd: number,
    private readonly colon: number,
    private readonly end: number,
    readonly key: string,
  ) {}

  /** As it was written. */
  get name(): string {
    return this.text.slice(this.start, this.nameEnd);
  }

  /** Unfolded, without outer white space, as text. */
  get value(): string {
    return this.#value ??= decodeText(unfold(this.text.slice(this.colon + 1, this.end - 2)));
  }

  /** All octets of the field. */
  get raw(): string {
    return this.start === 0 && this.end === this.text.length
      ? this.text
      : this.text.slice(this.start, this.end);
  }
}

/** A field that is set rather than parsed. Throws SipSyntaxError if it would not be one header field. */
export function newHeaderLine(name: string, value: string): HeaderLine {
  if (!/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(name)) {
    throw new SipSyntaxError("the name of a header field must be a token", 0, name);
  }
  const break_ = /[\r\n]/.exec(value.includes("\r\n") ? value.replace(/\r\n[ \t]/g, "   ") : value);
  if (break_ !== null) {
    throw new SipSyntaxError("a line break in a header value must begin a fold", break_.index, name);
  }
  const text = `${name}: ${encodeText(value)}\r\n`;
  return new HeaderLine(text, 0, name.length, name.length, text.length, headerKey(name));
}

/** Each fold and the white space around it becomes one space (RFC 3261 7.3.1); outer white space goes. */
function unfold(text: string): string {
  if (!text.includes("\r\n")) return trimBlanks(text);
  return trimBlanks(text.split("\r\n").map(trimBlanks).join(" "));
}
