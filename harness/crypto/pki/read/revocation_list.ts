/** A CRL as it came, taken apart (RFC 5280 5.1, 5.2). crl.ts makes them, revocation.ts judges by them. */
import { parseAlgorithm, parseSignature, type SignatureFields } from "./algorithm.ts";
import { type DerValue, readDer, TAG } from "./der.ts";
import { DerReader, integerOf, millisecondsOf } from "./der_reader.ts";
import { type DistinguishedName, parseName } from "./distinguished_name.ts";
import { parseExtensions, type RawExtension } from "./raw_extension.ts";

export interface RevocationList {
  readonly tbs: Uint8Array;
  /** 1 or 2. */
  readonly version: number;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  /** By serial number: when, milliseconds since 1970. */
  readonly revoked: ReadonlyMap<bigint, number>;
  readonly extensions: readonly RawExtension[];
  /** Of all entries. */
  readonly entryExtensions: readonly RawExtension[];
  readonly signature: SignatureFields;
}

/** @throws PkiSyntaxError, and nothing else, whatever the octets are */
export function parseRevocationList(der: Uint8Array): RevocationList {
  const outer = new DerReader(readDer(der), "CertificateList");
  const tbs = outer.next("tbsCertList");
  const fields = new DerReader(tbs, "tbsCertList");
  const version = fields.optional(TAG.integer);
  const inner = parseAlgorithm(fields.next("signature"));
  const issuer = parseName(fields.next("issuer"), "issuer");
  const thisUpdate = millisecondsOf(fields.next("thisUpdate", TAG.utcTime, TAG.generalizedTime));
  const next = fields.optional(TAG.utcTime) ?? fields.optional(TAG.generalizedTime);
  const entries = (fields.optional(TAG.sequence)?.children ?? []).map(parseEntry);
  const extensions = parseExtensions(fields.optional(0xa0));
  fields.end();
  return {
    tbs: tbs.bytes,
    version: version ? Number(integerOf(version)) + 1 : 1,
    issuer,
    thisUpdate,
    nextUpdate: next && millisecondsOf(next),
    revoked: new Map(entries.map(({ serial, date }) => [serial, date])),
    extensions,
    entryExtensions: entries.flatMap((entry) => entry.extensions),
    signature: parseSignature(outer, inner),
  };
}

function parseEntry(value: DerValue): { serial: bigint; date: number; extensions: RawExtension[] } {
  const reader = new DerReader(value, "revoked certificate");
  const serial = integerOf(reader.next("userCertificate", TAG.integer));
  const date = millisecondsOf(reader.next("revocationDate", TAG.utcTime, TAG.generalizedTime));
  const list = reader.optional(TAG.sequence);
  reader.end();
  // The same list as elsewhere, only without a tag of its own around it.
  return { serial, date, extensions: list ? parseExtensions({ ...list, children: [list] }) : [] };
}
