/** What signing and verifying with RSA have in common (RFC 8017). */
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { concat, fromHex } from "../../wire/bytes.ts";

/** MD5 and SHA-1 are here because a device must refuse them (TS 33.310 6.1.1). */
export type SignatureHash = "MD5" | "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** EMSA-PKCS1-v1_5 (RFC 8017 9.2): `length` octets; undefined where the hash does not fit. */
export function pkcs1Encoding(
  hash: SignatureHash,
  message: Uint8Array,
  length: number,
): Uint8Array | undefined {
  const digestInfo = concat(fromHex(DIGEST_INFO[hash]), HASHES[hash](message));
  if (length < digestInfo.length + 11) return undefined;
  const padding = new Uint8Array(length - digestInfo.length - 3).fill(0xff);
  return concat(Uint8Array.of(0x00, 0x01), padding, Uint8Array.of(0x00), digestInfo);
}

/** `base` to the power of `exponent`, modulo `modulus`. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = result * square % modulus;
    square = square * square % modulus;
  }
  return result;
}

const HASHES: Readonly<Record<SignatureHash, (data: Uint8Array) => Uint8Array>> = {
  "MD5": md5,
  "SHA-1": sha1,
  "SHA-256": sha256,
  "SHA-384": sha384,
  "SHA-512": sha512,
};

/** RFC 8017 9.2 note 1: DigestInfo before the hash itself. */
const DIGEST_INFO: Readonly<Record<SignatureHash, string>> = {
  "MD5": "3020300c06082a864886f70d020505000410",
  "SHA-1": "3021300906052b0e03021a05000414",
  "SHA-256": "3031300d060960864801650304020105000420",
  "SHA-384": "3041300d060960864801650304020205000430",
  "SHA-512": "3051300d060960864801650304020305000440",
};
