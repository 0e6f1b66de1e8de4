import assert from "node:assert/strict";
import fc from "fast-check";
import { joinSqn, splitSqn, SqnArray, sqnFromBytes, sqnToBytes } from "./sqn.ts";

const sqn = (seq: bigint, ind = 0) => joinSqn({ seq, ind });

Deno.test("joinSqn() undoes splitSqn() for any SQN and size of IND", () => {
  fc.assert(fc.property(fc.bigInt(0n, (1n << 48n) - 1n), fc.integer({ min: 0, max: 8 }), (value, indBits) => {
    assert.equal(joinSqn(splitSqn(value, indBits), indBits), value);
    assert.equal(sqnFromBytes(sqnToBytes(value)), value);
  }));
});

Deno.test("joinSqn() refuses what does not fit", () => {
  assert.throws(() => joinSqn({ seq: 1n, ind: 32 }), RangeError);
  assert.throws(() => joinSqn({ seq: 1n << 43n, ind: 0 }), RangeError);
  assert.throws(() => new SqnArray(1n << 48n), RangeError);
});

Deno.test("SqnArray accepts each SQN once, also out of order under another IND", () => {
  const array = new SqnArray();
  assert.equal(array.accept(sqn(5n, 1)), true);
  assert.equal(array.accept(sqn(5n, 1)), false);
  assert.equal(array.accept(sqn(4n, 1)), false);
  assert.equal(array.accept(sqn(4n, 2)), true);
  assert.equal(array.accept(sqn(6n, 1)), true);
  assert.equal(array.highest, sqn(6n, 1));
});

Deno.test("SqnArray keeps the highest, not the last, as SQN_MS", () => {
  const array = new SqnArray();
  array.accept(sqn(9n, 3));
  array.accept(sqn(7n, 4));
  assert.equal(array.highest, sqn(9n, 3));
});

Deno.test("SqnArray accepts a jump of delta and no more", () => {
  const array = new SqnArray(sqn(100n), { delta: 10n });
  assert.equal(array.fresh(sqn(110n, 1)), true);
  assert.equal(array.fresh(sqn(111n, 1)), false);
  assert.equal(new SqnArray().fresh(sqn(1n << 28n)), true);
  assert.equal(new SqnArray().fresh(sqn((1n << 28n) + 1n)), false);
});

Deno.test("SqnArray accepts no SQN whose age reaches the limit", () => {
  const array = new SqnArray(0n, { ageLimit: 10n });
  array.accept(sqn(100n, 0));
  assert.equal(array.fresh(sqn(91n, 1)), true);
  assert.equal(array.fresh(sqn(90n, 1)), false);
  const unlimited = new SqnArray();
  unlimited.accept(sqn(100n, 0));
  assert.equal(unlimited.fresh(sqn(1n, 1)), true);
});

Deno.test("SqnArray taken over at an SQN regards all before as used", () => {
  const array = new SqnArray(sqn(50n, 3));
  assert.equal(array.highest, sqn(50n, 3));
  for (let ind = 0; ind < 32; ind++) {
    assert.equal(array.fresh(sqn(50n, ind)), false);
    assert.equal(array.fresh(sqn(51n, ind)), true);
  }
});

Deno.test("SqnArray never accepts an SQN twice and never lets SQN_MS sink, whatever comes", () => {
  const sqns = fc.array(fc.record({ seq: fc.bigInt(0n, 40n), ind: fc.nat(3) }), { maxLength: 60 });
  const policy = fc.record({ delta: fc.bigInt(1n, 50n), ageLimit: fc.bigInt(1n, 50n) });
  fc.assert(fc.property(sqns, policy, (offers, limits) => {
    const array = new SqnArray(0n, { indBits: 2, ...limits });
    const accepted = new Set<bigint>();
    for (const offer of offers) {
      const value = joinSqn(offer, 2);
      const before = array.highest;
      if (array.accept(value)) {
        assert.ok(!accepted.has(value));
        accepted.add(value);
      } else assert.equal(array.highest, before);
      assert.ok(array.highest >= before || splitSqn(array.highest, 2).seq >= splitSqn(before, 2).seq);
    }
  }));
});
