import assert from "node:assert/strict";
import fc from "fast-check";
import { ReplayWindow } from "./replay_window.ts";

/** Judges and, if fresh, marks: what an SA does with an authentic packet. */
function take(window: ReplayWindow, sequence: number) {
  const verdict = window.judge(sequence);
  if (verdict === "fresh") window.mark(sequence);
  return verdict;
}

Deno.test("ReplayWindow takes each number once, in any order within the window", () => {
  const window = new ReplayWindow(4);
  const verdicts = [1, 3, 2, 3, 2, 6, 2, 3, 4, 5, 5].map((n) => take(window, n));
  assert.deepEqual(
    verdicts,
    "fresh fresh fresh replay replay fresh stale replay fresh fresh replay".split(" "),
  );
  assert.equal(window.highest, 6);
});

Deno.test("ReplayWindow forgets everything on a jump beyond its size", () => {
  const window = new ReplayWindow();
  take(window, 1);
  assert.equal(take(window, 0xffffffff), "fresh");
  assert.equal(take(window, 1), "stale");
  assert.equal(take(window, 0xffffffff - 63), "fresh");
  assert.equal(take(window, 0xffffffff - 64), "stale");
});

Deno.test("ReplayWindow never takes 0", () => assert.equal(new ReplayWindow().judge(0), "stale"));

Deno.test("ReplayWindow.judge() changes nothing", () => {
  const window = new ReplayWindow();
  assert.deepEqual([window.judge(9), window.judge(9), window.highest], ["fresh", "fresh", 0]);
});

Deno.test("ReplayWindow needs a size", () => assert.throws(() => new ReplayWindow(0), RangeError));

Deno.test("ReplayWindow does what a set of all numbers seen would do", () => {
  const numbers = fc.array(fc.oneof(fc.nat(60), fc.integer({ min: 200, max: 260 })), { maxLength: 80 });
  fc.assert(fc.property(numbers, fc.integer({ min: 1, max: 70 }), (sequence, size) => {
    const window = new ReplayWindow(size);
    const seen = new Set<number>();
    for (const n of sequence) {
      const highest = Math.max(0, ...seen);
      const expected = n === 0 || n <= highest - size ? "stale" : seen.has(n) ? "replay" : "fresh";
      assert.equal(take(window, n), expected);
      if (expected === "fresh") seen.add(n);
    }
  }));
});
