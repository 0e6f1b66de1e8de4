/** Distinguished names as issuers write them. */
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { ATTRIBUTES } from "../oids.ts";
import { derOf, own } from "./asn1.ts";

/** How the attribute values of a name are written: two ways that RFC 5280 4.1.2.4 allows. */
export type NameEncoding = "utf8" | "printable";

/** One attribute, by its short name or object identifier. Each stands in a relative name of its own. */
export interface NameAttribute {
  readonly type: "CN" | "O" | "OU" | "C" | "DC" | (string & Record<never, never>);
  readonly value: string;
}

/**
 * RFC 5280 4.1.2.4: C is a PrintableString and DC an IA5String whatever `encoding` says. pkijs would write all
 * attributes into one relative name, so the name is written here, and handed to it as DER.
 */
export function buildName(
  attributes: readonly NameAttribute[],
  encoding: NameEncoding = "utf8",
): pkijs.RelativeDistinguishedNames {
  const relative = attributes.map(({ type, value }) => {
    const identifier = new asn1js.ObjectIdentifier({ value: ATTRIBUTES[type] ?? type });
    const attribute = new asn1js.Sequence({ value: [identifier, string(type, value, encoding)] });
    return new asn1js.Set({ value: [attribute] });
  });
  return nameFromDer(derOf(new asn1js.Sequence({ value: relative })));
}

/** A name as it is, octet by octet. */
export function nameFromDer(der: Uint8Array): pkijs.RelativeDistinguishedNames {
  return pkijs.RelativeDistinguishedNames.fromBER(own(der));
}

/** The attributes of a name, to be written in another encoding. */
export function attributesOf(name: pkijs.RelativeDistinguishedNames): NameAttribute[] {
  return name.typesAndValues.map(({ type, value }) => ({
    type: Object.keys(ATTRIBUTES).find((short) => ATTRIBUTES[short] === type) ?? type,
    value: String(value.valueBlock.value),
  }));
}

function string(type: string, value: string, encoding: NameEncoding) {
  if (type === "DC") return new asn1js.IA5String({ value });
  return type === "C" || encoding === "printable"
    ? new asn1js.PrintableString({ value })
    : new asn1js.Utf8String({ value });
}
