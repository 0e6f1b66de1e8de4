import assert from "node:assert/strict";
import { seededRandom } from "./random.ts";

Deno.test("seededRandom() repeats itself for the same seed and labels, in whatever pieces it is read", () => {
  const whole = seededRandom("s", "aka/one", 1).bytes(100);
  const pieces = seededRandom("s", "aka/one", 1);
  assert.deepEqual(new Uint8Array([...pieces.bytes(1), ...pieces.bytes(40), ...pieces.bytes(59)]), whole);
});

Deno.test("seededRandom() differs by seed, by label and by where one label ends", () => {
  const hex = (...labels: [string, ...string[]]) => seededRandom(...labels).bytes(8).toHex();
  const all = [hex("s", "a"), hex("t", "a"), hex("s", "b"), hex("s", "a", "1"), hex("s", "a1"), hex("sa")];
  assert.equal(new Set(all).size, all.length);
});

Deno.test("seededRandom() keeps its published stream, so that an old seed still means the same run", () => {
  // SHA-256(SHA-256("1:s") || 64-bit counter 0), computed with Python's hashlib.
  assert.equal(seededRandom("s").bytes(8).toHex(), "ea7d4b9801c664aa");
});

Deno.test("token() is letters and digits and begins with a letter", () => {
  const random = seededRandom("tokens");
  for (let i = 0; i < 200; i++) assert.match(random.token(), /^[a-z][a-z0-9]{15}$/);
  assert.equal(random.token(3).length, 3);
});

Deno.test("integer() stays below its bound, reaches all of it, and refuses bounds that are none", () => {
  const random = seededRandom("numbers");
  const seen = new Set(Array.from({ length: 400 }, () => random.integer(5)));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4]);
  for (const bad of [0, -1, 1.5, 2 ** 33]) assert.throws(() => random.integer(bad), RangeError);
  assert.throws(() => random.bytes(-1), RangeError);
});
