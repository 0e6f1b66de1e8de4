/** GeneralName in its uses: subjectAltName and name constraints (RFC 5280 4.2.1.6, 4.2.1.10). */
import { type DerValue } from "./der.ts";
import { DerReader } from "./der_reader.ts";
import { type DistinguishedName, parseName } from "./distinguished_name.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";

export type GeneralName =
  | { readonly kind: "email" | "dns" | "uri"; readonly value: string }
  /** 4 or 16 octets; of a constraint twice as many, with the mask. */
  | { readonly kind: "ip"; readonly value: Uint8Array }
  | { readonly kind: "directory"; readonly value: DistinguishedName }
  /** otherName, x400Address, ediPartyName, registeredID: `value` is the tag. */
  | { readonly kind: "other"; readonly value: number };

export interface Subtrees {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** SIZE (1..MAX). Throws PkiSyntaxError. */
export function parseGeneralNames(value: DerValue, what: string): GeneralName[] {
  const names = new DerReader(value, what).rest().map((name) => parseGeneralName(name, what));
  if (names.length === 0) throw new PkiSyntaxError(`${what} must have a name`, value.offset);
  return names;
}

export function parseGeneralName(value: DerValue, what: string): GeneralName {
  switch (value.tag) {
    case 0x81:
      return { kind: "email", value: ia5(value, what) };
    case 0x82:
      return { kind: "dns", value: ia5(value, what) };
    case 0xa4: {
      // Explicit, since Name is a CHOICE.
      const reader = new DerReader(value, what, 0xa4);
      const name = parseName(reader.next("directoryName"), what);
      reader.end();
      return { kind: "directory", value: name };
    }
    case 0x86:
      return { kind: "uri", value: ia5(value, what) };
    case 0x87:
      return { kind: "ip", value: value.content };
    case 0x88:
    case 0xa0:
    case 0xa3:
    case 0xa5:
      return { kind: "other", value: value.tag };
    default:
      throw new PkiSyntaxError(
        `${what} has a name with the unknown tag "0x${value.tag.toString(16)}"`,
        value.offset,
      );
  }
}

/** Throws PkiSyntaxError; also for `minimum` and `maximum`, which RFC 5280 4.2.1.10 does not allow. */
export function parseNameConstraints(value: DerValue, what: string): Subtrees {
  const reader = new DerReader(value, what);
  const [permitted, excluded] = [0xa0, 0xa1].map((tag) => {
    const list = reader.optional(tag);
    return (list?.children ?? []).map((subtree) => {
      const parts = new DerReader(subtree, `${what}: subtree`);
      const base = parseGeneralName(parts.next("base"), what);
      parts.end();
      if (base.kind === "ip" && ![8, 32].includes(base.value.length)) {
        throw new PkiSyntaxError(`${what} has an address with a mask of the wrong length`, subtree.offset);
      }
      return base;
    });
  });
  reader.end();
  return { permitted: permitted ?? [], excluded: excluded ?? [] };
}

function ia5({ content, offset }: DerValue, what: string): string {
  if (content.some((octet) => octet >= 0x80)) {
    throw new PkiSyntaxError(`${what} has a name with octets above 0x7F`, offset);
  }
  return Array.from(content, (octet) => String.fromCharCode(octet)).join("");
}
