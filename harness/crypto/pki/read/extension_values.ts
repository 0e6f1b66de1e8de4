/** The extensions of RFC 5280 4.2.1 that judging needs, by their types. */
import { type DerValue, readDer, TAG } from "./der.ts";
import { DerReader, integerOf, oidOf } from "./der_reader.ts";
import { type GeneralName, parseGeneralNames, parseNameConstraints, type Subtrees } from "./general_names.ts";
import { EXTENSION, KEY_USAGES, type KeyUsage } from "../oids.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";
import type { RawExtension } from "./raw_extension.ts";

/** What is absent in the certificate is absent here. */
export interface ExtensionValues {
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  readonly keyUsage?: ReadonlySet<KeyUsage>;
  /** Object identifiers. */
  readonly extendedKeyUsage?: readonly string[];
  readonly alternativeNames?: readonly GeneralName[];
  readonly nameConstraints?: Subtrees;
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  readonly requiresExplicitPolicy?: boolean;
}

/** Throws PkiSyntaxError where one is not of its type; its offset counts within that extension. */
export function parseExtensionValues(extensions: readonly RawExtension[]): ExtensionValues {
  return Object.assign({}, ...extensions.map(({ oid, value }) => PARSERS[oid]?.(readDer(value)) ?? {}));
}

const PARSERS: Readonly<Record<string, (value: DerValue) => ExtensionValues>> = {
  [EXTENSION.basicConstraints]: (value) => {
    const reader = new DerReader(value, "basicConstraints");
    const ca = reader.optional(TAG.boolean)?.content[0] === 0xff;
    const length = reader.optional(TAG.integer);
    reader.end();
    if (length === undefined) return { basicConstraints: { ca } };
    const pathLength = Number(integerOf(length));
    if (pathLength < 0) {
      throw new PkiSyntaxError(`pathLenConstraint must be 0 or more, found ${pathLength}`, value.offset);
    }
    return { basicConstraints: { ca, pathLength } };
  },
  [EXTENSION.keyUsage]: (value) => {
    if (value.tag !== TAG.bitString) throw new PkiSyntaxError("keyUsage must be a BIT STRING", value.offset);
    const bits = value.content.subarray(1);
    const usages = KEY_USAGES.filter((_, i) => (bits[i >> 3] ?? 0) & 0x80 >> (i & 7));
    // RFC 5280 4.2.1.3: at least one bit is set.
    if (usages.length === 0) throw new PkiSyntaxError("keyUsage must name a usage", value.offset);
    return { keyUsage: new Set(usages) };
  },
  [EXTENSION.extendedKeyUsage]: (value) => {
    const purposes = new DerReader(value, "extendedKeyUsage").rest();
    if (purposes.length === 0 || purposes.some(({ tag }) => tag !== TAG.objectIdentifier)) {
      throw new PkiSyntaxError("extendedKeyUsage must be a list of identifiers", value.offset);
    }
    return { extendedKeyUsage: purposes.map(oidOf) };
  },
  [EXTENSION.subjectAltName]: (value) => ({ alternativeNames: parseGeneralNames(value, "subjectAltName") }),
  [EXTENSION.nameConstraints]: (value) => ({
    nameConstraints: parseNameConstraints(value, "nameConstraints"),
  }),
  [EXTENSION.subjectKeyIdentifier]: (value) => {
    if (value.tag !== TAG.octetString) {
      throw new PkiSyntaxError("subjectKeyIdentifier must be an OCTET STRING", value.offset);
    }
    return { subjectKeyIdentifier: value.content };
  },
  [EXTENSION.authorityKeyIdentifier]: (value) => {
    const identifier = new DerReader(value, "authorityKeyIdentifier").optional(0x80);
    return identifier ? { authorityKeyIdentifier: identifier.content } : {};
  },
  [EXTENSION.policyConstraints]: (value) => ({
    requiresExplicitPolicy: new DerReader(value, "policyConstraints").optional(0x80) !== undefined,
  }),
};
