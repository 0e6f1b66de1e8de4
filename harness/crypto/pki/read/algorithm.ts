/** Algorithm identifiers, and the signature that certificates and CRLs end with (RFC 5280 4.1.1, 5.1.1). */
import { type DerValue, TAG } from "./der.ts";
import { DerReader, octetsOf, oidOf } from "./der_reader.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";

/** What certificates and CRLs have alike after their tbs. */
export interface SignatureFields {
  readonly algorithm: AlgorithmIdentifier;
  /** Of the tbs: must be the same, octet by octet (RFC 5280 4.1.1.2, 5.1.1.2). */
  readonly inner: AlgorithmIdentifier;
  readonly value: Uint8Array;
}

export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters: DerValue | undefined;
  readonly der: Uint8Array;
}

/** Throws PkiSyntaxError, as all here. */
export function parseAlgorithm(value: DerValue): AlgorithmIdentifier {
  const reader = new DerReader(value, "AlgorithmIdentifier");
  const oid = oidOf(reader.next("algorithm", TAG.objectIdentifier));
  const [parameters, ...more] = reader.rest();
  if (more.length > 0) throw new PkiSyntaxError("AlgorithmIdentifier has two parts at most", value.offset);
  return { oid, parameters, der: value.bytes };
}

/** The two fields after the tbs, and nothing behind them. */
export function parseSignature(outer: DerReader, inner: AlgorithmIdentifier): SignatureFields {
  const algorithm = parseAlgorithm(outer.next("signatureAlgorithm"));
  const value = octetsOf(outer.next("signatureValue", TAG.bitString), "signatureValue");
  outer.end();
  return { algorithm, inner, value };
}
