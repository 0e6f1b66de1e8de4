import assert from "node:assert/strict";
import { didYouMean, nearest } from "./nearest.ts";

Deno.test("nearest() finds a slip of the finger", () => {
  assert.equal(nearest("selfchek", ["run", "list", "selfcheck"]), "selfcheck");
  assert.equal(nearest("lsit", ["run", "list"]), "list");
  assert.equal(
    nearest("aka/challenge-hide-keys", ["aka/challenge-hides-keys", "aka/other"]),
    "aka/challenge-hides-keys",
  );
});

Deno.test("nearest() takes the same word in another spelling", () => {
  assert.equal(nearest("regAwaitAuth", ["t1", "reg-await-auth"]), "reg-await-auth");
});

Deno.test("nearest() says nothing when nothing is near", () => {
  assert.equal(nearest("banana", ["run", "list"]), undefined);
  assert.equal(didYouMean("banana", ["run"]), "");
  assert.equal(didYouMean("rum", ["run"]), ` (did you mean "run"?)`);
});
