import assert from "node:assert/strict";
import { fromHex, toHex } from "../wire/bytes.ts";
import { expandEspKeys } from "./ipsec_keys.ts";
import { ts33220Kdf } from "./kdf.ts";
import derived from "../../testdata/aka/digest_derived.json" with { type: "json" };

const ck = fromHex("000102030405060708090a0b0c0d0e0f");
const ik = fromHex("101112131415161718191a1b1c1d1e1f");

for (const set of derived.kdf) {
  Deno.test(`ts33220Kdf() agrees with hashlib on FC ${set.fc.toString(16)}`, () => {
    assert.equal(toHex(ts33220Kdf(fromHex(set.key), set.fc, set.parameters)), set.output);
  });
}

Deno.test("ts33220Kdf() refuses what does not fit", () => {
  assert.throws(() => ts33220Kdf(ck, 256, []), /does not fit one octet/);
  assert.throws(() => ts33220Kdf(ck, 1, [new Uint8Array(65536)]), RangeError);
});

Deno.test("expandEspKeys() derives the salts of Annex I: 7040f6a2 for GMAC, 99ca2318 for GCM", () => {
  const gmac = expandEspKeys({ integrity: "aes-gmac", encryption: "null" }, { ck, ik });
  assert.deepEqual([toHex(gmac.integrityKey), toHex(gmac.integritySalt)], [toHex(ik), "7040f6a2"]);
  assert.deepEqual([gmac.encryptionKey.length, gmac.encryptionSalt.length], [0, 0]);
  const gcm = expandEspKeys({ integrity: "null", encryption: "aes-gcm" }, { ck, ik });
  assert.deepEqual([toHex(gcm.encryptionKey), toHex(gcm.encryptionSalt)], [toHex(ck), "99ca2318"]);
  assert.deepEqual([gcm.integrityKey.length, gcm.integritySalt.length], [0, 0]);
});

Deno.test("expandEspKeys() puts 32 zero bits behind IK for HMAC-SHA-1-96 and takes CK for AES-CBC", () => {
  const keys = expandEspKeys({ integrity: "hmac-sha-1-96", encryption: "aes-cbc" }, { ck, ik });
  assert.equal(toHex(keys.integrityKey), toHex(ik) + "00000000");
  assert.equal(toHex(keys.encryptionKey), toHex(ck));
});

Deno.test("expandEspKeys() serves the deprecated pair: IK as it is, CK1 CK2 CK1 with odd parity", () => {
  const keys = expandEspKeys({ integrity: "hmac-md5-96", encryption: "des-ede3-cbc" }, { ck, ik });
  assert.equal(toHex(keys.integrityKey), toHex(ik));
  assert.equal(toHex(keys.encryptionKey), "0101020204040707" + "08080b0b0d0d0e0e" + "0101020204040707");
});

Deno.test("expandEspKeys() refuses keys of another length", () => {
  const pair = { integrity: "null", encryption: "null" } as const;
  assert.throws(() => expandEspKeys(pair, { ck: new Uint8Array(8), ik }), /CK has 8 octets/);
});
