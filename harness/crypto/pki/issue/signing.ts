/** Signing as issuers do: a tbs structure in, its AlgorithmIdentifier and signature out. Verifying is signatures.ts. */
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { bigintToBytes, bytesToBigint } from "../../../wire/bytes.ts";
import { derOf, own } from "./asn1.ts";
import { type KeyPair, signingKey } from "./keys.ts";
import { modPow, pkcs1Encoding, type SignatureHash } from "../rsa.ts";

/** Of the signature that `sign()` makes. Throws RangeError for ECDSA with MD5, which has no identifier. */
export function signatureAlgorithm(keys: KeyPair, hash: SignatureHash): pkijs.AlgorithmIdentifier {
  const algorithmId = OIDS[keys.family][hash];
  if (algorithmId === undefined) throw new RangeError(`"${hash}" needs an RSA key, found "${keys.curve}"`);
  // RFC 3279 2.2.1: NULL with RSA; RFC 5758 3.2: nothing with ECDSA.
  return new pkijs.AlgorithmIdentifier({
    algorithmId,
    ...(keys.family === "RSA" ? { algorithmParams: new asn1js.Null() } : {}),
  });
}

/** PKCS#1 v1.5 or ECDSA, as the key is; the content of the BIT STRING of a certificate or CRL. */
export async function sign(tbs: Uint8Array, keys: KeyPair, hash: SignatureHash): Promise<Uint8Array> {
  if (hash === "MD5") return await signMd5(tbs, keys);
  const algorithm = keys.family === "RSA" ? "RSASSA-PKCS1-v1_5" : { name: "ECDSA", hash };
  const key = await signingKey(keys, hash);
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, key, own(tbs)));
  return keys.family === "RSA" ? signature : ecdsaSigValue(signature);
}

/** RFC 8017 8.2.1 by hand: WebCrypto knows no MD5. */
async function signMd5(tbs: Uint8Array, keys: KeyPair): Promise<Uint8Array> {
  const jwk = await crypto.subtle.exportKey("jwk", await signingKey(keys, "SHA-256"));
  const [n, d] = [jwk.n, jwk.d].map((part) =>
    Uint8Array.fromBase64(part ?? "", { alphabet: "base64url" })
  ) as [Uint8Array, Uint8Array];
  const encoded = pkcs1Encoding("MD5", tbs, n.length);
  if (encoded === undefined) throw new RangeError(`MD5 needs a longer RSA key, found ${8 * n.length} bits`);
  const power = modPow(bytesToBigint(encoded), bytesToBigint(d), bytesToBigint(n));
  return bigintToBytes(power, n.length);
}

/** WebCrypto's r || s as Ecdsa-Sig-Value (RFC 3279 2.2.3). */
function ecdsaSigValue(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  const integers = [signature.subarray(0, half), signature.subarray(half)].map((part) =>
    asn1js.Integer.fromBigInt(bytesToBigint(part))
  );
  return derOf(new asn1js.Sequence({ value: integers }));
}

/** RFC 8017 A.2.4, RFC 3279 2.2.3, RFC 5758 3.2. */
const OIDS: Readonly<Record<KeyPair["family"], Readonly<Partial<Record<SignatureHash, string>>>>> = {
  RSA: {
    "MD5": "1.2.840.113549.1.1.4",
    "SHA-1": "1.2.840.113549.1.1.5",
    "SHA-256": "1.2.840.113549.1.1.11",
    "SHA-384": "1.2.840.113549.1.1.12",
    "SHA-512": "1.2.840.113549.1.1.13",
  },
  EC: {
    "SHA-1": "1.2.840.10045.4.1",
    "SHA-256": "1.2.840.10045.4.3.2",
    "SHA-384": "1.2.840.10045.4.3.3",
    "SHA-512": "1.2.840.10045.4.3.4",
  },
};
