/**
 * A certificate as it came, taken apart (RFC 5280 4.1, 4.2). Only the form is judged here: whether it is DER, and
 * whether each extension that RFC 5280 defines has its type. pkijs makes our certificates; what we judge is read
 * without it, strictly, since its reader takes BER and overlooks what an extension has too much.
 */
import { parseAlgorithm, parseSignature, type SignatureFields } from "./algorithm.ts";
import { type DerValue, readDer, TAG } from "./der.ts";
import { DerReader, integerOf, millisecondsOf } from "./der_reader.ts";
import { type DistinguishedName, parseName } from "./distinguished_name.ts";
import { type ExtensionValues, parseExtensionValues } from "./extension_values.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";
import { parsePublicKey, type PublicKey } from "./public_key.ts";
import { parseExtensions, type RawExtension } from "./raw_extension.ts";

export interface ParsedCertificate {
  readonly der: Uint8Array;
  /** What the signature covers. */
  readonly tbs: Uint8Array;
  /** 1, 2 or 3. */
  readonly version: number;
  readonly serial: bigint;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Milliseconds since 1970, the whole second that it names. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  readonly extensions: readonly RawExtension[];
  readonly values: ExtensionValues;
  readonly signature: SignatureFields;
}

/** @throws PkiSyntaxError, and nothing else, whatever the octets are */
export function parseCertificate(der: Uint8Array): ParsedCertificate {
  const outer = new DerReader(readDer(der), "certificate");
  const tbs = outer.next("tbsCertificate", TAG.sequence);
  const fields = new DerReader(tbs, "tbsCertificate");
  const version = parseVersion(fields.optional(0xa0));
  const serial = integerOf(fields.next("serialNumber", TAG.integer));
  const inner = parseAlgorithm(fields.next("signature"));
  const issuer = parseName(fields.next("issuer"), "issuer");
  const validity = new DerReader(fields.next("validity"), "validity");
  const [notBefore, notAfter] = ["notBefore", "notAfter"].map((name) =>
    millisecondsOf(validity.next(name, TAG.utcTime, TAG.generalizedTime))
  ) as [number, number];
  validity.end();
  const subject = parseName(fields.next("subject"), "subject");
  const publicKey = parsePublicKey(fields.next("subjectPublicKeyInfo"));
  fields.optional(0x81); // issuerUniqueID
  fields.optional(0x82); // subjectUniqueID
  const extensions = parseExtensions(fields.optional(0xa3));
  fields.end();
  const signature = parseSignature(outer, inner);
  return {
    ...{ der, tbs: tbs.bytes, version, serial, issuer, subject, notBefore, notAfter, publicKey, extensions },
    values: parseExtensionValues(extensions),
    signature,
  };
}

/** RFC 5280 4.1.2.1: v1 is the default, which DER leaves out. */
function parseVersion(value: DerValue | undefined): number {
  if (value === undefined) return 1;
  const reader = new DerReader(value, "version", 0xa0);
  const version = Number(integerOf(reader.next("number", TAG.integer))) + 1;
  reader.end();
  if (version !== 2 && version !== 3) {
    throw new PkiSyntaxError(`A certificate's version must be 1, 2 or 3, found ${version}`, value.offset);
  }
  return version;
}
