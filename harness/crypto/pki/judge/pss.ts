/** RSASSA-PSS: its parameters (RFC 4055 3.1) and EMSA-PSS (RFC 8017 9.1.2). */
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { bigintToBytes, concat, equalBytes, xor } from "../../../wire/bytes.ts";
import { parseAlgorithm } from "../read/algorithm.ts";
import type { DerValue } from "../read/der.ts";
import { DerReader, integerOf, oidOf } from "../read/der_reader.ts";

export interface PssParameters {
  /** Object identifier of the hash; the mask generation is MGF1 with `maskHash`. */
  readonly hash: string;
  readonly maskHash: string;
  readonly saltLength: number;
}

/** With the defaults of RFC 4055: SHA-1, 20 octets of salt. Throws PkiSyntaxError. */
export function parsePssParameters(value: DerValue | undefined): PssParameters {
  if (value === undefined) return { hash: SHA1, maskHash: SHA1, saltLength: 20 };
  const reader = new DerReader(value, "RSASSA-PSS-params");
  const [hash, mask, salt] = [0xa0, 0xa1, 0xa2].map((tag) => reader.optional(tag)?.children[0]);
  reader.optional(0xa3);
  reader.end();
  const inner = mask && parseAlgorithm(mask).parameters?.children[0];
  return {
    hash: hash ? parseAlgorithm(hash).oid : SHA1,
    maskHash: inner ? oidOf(inner) : SHA1,
    saltLength: salt ? Number(integerOf(salt)) : 20,
  };
}

/** Is `encoded` (of `bits` bits) the encoding of `message`? */
export function pssMatches(
  encoded: Uint8Array,
  bits: number,
  message: Uint8Array,
  parameters: DerValue | undefined,
): { readonly valid: true } | { readonly valid: false; readonly unsupported: boolean; readonly why: string } {
  const { hash: hashOid, maskHash: maskOid, saltLength } = parsePssParameters(parameters);
  const [hash, maskHash] = [HASHES[hashOid], HASHES[maskOid]];
  if (!hash || !maskHash) {
    return { valid: false, unsupported: true, why: `imspeer cannot verify RSASSA-PSS with "${hashOid}"` };
  }
  const mismatch = { valid: false, unsupported: false, why: "the signature does not match" } as const;
  const hashLength = hash(new Uint8Array()).length;
  const dbLength = encoded.length - hashLength - 1;
  if (saltLength < 0 || dbLength < saltLength + 1 || encoded.at(-1) !== 0xbc) return mismatch;
  const maskedDb = encoded.subarray(0, dbLength);
  const h = encoded.subarray(dbLength, dbLength + hashLength);
  const unused = 8 * encoded.length - bits;
  const top = 0xff >> unused;
  if ((maskedDb[0]! & ~top & 0xff) !== 0) return mismatch;
  const db = xor(maskedDb, mgf1(h, dbLength, maskHash));
  db[0]! &= top;
  const zeros = dbLength - saltLength - 1;
  if (db[zeros] !== 0x01 || db.subarray(0, zeros).some((octet) => octet !== 0)) return mismatch;
  const salt = db.subarray(zeros + 1);
  const expected = hash(concat(new Uint8Array(8), hash(message), salt));
  return equalBytes(h, expected) ? { valid: true } : mismatch;
}

type Hash = (data: Uint8Array) => Uint8Array;

/** RFC 8017 B.2.1. */
function mgf1(seed: Uint8Array, length: number, hash: Hash): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let have = 0, counter = 0n; have < length; counter++) {
    const part = hash(concat(seed, bigintToBytes(counter, 4)));
    parts.push(part);
    have += part.length;
  }
  return concat(...parts).subarray(0, length);
}

const SHA1 = "1.3.14.3.2.26";
const HASHES: Readonly<Record<string, Hash>> = {
  [SHA1]: sha1,
  "2.16.840.1.101.3.4.2.1": sha256,
  "2.16.840.1.101.3.4.2.2": sha384,
  "2.16.840.1.101.3.4.2.3": sha512,
};

/** By object identifier. */
export const PSS_HASH_NAMES: Readonly<Record<string, string>> = {
  [SHA1]: "SHA-1",
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};
