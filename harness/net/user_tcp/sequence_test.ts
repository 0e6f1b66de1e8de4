import assert from "node:assert/strict";
import fc from "fast-check";
import { distance, positionOf, sequenceAt } from "./sequence.ts";

const uint32 = fc.integer({ min: 0, max: 0xffffffff });

Deno.test("distance() goes round the end of the numbers", () => {
  assert.equal(distance(5, 3), 2);
  assert.equal(distance(2, 0xfffffffe), 4);
  assert.equal(distance(0xfffffffe, 2), -4);
});

Deno.test("positionOf() finds the position back that sequenceAt() wrote, wherever numbering began", () => {
  const near = fc.integer({ min: 0, max: 2 ** 40 });
  const off = fc.integer({ min: -0x7fffffff, max: 0x7fffffff });
  fc.assert(fc.property(uint32, near, off, (initial, around, step) => {
    const position = Math.max(0, around + step);
    const sequence = sequenceAt(initial, position);
    assert.ok(sequence >= 0 && sequence <= 0xffffffff);
    assert.equal(positionOf(sequence, initial, around), position);
  }));
});
