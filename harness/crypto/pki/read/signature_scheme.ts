/** Signature algorithms by their identifiers. */
import type { SignatureHash } from "../rsa.ts";
import type { AlgorithmIdentifier } from "./algorithm.ts";

export interface SignatureScheme {
  readonly family: "RSA" | "RSA-PSS" | "EC" | "Ed25519";
  /** Undefined where the parameters say it (RSA-PSS), or there is no choice (Ed25519). */
  readonly hash?: SignatureHash;
  /** "sha256WithRSAEncryption": as RFC 3279, 4055, 5758 name it. */
  readonly name: string;
}

/** What an algorithm identifier of a signature stands for; undefined if it is not known here. */
export function signatureScheme({ oid }: AlgorithmIdentifier): SignatureScheme | undefined {
  return SCHEMES[oid];
}

const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  "1.2.840.113549.1.1.4": { family: "RSA", hash: "MD5", name: "md5WithRSAEncryption" },
  "1.2.840.113549.1.1.5": { family: "RSA", hash: "SHA-1", name: "sha1WithRSAEncryption" },
  "1.2.840.113549.1.1.10": { family: "RSA-PSS", name: "id-RSASSA-PSS" },
  "1.2.840.113549.1.1.11": { family: "RSA", hash: "SHA-256", name: "sha256WithRSAEncryption" },
  "1.2.840.113549.1.1.12": { family: "RSA", hash: "SHA-384", name: "sha384WithRSAEncryption" },
  "1.2.840.113549.1.1.13": { family: "RSA", hash: "SHA-512", name: "sha512WithRSAEncryption" },
  "1.2.840.10045.4.1": { family: "EC", hash: "SHA-1", name: "ecdsa-with-SHA1" },
  "1.2.840.10045.4.3.2": { family: "EC", hash: "SHA-256", name: "ecdsa-with-SHA256" },
  "1.2.840.10045.4.3.3": { family: "EC", hash: "SHA-384", name: "ecdsa-with-SHA384" },
  "1.2.840.10045.4.3.4": { family: "EC", hash: "SHA-512", name: "ecdsa-with-SHA512" },
  "1.3.101.112": { family: "Ed25519", name: "Ed25519" },
};
