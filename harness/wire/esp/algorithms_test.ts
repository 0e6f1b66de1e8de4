import assert from "node:assert/strict";
import {
  DEPRECATED_ALGORITHMS,
  ENCRYPTION_ALGORITHMS,
  INTEGRITY_ALGORITHMS,
  isAllowedPair,
} from "./algorithms.ts";

Deno.test("isAllowedPair() follows TS 33.203 Annex H", () => {
  const allowed = INTEGRITY_ALGORITHMS.flatMap((integrity) =>
    ENCRYPTION_ALGORITHMS.filter((encryption) => isAllowedPair({ integrity, encryption }))
      .map((encryption) => `${integrity} ${encryption}`)
  );
  assert.deepEqual(allowed, [
    "hmac-sha-1-96 aes-cbc",
    "hmac-sha-1-96 null",
    "hmac-sha-1-96 des-ede3-cbc",
    "aes-gmac null",
    "null aes-gcm",
    "hmac-md5-96 aes-cbc",
    "hmac-md5-96 null",
    "hmac-md5-96 des-ede3-cbc",
  ]);
  assert.deepEqual([...DEPRECATED_ALGORITHMS], ["hmac-md5-96", "des-ede3-cbc"]);
});
