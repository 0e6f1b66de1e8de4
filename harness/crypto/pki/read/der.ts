/**
 * DER (X.690 clauses 8 and 10) read strictly, for what a peer sends. asn1js takes BER, and so accepts a certificate
 * whose octets were changed in places that its signature does not cover; here there is one encoding of each value.
 */
import { PkiSyntaxError } from "../pki_syntax_error.ts";

export interface DerValue {
  /** The identifier octet: class, primitive or constructed, and number. */
  readonly tag: number;
  /** All of it, with tag and length. */
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
  /** Of `bytes` in what was read. */
  readonly offset: number;
  /** Of constructed values. */
  readonly children: readonly DerValue[];
}

/** Universal tags that X.509 uses, as identifier octets. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/**
 * The one value that the octets are.
 * @throws PkiSyntaxError where they are no DER, or more than one value
 */
export function readDer(bytes: Uint8Array): DerValue {
  const value = read(bytes, 0, bytes.length, 0);
  const end = value.bytes.length;
  if (end !== bytes.length) {
    throw new PkiSyntaxError(`A DER value of ${end} octets is followed by ${bytes.length - end} more`, end);
  }
  return value;
}

/** No certificate nests nearly as deep; it bounds the recursion. */
const MAX_DEPTH = 32;

function read(bytes: Uint8Array, offset: number, limit: number, depth: number): DerValue {
  if (depth > MAX_DEPTH) throw new PkiSyntaxError(`DER nests deeper than ${MAX_DEPTH} values`, offset);
  const tag = bytes[offset];
  if (tag === undefined || offset >= limit) throw new PkiSyntaxError("DER ends before a value", offset);
  if ((tag & 0x1f) === 0x1f) throw new PkiSyntaxError("A DER tag above 30 has no place in X.509", offset);
  const { length, start } = readLength(bytes, offset + 1, limit);
  const end = start + length;
  if (end > limit) {
    throw new PkiSyntaxError(`A DER value of ${length} octets is needed, ${limit - start} are left`, offset);
  }
  const content = bytes.subarray(start, end);
  checkForm(tag, content, offset);
  const children: DerValue[] = [];
  if (tag & CONSTRUCTED) {
    for (let at = start; at < end; at += children.at(-1)!.bytes.length) {
      children.push(read(bytes, at, end, depth + 1));
    }
  }
  return { tag, bytes: bytes.subarray(offset, end), content, offset, children };
}

/** X.690 8.1.3 with 10.1: definite, in the fewest octets. */
function readLength(bytes: Uint8Array, offset: number, limit: number): { length: number; start: number } {
  const first = bytes[offset];
  if (first === undefined || offset >= limit) throw new PkiSyntaxError("DER ends before a length", offset);
  if (first < 0x80) return { length: first, start: offset + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) {
    throw new PkiSyntaxError(`A DER length has 1 to 4 octets, found "0x${first.toString(16)}"`, offset);
  }
  let length = 0;
  for (let i = 1; i <= count; i++) {
    const octet = offset + i < limit ? bytes[offset + i] : undefined;
    if (octet === undefined) throw new PkiSyntaxError("DER ends within a length", offset);
    length = length * 0x100 + octet;
  }
  if (length < 0x80 || length < 0x100 ** (count - 1)) {
    throw new PkiSyntaxError(`The DER length ${length} is written in more octets than it needs`, offset);
  }
  return { length, start: offset + 1 + count };
}

/** What X.690 says of the content of universal types; of others nothing is known here. */
function checkForm(tag: number, content: Uint8Array, offset: number): void {
  if (tag >> 6 !== 0) return;
  const mustNest = (tag & 0x1f) === 0x10 || (tag & 0x1f) === 0x11;
  if (mustNest !== ((tag & CONSTRUCTED) !== 0)) {
    throw new PkiSyntaxError(
      `The DER tag "0x${tag.toString(16).padStart(2, "0")}" has the wrong form`,
      offset,
    );
  }
  const problem = PROBLEMS[tag]?.(content);
  if (problem !== undefined) {
    throw new PkiSyntaxError(`${problem}, found "${content.subarray(0, 16).toHex()}"`, offset);
  }
}

type Problem = (content: Uint8Array) => string | undefined;

const PROBLEMS: Readonly<Record<number, Problem>> = {
  0x00: () => "End-of-contents has no place in DER",
  // 8.2.2, 11.1
  [TAG.boolean]: (content) =>
    content.length === 1 && (content[0] === 0x00 || content[0] === 0xff)
      ? undefined
      : "A BOOLEAN is 00 or FF",
  // 8.3.2
  [TAG.integer]: (content) => isMinimal(content) ? undefined : "An INTEGER has the fewest octets possible",
  // 8.6.2, 11.2.1
  [TAG.bitString]: (content) =>
    isBitString(content) ? undefined : "A BIT STRING's unused bits are below 8 and zero",
  // 8.8.2
  [TAG.null]: (content) => content.length === 0 ? undefined : "NULL has no content",
  // 8.19.2
  [TAG.objectIdentifier]: (content) =>
    isOid(content) ? undefined : "An OBJECT IDENTIFIER has whole, minimal arcs",
  // RFC 5280 4.1.2.5.1, 4.1.2.5.2
  [TAG.utcTime]: (content) => /^\d{12}Z$/.test(ascii(content)) ? undefined : "UTCTime is YYMMDDHHMMSSZ",
  [TAG.generalizedTime]: (content) =>
    /^\d{14}Z$/.test(ascii(content)) ? undefined : "GeneralizedTime is YYYYMMDDHHMMSSZ",
};

function isMinimal(content: Uint8Array): boolean {
  const [first, second] = content;
  if (first === undefined) return false;
  if (second === undefined) return true;
  return !(first === 0x00 && second < 0x80) && !(first === 0xff && second >= 0x80);
}

function isBitString(content: Uint8Array): boolean {
  const [unused] = content;
  if (unused === undefined || unused > 7) return false;
  if (content.length === 1) return unused === 0;
  return (content.at(-1)! & ((1 << unused) - 1)) === 0;
}

function isOid(content: Uint8Array): boolean {
  const last = content.at(-1);
  if (last === undefined || last >= 0x80) return false;
  return content.every((octet, i) => octet !== 0x80 || (i > 0 && content[i - 1]! >= 0x80));
}

function ascii(content: Uint8Array): string {
  return String.fromCharCode(...content.subarray(0, 20));
}

const CONSTRUCTED = 0x20;
