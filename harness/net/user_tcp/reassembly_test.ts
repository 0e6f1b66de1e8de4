import assert from "node:assert/strict";
import fc from "fast-check";
import { Reassembly } from "./reassembly.ts";

Deno.test("take() gives the stream back from pieces in any order, overlapping and repeated", () => {
  const length = 60;
  const stream = Uint8Array.from({ length }, (_, i) => i);
  const cut = fc.tuple(fc.integer({ min: 0, max: length }), fc.integer({ min: 0, max: length }));
  fc.assert(fc.property(fc.array(cut, { maxLength: 40 }), (cuts) => {
    const reassembly = new Reassembly();
    const present = new Set<number>();
    let next = 0;
    const got: number[] = [];
    for (const [x, y] of cuts) {
      const [from, to] = [Math.min(x, y), Math.max(x, y)];
      reassembly.insert(from, stream.slice(from, to));
      for (let i = from; i < to; i++) present.add(i);
      for (const piece of reassembly.take(next)) {
        got.push(...piece);
        next += piece.length;
      }
      let expected = 0;
      while (present.has(expected)) expected++;
      assert.equal(next, expected);
    }
    assert.deepEqual(got, [...stream.slice(0, next)]);
  }));
});

Deno.test("insert() keeps what came first where two say different things", () => {
  const reassembly = new Reassembly();
  reassembly.insert(2, Uint8Array.of(2, 3));
  reassembly.insert(0, Uint8Array.of(90, 91, 92, 93, 94));
  assert.deepEqual(reassembly.take(0).flatMap((piece) => [...piece]), [90, 91, 2, 3, 94]);
  assert.ok(reassembly.empty);
});

Deno.test("insert() bounds the number of pieces", () => {
  const reassembly = new Reassembly();
  for (let i = 0; i < 10_000; i++) reassembly.insert(2 * i + 1, Uint8Array.of(1));
  reassembly.insert(0, Uint8Array.of(0));
  assert.ok(reassembly.take(0).length < 300);
});
