/** Distinguished names as certificates carry them (RFC 5280 4.1.2.4), and when two are the same (7.1). */
import { type DerValue, TAG } from "./der.ts";
import { DerReader, oidOf } from "./der_reader.ts";
import { ATTRIBUTES } from "../oids.ts";

export interface DistinguishedName {
  /** As it stands in the certificate: what TS 33.203 O.5.2 compares. */
  readonly der: Uint8Array;
  /** In order; those of one relative name follow each other. */
  readonly attributes: readonly Attribute[];
  /** Equal for two names that RFC 5280 7.1 takes for the same, whatever their string types. */
  readonly canonical: string;
  /** "CN=pcscf.example.org, O=Example": in the order of the certificate, with "+" within a relative name. */
  readonly text: string;
}

export interface Attribute {
  /** Object identifier. */
  readonly type: string;
  /** The tag of the string. */
  readonly tag: number;
  readonly value: string;
}

/** Throws PkiSyntaxError. */
export function parseName(value: DerValue, what: string): DistinguishedName {
  const relative = new DerReader(value, what).rest().map((set) =>
    new DerReader(set, `${what}: relative name`, TAG.set).rest().map((part) => {
      const reader = new DerReader(part, `${what}: attribute`);
      const type = oidOf(reader.next("type", TAG.objectIdentifier));
      const string = reader.next("value");
      reader.end();
      return { type, tag: string.tag, value: stringOf(string) };
    })
  );
  const attributes = relative.flat();
  return {
    der: value.bytes,
    attributes,
    canonical: relative.map((one) => one.map(canonical).sort().join("+")).join("/"),
    text: relative.map((one) => one.map(shown).join(" + ")).join(", "),
  };
}

/** The values of one attribute type, in order. */
export function attributeValues(name: DistinguishedName, short: string): string[] {
  return name.attributes.filter(({ type }) => type === ATTRIBUTES[short]).map(({ value }) => value);
}

/** Is `name` at or below `base` in the tree of names (RFC 5280 4.2.1.10, directoryName)? */
export function isWithin(name: DistinguishedName, base: DistinguishedName): boolean {
  return base.canonical === "" || `${name.canonical}/`.startsWith(`${base.canonical}/`);
}

const STRINGS: Readonly<Record<number, (content: Uint8Array) => string>> = {
  0x0c: (content) => new TextDecoder().decode(content),
  0x1e: (content) => new TextDecoder("utf-16be").decode(content),
};

/** UTF8String and BMPString by their rules; all others octet by octet (TeletexString as Latin-1, as others do). */
function stringOf({ tag, content }: DerValue): string {
  const decode = STRINGS[tag];
  if (decode) return decode(content);
  return Array.from(content, (octet) => String.fromCharCode(octet)).join("");
}

/** RFC 5280 7.1: case and the amount of white space do not matter, nor does the string type. */
function canonical({ type, value }: Attribute): string {
  const text = value.trim().replace(/\s+/g, " ").toLowerCase();
  return `${type}=${text.replace(/[\\+/]/g, "\\$&")}`;
}

function shown({ type, value }: Attribute): string {
  return `${shortName(type)}=${value}`;
}

function shortName(oid: string): string {
  return Object.keys(ATTRIBUTES).find((short) => ATTRIBUTES[short] === oid) ?? oid;
}
