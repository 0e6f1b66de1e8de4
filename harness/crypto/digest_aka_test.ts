import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../wire/bytes.ts";
import {
  akaPassword,
  AkaSyntaxError,
  buildAkaNonce,
  formatAuts,
  parseAkaNonce,
  parseAuts,
} from "./digest_aka.ts";

const octets = (n: number) => fc.uint8Array({ minLength: n, maxLength: n });

Deno.test("parseAkaNonce() undoes buildAkaNonce()", () => {
  fc.assert(
    fc.property(octets(16), octets(16), fc.uint8Array({ maxLength: 40 }), (rand, autn, serverData) => {
      const parts = parseAkaNonce(buildAkaNonce({ rand, autn, serverData }));
      assert.deepEqual([parts.rand, parts.autn, parts.serverData].map((p) => [...p]), [
        [...rand],
        [...autn],
        [...serverData],
      ]);
    }),
  );
});

Deno.test("parseAuts() undoes formatAuts()", () => {
  fc.assert(fc.property(octets(14), (auts) => {
    assert.deepEqual([...parseAuts(formatAuts(auts))], [...auts]);
  }));
});

Deno.test("parseAkaNonce() refuses what is short or not base64, naming the place", () => {
  assert.throws(() => parseAkaNonce("dcd98b7102dd2f0e-b11d0f600bfb0c093"), {
    name: "AkaSyntaxError",
    offset: 16,
  });
  assert.throws(() => parseAkaNonce(fromHex("00".repeat(31)).toBase64()), /31 octets, needs at least 32/);
  assert.throws(() => parseAkaNonce("AA=A"), AkaSyntaxError);
  assert.throws(() => parseAuts("AAAA"), /auts has 3 octets, needs 14/);
});

Deno.test("parseAkaNonce() gives a nonce or AkaSyntaxError for any text", () => {
  const base64 = fc.string({ unit: fc.constantFrom(..."ABCDwxyz0189+/="), maxLength: 80 });
  fc.assert(fc.property(fc.oneof(fc.string(), base64), (text) => {
    try {
      assert.equal(parseAkaNonce(text).rand.length, 16);
    } catch (error) {
      assert.ok(error instanceof AkaSyntaxError);
    }
  }));
});

Deno.test("akaPassword() refuses an algorithm that is not AKA", () => {
  const keys = { res: fromHex("00"), ck: fromHex("00"), ik: fromHex("00") };
  assert.throws(() => akaPassword("MD5", keys), /"MD5" is not an AKA one/);
});
