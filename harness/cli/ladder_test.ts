import assert from "node:assert/strict";
import { commentAbove } from "./ladder.ts";

const SOURCE = `
export const cases = [
  /** One line. */
  testCase({
    id: "a/one",
  }),

  /**
   *     UE          network
   *      |--- REGISTER -->|
   *      |<-- 401 --------|   why
   *
   * Then silence.
   */
  testCase({
    id: "a/two",
  }),
  testCase({
    id: "a/bare",
  }),
];`;

Deno.test("commentAbove() gives the ladder without stars and common indentation", () => {
  assert.deepEqual(commentAbove(SOURCE, "a/two"), [
    "    UE          network",
    "     |--- REGISTER -->|",
    "     |<-- 401 --------|   why",
    "",
    "Then silence.",
  ]);
  assert.deepEqual(commentAbove(SOURCE, "a/one"), ["One line."]);
});

Deno.test("commentAbove() gives nothing for a case without a comment, and for one that is elsewhere", () => {
  assert.equal(commentAbove(SOURCE, "a/bare"), undefined);
  assert.equal(commentAbove(SOURCE, "a/three"), undefined);
});
