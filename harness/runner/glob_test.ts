import assert from "node:assert/strict";
import { globMatcher, nearMatches } from "./glob.ts";

Deno.test("globMatcher() takes * for any run and ? for one, and everything else as it is", () => {
  assert.ok(globMatcher("aka/*")("aka/x"));
  assert.ok(globMatcher("*1.1*")("33.203/6.1.1/09"));
  assert.ok(!globMatcher("33.203/?")("33.203/44"));
  assert.ok(!globMatcher("33.203")("33x203"));
  assert.ok(globMatcher("a(b)[c]")("a(b)[c]"));
  assert.ok(!globMatcher("aka")("akademia"));
});

Deno.test("globMatcher() takes a run of stars for one", () => {
  assert.ok(!globMatcher("*".repeat(5000) + "b")("a".repeat(5000)));
});

Deno.test("nearMatches() finds the typo, the piece, and nothing for something else", () => {
  const names = ["aka", "digest", "privacy", "aka/challenge-hides-keys"];
  assert.deepEqual(nearMatches("digset", names), ["digest"]);
  assert.deepEqual(nearMatches("hides", names), ["aka/challenge-hides-keys"]);
  assert.deepEqual(nearMatches("zzzzzzzz", names), []);
  assert.deepEqual(nearMatches("*", names), []);
});
