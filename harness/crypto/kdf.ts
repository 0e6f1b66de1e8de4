/** The key derivation function of TS 33.220 Annex B.2. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bigintToBytes, concat, utf8 } from "../wire/bytes.ts";

/**
 * HMAC-SHA-256(key, S), 32 octets, S = FC || P0 || L0 || P1 || L1 … with each length in two octets. `fc` is one
 * octet; text parameters are taken as UTF-8 (TS 33.220 B.2.1.2). Throws RangeError if something does not fit.
 */
export function ts33220Kdf(
  key: Uint8Array,
  fc: number,
  parameters: readonly (Uint8Array | string)[],
): Uint8Array {
  if (!Number.isInteger(fc) || fc < 0 || fc > 0xff) throw new RangeError(`FC "${fc}" does not fit one octet`);
  const parts = parameters.map((p) => typeof p === "string" ? utf8(p) : p);
  const s = concat(
    Uint8Array.of(fc),
    ...parts.flatMap((part) => [part, bigintToBytes(BigInt(part.length), 2)]),
  );
  return hmac(sha256, key, s);
}
