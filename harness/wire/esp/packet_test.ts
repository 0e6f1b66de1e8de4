import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, fromHex, toHex } from "../bytes.ts";
import { expandEspKeys } from "../../crypto/ipsec_keys.ts";
import { WireSyntaxError } from "../errors.ts";
import { openEsp, parseEspHeader, protectEsp } from "./packet.ts";
import { ENCRYPTION_ALGORITHMS, type EspKeys, type EspPair, INTEGRITY_ALGORITHMS } from "./algorithms.ts";
import { espSizes } from "./sizes.ts";
import aesCbc from "../../../testdata/esp/rfc3602_cases5-8.json" with { type: "json" };
import gcmGmac from "../../../testdata/esp/gcm_gmac.json" with { type: "json" };

const NOTHING = new Uint8Array();
const NO_KEYS = {
  integrityKey: NOTHING,
  integritySalt: NOTHING,
  encryptionKey: NOTHING,
  encryptionSalt: NOTHING,
};

for (
  const [number, key, packetHex, payloadHex, nextHeader] of [
    [5, aesCbc.CASE56_KEY, aesCbc.CASE5_MSG, aesCbc.CASE5_PAYLOAD, 1],
    [6, aesCbc.CASE56_KEY, aesCbc.CASE6_MSG, aesCbc.CASE6_PAYLOAD, 1],
    [7, aesCbc.CASE78_KEY, aesCbc.CASE7_MSG, aesCbc.CASE7_PAYLOAD, 4],
    [8, aesCbc.CASE78_KEY, aesCbc.CASE8_MSG, aesCbc.CASE8_PAYLOAD, 4],
  ] as const
) {
  const keys: EspKeys = { ...NO_KEYS, integrity: "null", encryption: "aes-cbc", encryptionKey: fromHex(key) };
  const packet = fromHex(packetHex), payload = fromHex(payloadHex);

  Deno.test(`openEsp() opens the packet of RFC 3602 case ${number}`, () => {
    const opened = openEsp(keys, packet);
    assert.ok(opened.ok);
    assert.equal(toHex(opened.payload), payloadHex);
    assert.equal(opened.nextHeader, nextHeader);
  });

  Deno.test(`protectEsp() makes the packet of RFC 3602 case ${number}`, () => {
    const made = protectEsp(keys, {
      ...parseEspHeader(packet),
      iv: packet.slice(8, 24),
      payload,
      nextHeader,
    });
    assert.equal(toHex(made), packetHex);
  });
}

for (
  const [integrity, encryption, sets] of [
    ["null", "aes-gcm", gcmGmac.gcm],
    ["aes-gmac", "null", gcmGmac.gmac.map((set) => ({ ...set, ciphertext: set.body }))],
  ] as const
) {
  for (const set of sets) {
    const name = integrity === "null" ? encryption : integrity;
    Deno.test(`protectEsp() and openEsp() agree with draft-mcgrew-gcm-test on ${name}, ${set.name}`, () => {
      const key = fromHex(set.key), salt = fromHex(set.salt);
      const keys: EspKeys = integrity === "null"
        ? { ...NO_KEYS, integrity, encryption, encryptionKey: key, encryptionSalt: salt }
        : { ...NO_KEYS, integrity, encryption, integrityKey: key, integritySalt: salt };
      const packetHex = set.spi + set.sequence + set.iv + set.ciphertext + set.icv;
      const opened = openEsp(keys, fromHex(packetHex));
      assert.ok(opened.ok);
      assert.ok(set.body.startsWith(toHex(opened.payload)));
      assert.equal(opened.nextHeader, 1);
      assert.equal(toHex(protectEsp(keys, { ...opened, iv: fromHex(set.iv) })), packetHex);
    });
  }
}

const ck = fromHex("000102030405060708090a0b0c0d0e0f");
const ik = fromHex("101112131415161718191a1b1c1d1e1f");
const pairs: EspPair[] = INTEGRITY_ALGORITHMS.flatMap((integrity) =>
  ENCRYPTION_ALGORITHMS.map((encryption) => ({ integrity, encryption }))
).filter(({ integrity, encryption }) =>
  integrity === "aes-gmac" ? encryption === "null" : encryption !== "aes-gcm" || integrity === "null"
);

const octets = (n: number) => fc.uint8Array({ minLength: n, maxLength: n });
const u32 = fc.nat(0xffffffff);

