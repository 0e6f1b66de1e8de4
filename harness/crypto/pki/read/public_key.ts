/** The key of a certificate (RFC 5280 4.1.2.7, RFC 3279 2.3, RFC 5480 2). */
import { type AlgorithmIdentifier, parseAlgorithm } from "./algorithm.ts";
import { type DerValue, readDer, TAG } from "./der.ts";
import { DerReader, integerOf, octetsOf, oidOf } from "./der_reader.ts";
import { CURVES } from "../oids.ts";

export type PublicKey =
  & {
    /** SubjectPublicKeyInfo, DER. */
    readonly der: Uint8Array;
    readonly algorithm: AlgorithmIdentifier;
    /** The content of the BIT STRING. */
    readonly octets: Uint8Array;
    /** "RSA 2048", "EC P-256": for people. */
    readonly text: string;
  }
  & (
    | { readonly family: "RSA"; readonly modulus: bigint; readonly exponent: bigint; readonly bits: number }
    /** `curve` as WebCrypto names it, or its identifier where it does not know it. */
    | { readonly family: "EC"; readonly curve: string; readonly bits: number | undefined }
    | { readonly family: "other" }
  );

/** Throws PkiSyntaxError. */
export function parsePublicKey(value: DerValue): PublicKey {
  const reader = new DerReader(value, "subjectPublicKeyInfo");
  const algorithm = parseAlgorithm(reader.next("algorithm"));
  const octets = octetsOf(reader.next("subjectPublicKey", TAG.bitString), "subjectPublicKey");
  reader.end();
  const common = { der: value.bytes, algorithm, octets };
  switch (algorithm.oid) {
    case "1.2.840.113549.1.1.1": // rsaEncryption
    case "1.2.840.113549.1.1.10": { // RSASSA-PSS (RFC 4055 1.2)
      const key = new DerReader(readDer(octets), "RSAPublicKey");
      const modulus = integerOf(key.next("modulus", TAG.integer));
      const exponent = integerOf(key.next("publicExponent", TAG.integer));
      key.end();
      const bits = modulus > 0n ? modulus.toString(2).length : 0;
      return { ...common, family: "RSA", modulus, exponent, bits, text: `RSA ${bits}` };
    }
    case "1.2.840.10045.2.1": { // id-ecPublicKey
      const named = algorithm.parameters?.tag === TAG.objectIdentifier
        ? oidOf(algorithm.parameters)
        : "explicit";
      const curve = CURVES[named] ?? named;
      const bits = curve.startsWith("P-") ? Number(curve.slice(2)) : undefined;
      return { ...common, family: "EC", curve, bits, text: `EC ${curve}` };
    }
    default:
      return { ...common, family: "other", text: OTHERS[algorithm.oid] ?? algorithm.oid };
  }
}

const OTHERS: Readonly<Record<string, string>> = {
  "1.2.840.10040.4.1": "DSA",
  "1.3.101.112": "Ed25519",
  "1.3.101.113": "Ed448",
};
