/** One DER value after another, as an ASN.1 SEQUENCE lists them, and what its types mean. */
import { bytesToBigint } from "../../../wire/bytes.ts";
import { type DerValue, TAG } from "./der.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";

/** Walks the parts of a constructed value. `what` names it in errors. */
export class DerReader {
  readonly #parts: readonly DerValue[];
  #at = 0;

  constructor(readonly value: DerValue, readonly what: string, tag: number = TAG.sequence) {
    if (value.tag !== tag) throw wrongTag(what, value, tag);
    this.#parts = value.children;
  }

  /** The next part, which must be there with this tag (or one of these). */
  next(what: string, ...tags: readonly number[]): DerValue {
    const part = this.#parts[this.#at];
    const name = `${this.what}: ${what}`;
    if (part === undefined) throw new PkiSyntaxError(`${name} is missing`, this.value.offset);
    if (tags.length > 0 && !tags.includes(part.tag)) throw wrongTag(name, part, tags[0] ?? 0);
    this.#at++;
    return part;
  }

  /** The next part if it has this tag. */
  optional(tag: number): DerValue | undefined {
    const part = this.#parts[this.#at];
    if (part?.tag !== tag) return undefined;
    this.#at++;
    return part;
  }

  /** All parts that are left. */
  rest(): readonly DerValue[] {
    const left = this.#parts.slice(this.#at);
    this.#at = this.#parts.length;
    return left;
  }

  /** There must be nothing left. */
  end(): void {
    const part = this.#parts[this.#at];
    if (part) throw new PkiSyntaxError(`${this.what} has a part more than it may have`, part.offset);
  }
}

/** Two's complement. */
export function integerOf({ content }: DerValue): bigint {
  return BigInt.asIntN(8 * content.length, bytesToBigint(content));
}

/** Dotted, as "2.5.4.3". */
export function oidOf({ content, offset }: DerValue): string {
  // Longer than any that exists; without a bound a long arc would cost more than its length.
  if (content.length > 64) {
    throw new PkiSyntaxError("An OBJECT IDENTIFIER has at most 64 octets here", offset);
  }
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = arc << 7n | BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  // X.690 8.19.4: the first two arcs are one number, X * 40 + Y with X at most 2.
  const [both = 0n, ...others] = arcs;
  const first = both >= 80n ? 2n : both / 40n;
  return [first, both - 40n * first, ...others].join(".");
}

/** The octets of a BIT STRING that is made of whole octets. */
export function octetsOf(value: DerValue, what: string): Uint8Array {
  if (value.content[0] !== 0) throw new PkiSyntaxError(`${what} must be whole octets`, value.offset);
  return value.content.subarray(1);
}

/** Milliseconds since 1970. RFC 5280 4.1.2.5: years of UTCTime are 1950 to 2049. */
export function millisecondsOf(value: DerValue): number {
  const text = String.fromCharCode(...value.content);
  const full = value.tag === TAG.generalizedTime ? text : (text < "50" ? "20" : "19") + text;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ??
    [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  // Date.parse() takes February 30 for March 2.
  if (Number.isNaN(time) || new Date(time).toISOString() !== iso) {
    throw new PkiSyntaxError(`"${text}" is no date and time`, value.offset);
  }
  return time;
}

function wrongTag(what: string, { tag, offset }: DerValue, needed: number): PkiSyntaxError {
  const hex = (octet: number) => `0x${octet.toString(16).padStart(2, "0")}`;
  return new PkiSyntaxError(`${what} needs the tag "${hex(needed)}", found "${hex(tag)}"`, offset);
}