for (const pair of pairs) {
  const name = `${pair.integrity} with ${pair.encryption}`;
  const keys = expandEspKeys(pair, { ck, ik });
  const sizes = espSizes(pair);
  const fields = fc.record({
    spi: u32,
    sequence: u32,
    nextHeader: fc.nat(255),
    payload: fc.uint8Array({ maxLength: 100 }),
    iv: octets(sizes.iv),
  });

  Deno.test(`openEsp() undoes protectEsp(), ${name}`, () => {
    fc.assert(fc.property(fields, (f) => {
      const packet = protectEsp(keys, f);
      const opened = openEsp(keys, packet);
      assert.ok(opened.ok);
      const { spi, sequence, nextHeader, payload } = opened;
      const { iv, ...sent } = f;
      assert.deepEqual({ spi, sequence, nextHeader, payload: toHex(payload) }, {
        ...sent,
        payload: toHex(sent.payload),
      });
      assert.equal((packet.length - 8 - iv.length - sizes.icv) % sizes.align, 0);
      assert.equal(payload.constructor, Uint8Array);
    }));
  });

  if (sizes.icv > 0) {
    Deno.test(`openEsp() refuses any changed bit, ${name}`, () => {
      fc.assert(fc.property(fields, fc.nat(), (f, anyBit) => {
        const packet = protectEsp(keys, f);
        const bit = anyBit % (packet.length * 8);
        packet[bit >> 3] = (packet[bit >> 3] as number) ^ (0x80 >> (bit & 7));
        const opened = openEsp(keys, packet);
        assert.deepEqual([opened.ok, !opened.ok && opened.reason], [false, "icv"]);
      }));
    });

    Deno.test(`openEsp() refuses another key, ${name}`, () => {
      fc.assert(fc.property(fields, octets(16), octets(16), (f, otherCk, otherIk) => {
        const opened = openEsp(expandEspKeys(pair, { ck: otherCk, ik: otherIk }), protectEsp(keys, f));
        assert.deepEqual([opened.ok, !opened.ok && opened.reason], [false, "icv"]);
      }));
    });
  }

  Deno.test(`openEsp() takes any octets without throwing, ${name}`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (packet) => {
      assert.equal(typeof openEsp(keys, packet).ok, "boolean");
    }));
  });
}

Deno.test("every algorithm pair that some document defines is tested", () => assert.equal(pairs.length, 11));

const clear = expandEspKeys({ integrity: "hmac-sha-1-96", encryption: "null" }, { ck, ik });
const simple = { spi: 1, sequence: 1, nextHeader: 17, iv: NOTHING };

Deno.test("protectEsp() pads with 1, 2, 3 up to four octets", () => {
  const body = (length: number) =>
    toHex(protectEsp(clear, { ...simple, payload: new Uint8Array(length) }).slice(8, -12));
  assert.deepEqual([0, 1, 2, 3].map(body), ["01020211", "00010111", "00000011", "0000000102030311"]);
});

Deno.test("openEsp() refuses padding of other content, unless told to take any", () => {
  const packet = protectEsp(clear, { ...simple, payload: NOTHING, padding: fromHex("0102000405") });
  assert.deepEqual(openEsp(clear, packet), { ok: false, reason: "padding", spi: 1, sequence: 1 });
  const opened = openEsp(clear, packet, { anyPadding: true });
  assert.ok(opened.ok && opened.padLength === 5);
});

Deno.test("openEsp() takes longer padding than is needed", () => {
  const padding = Uint8Array.from({ length: 254 }, (_, i) => i + 1);
  const opened = openEsp(clear, protectEsp(clear, { ...simple, payload: fromHex("aa"), padding }));
  assert.ok(opened.ok && toHex(opened.payload) === "aa");
});

Deno.test("openEsp() refuses a pad length that reaches before the payload", () => {
  const none = expandEspKeys({ integrity: "null", encryption: "null" }, { ck, ik });
  const packet = concat(fromHex("0000000100000001"), fromHex("01020311"));
  assert.deepEqual(openEsp(none, packet), { ok: false, reason: "padding", spi: 1, sequence: 1 });
  assert.equal(openEsp(none, packet, { anyPadding: true }).ok, false);
});

Deno.test("openEsp() refuses what is too short or not whole blocks", () => {
  const reason = (keys: EspKeys, length: number) => {
    const opened = openEsp(keys, new Uint8Array(length));
    return !opened.ok && opened.reason;
  };
  const cbc = expandEspKeys({ integrity: "null", encryption: "aes-cbc" }, { ck, ik });
  assert.equal(reason(clear, 7), "short");
  assert.equal(reason(clear, 21), "short");
  assert.equal(reason(clear, 22), "icv");
  assert.equal(reason(cbc, 24), "short");
  assert.equal(reason(cbc, 41), "short");
});

Deno.test("protectEsp() refuses IVs and padding the algorithms cannot take", () => {
  const cbc = expandEspKeys({ integrity: "null", encryption: "aes-cbc" }, { ck, ik });
  assert.throws(() => protectEsp(cbc, { ...simple, payload: NOTHING }), /IV has 0 octets, needs 16/);
  const iv = new Uint8Array(16);
  assert.throws(
    () => protectEsp(cbc, { ...simple, iv, payload: NOTHING, padding: new Uint8Array(3) }),
    /needs a multiple of 16/,
  );
  const padding = new Uint8Array(256);
  assert.throws(() => protectEsp(clear, { ...simple, payload: NOTHING, padding }), /needs at most 255/);
});

Deno.test("espSizes() refuses pairs that no document defines", () => {
  assert.throws(() => espSizes({ integrity: "aes-gmac", encryption: "aes-cbc" }), /do not go together/);
  assert.throws(() => espSizes({ integrity: "hmac-sha-1-96", encryption: "aes-gcm" }), /do not go together/);
});

Deno.test("parseEspHeader() needs eight octets", () => {
  assert.throws(() => parseEspHeader(new Uint8Array(7)), WireSyntaxError);
});
