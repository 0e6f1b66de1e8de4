import assert from "node:assert/strict";
import fc from "fast-check";
import { bigintToBytes, bytesToBigint, concat, equalBytes, fromHex, toHex, xor } from "./bytes.ts";

Deno.test("bytesToBigint() undoes bigintToBytes()", () => {
  fc.assert(fc.property(fc.bigInt(0n, (1n << 64n) - 1n), (value) => {
    assert.equal(bytesToBigint(bigintToBytes(value, 8)), value);
  }));
  assert.equal(bytesToBigint(new Uint8Array()), 0n);
  assert.equal(bigintToBytes(0n, 0).length, 0);
});

Deno.test("bigintToBytes() refuses what does not fit", () => {
  assert.throws(() => bigintToBytes(256n, 1), /"256" does not fit into 1 octets/);
  assert.throws(() => bigintToBytes(-1n, 1), RangeError);
});

Deno.test("equalBytes() is equality", () => {
  const bytes = fc.uint8Array({ maxLength: 3 });
  fc.assert(fc.property(bytes, bytes, (a, b) => assert.equal(equalBytes(a, b), toHex(a) === toHex(b))));
});

Deno.test("xor() needs equal lengths; concat() joins in order", () => {
  assert.throws(() => xor(new Uint8Array(1), new Uint8Array(2)), /found 1 and 2/);
  assert.equal(toHex(xor(fromHex("ff0f"), fromHex("f0ff"))), "0ff0");
  assert.equal(toHex(concat(fromHex("01"), fromHex(""), fromHex("0203"))), "010203");
});
