/** The pseudorandom function of TLS 1.2 (RFC 5246 5), with SHA-256. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, utf8 } from "../wire/bytes.ts";

/** So many octets of P_SHA256(secret, label || seed). */
export function tlsPrf(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const whole = concat(utf8(label), seed);
  const output: Uint8Array[] = [];
  let a = whole;
  for (let made = 0; made < length; made += 32) {
    a = hmac(sha256, secret, a);
    output.push(hmac(sha256, secret, concat(a, whole)));
  }
  return concat(...output).subarray(0, length);
}
