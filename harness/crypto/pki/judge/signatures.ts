/**
 * Is this the signature of that key? Nothing here says whether an algorithm is strong enough: that is profile.ts.
 *
 * RSA is computed here, in the open: WebCrypto has no MD5, and a peer chooses key sizes that platforms do not all
 * survive. ECDSA and Ed25519 are WebCrypto's.
 */
import { bigintToBytes, bytesToBigint, concat, equalBytes } from "../../../wire/bytes.ts";
import type { SignatureFields } from "../read/algorithm.ts";
import { readDer, TAG } from "../read/der.ts";
import { DerReader, integerOf } from "../read/der_reader.ts";
import { PkiSyntaxError } from "../pki_syntax_error.ts";
import { pssMatches } from "./pss.ts";
import type { PublicKey } from "../read/public_key.ts";
import { type SignatureScheme, signatureScheme } from "../read/signature_scheme.ts";
import { modPow, pkcs1Encoding } from "../rsa.ts";

export type SignatureVerdict =
  | { readonly valid: true }
  /** `unsupported`: nothing is known of it, since this program cannot compute it. */
  | { readonly valid: false; readonly unsupported: boolean; readonly why: string };

/** Never throws. */
export async function verifySignature(
  fields: SignatureFields,
  tbs: Uint8Array,
  key: PublicKey,
): Promise<SignatureVerdict> {
  if (!equalBytes(fields.algorithm.der, fields.inner.der)) {
    return wrong("the algorithm inside the signed part and the one outside are not the same");
  }
  const scheme = signatureScheme(fields.algorithm);
  if (scheme === undefined) return unknown(`the signature algorithm "${fields.algorithm.oid}"`);
  try {
    switch (scheme.family) {
      case "RSA":
      case "RSA-PSS":
        return verifyRsa(scheme, fields, tbs, key);
      case "EC":
        return await verifyEcdsa(scheme, fields.value, tbs, key);
      case "Ed25519":
        return await verifyEd25519(fields.value, tbs, key);
    }
  } catch (error) {
    return wrong(error instanceof PkiSyntaxError ? error.message : `the issuer's key is none: ${error}`);
  }
}

/** RFC 8017 8.2.2, 8.1.2. */
function verifyRsa(
  scheme: SignatureScheme,
  { algorithm, value }: SignatureFields,
  tbs: Uint8Array,
  key: PublicKey,
): SignatureVerdict {
  if (key.family !== "RSA") return wrong(`the signature is of RSA, the issuer's key of ${key.text}`);
  const { modulus, exponent, bits } = key;
  // What others refuse too: the sizes bound the time that a peer can make us spend.
  if (bits > 16384 || exponent >= 1n << 64n) return unknown("an RSA key of this size");
  if (bits < 256 || exponent < 3n) return wrong(`the issuer's RSA key of ${bits} bits is none`);
  const length = Math.ceil(bits / 8);
  const number = bytesToBigint(value);
  if (value.length !== length || number >= modulus) {
    return wrong("the signature is not as long as the RSA key");
  }
  const encoded = modPow(number, exponent, modulus);
  if (scheme.family === "RSA-PSS") {
    // One octet less where the top bit falls away (RFC 8017 8.1.2 step 2c).
    const octets = bigintToBytes(encoded, length).subarray((bits - 1) % 8 === 0 ? 1 : 0);
    return pssMatches(octets, bits - 1, tbs, algorithm.parameters);
  }
  const expected = pkcs1Encoding(scheme.hash ?? "SHA-256", tbs, length);
  if (expected === undefined) return wrong("the RSA key is too short for the hash");
  return equalBytes(bigintToBytes(encoded, length), expected) ? VALID : MISMATCH;
}

/** RFC 3279 2.2.3: two integers; WebCrypto wants them as two halves. */
async function verifyEcdsa(
  { hash = "SHA-256" }: SignatureScheme,
  signature: Uint8Array,
  tbs: Uint8Array,
  key: PublicKey,
): Promise<SignatureVerdict> {
  if (key.family !== "EC") return wrong(`the signature is of ECDSA, the issuer's key of ${key.text}`);
  if (key.bits === undefined) return unknown(`the curve "${key.curve}"`);
  if (key.curve !== "P-256" && hash === "SHA-1") return unknown(`SHA-1 with ${key.curve}`);
  const reader = new DerReader(readDer(signature), "Ecdsa-Sig-Value");
  const parts = ["r", "s"].map((name) => integerOf(reader.next(name, TAG.integer)));
  reader.end();
  const half = Math.ceil(key.bits / 8);
  if (parts.some((part) => part <= 0n || part >> BigInt(8 * half) !== 0n)) {
    return wrong("the signature's numbers are out of the curve's range");
  }
  const raw = concat(...parts.map((part) => bigintToBytes(part, half)));
  const algorithm = { name: "ECDSA", namedCurve: key.curve, hash };
  const imported = await crypto.subtle.importKey("spki", new Uint8Array(key.der), algorithm, false, [
    "verify",
  ]);
  return await crypto.subtle.verify(algorithm, imported, new Uint8Array(raw), new Uint8Array(tbs))
    ? VALID
    : MISMATCH;
}

/** RFC 8410. */
async function verifyEd25519(value: Uint8Array, tbs: Uint8Array, key: PublicKey): Promise<SignatureVerdict> {
  if (key.text !== "Ed25519") return wrong(`the signature is of Ed25519, the issuer's key of ${key.text}`);
  const imported = await crypto.subtle.importKey("spki", new Uint8Array(key.der), "Ed25519", false, [
    "verify",
  ]);
  return await crypto.subtle.verify("Ed25519", imported, new Uint8Array(value), new Uint8Array(tbs))
    ? VALID
    : MISMATCH;
}

const VALID: SignatureVerdict = { valid: true };
const MISMATCH = wrong("the signature does not match");

function wrong(why: string): SignatureVerdict {
  return { valid: false, unsupported: false, why };
}

function unknown(what: string): SignatureVerdict {
  return { valid: false, unsupported: true, why: `imspeer cannot verify ${what}` };
}
