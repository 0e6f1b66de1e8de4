/** The values of the `algorithm` parameter: RFC 7616 3.3, RFC 8760 2, RFC 3310 3.1, RFC 4169 3. */
import { hmac } from "@noble/hashes/hmac.js";
import { md5 } from "@noble/hashes/legacy.js";
import { sha256, sha512_256 } from "@noble/hashes/sha2.js";
import { toHex } from "../wire/bytes.ts";

export type DigestHash = "MD5" | "SHA-256" | "SHA-512-256";

export interface DigestAlgorithm {
  readonly hash: DigestHash;
  /** The `-sess` variant: H(A1) also covers nonce and cnonce. */
  readonly session: boolean;
  /** AKA version of `AKAv1-…` and `AKAv2-…`; absent for a password the user knows. */
  readonly akaVersion?: 1 | 2;
}

/**
 * Takes an algorithm name apart, in any case; undefined if we do not know it. An absent parameter is MD5
 * (RFC 2617 3.2.1).
 */
export function parseDigestAlgorithm(name = "MD5"): DigestAlgorithm | undefined {
  const match = ALGORITHM.exec(name);
  if (!match) return undefined;
  const [, version, hash = "", session] = match;
  const algorithm = { hash: hash.toUpperCase() as DigestHash, session: session !== undefined };
  return version === undefined ? algorithm : { ...algorithm, akaVersion: version === "1" ? 1 : 2 };
}

// algorithm = [ "AKAv" ( "1" / "2" ) "-" ] hash [ "-sess" ]
const ALGORITHM = /^(?:AKAv([12])-)?(MD5|SHA-256|SHA-512-256)(-sess)?$/i;

/** H() of RFC 7616 3.3: lower-case hexadecimal. */
export function hashHex(hash: DigestHash, input: Uint8Array): string {
  return toHex(HASHES[hash](input));
}

/** HMAC with that hash (RFC 2104), the PRF of RFC 4169. */
export function hmacOf(hash: DigestHash, key: Uint8Array, input: Uint8Array): Uint8Array {
  return hmac(HASHES[hash], key, input);
}

const HASHES = { "MD5": md5, "SHA-256": sha256, "SHA-512-256": sha512_256 } as const;
