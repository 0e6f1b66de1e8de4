import assert from "node:assert/strict";
import type { Waiver } from "../../profiles/mod.ts";
import type { CaseResult } from "./events.ts";
import { profile, SHALL, SHALL_NOT } from "./testing/fakes.ts";
import { caseResult } from "./testing/results.ts";
import { applyWaivers, isExpired, unknownWaivers } from "./waivers.ts";

const NOW = Date.parse("2026-06-15T12:00:00Z");
const waiver = (changes: Partial<Waiver> = {}): Waiver => ({
  case: "demo/a",
  requirement: null,
  reason: "known",
  link: "https://tracker.example/1",
  until: null,
  ...changes,
});

/** The reasons with which the results are waived, null where they are not. */
function waived(results: readonly CaseResult[], ...waivers: readonly Waiver[]): (string | null)[] {
  return applyWaivers(results, profile({ waivers }), NOW).map((result) => result.waived?.reason ?? null);
}
const failing = (requirement = SHALL) => caseResult({ verdict: "fail", broken: [requirement] });

Deno.test("applyWaivers() excuses a fail, a warn and an inconclusive case, and nothing of ours", () => {
  assert.deepEqual(applyWaivers([failing()], profile({ waivers: [waiver()] }), NOW)[0]?.waived, {
    reason: "known",
    link: "https://tracker.example/1",
    until: null,
  });
  assert.deepEqual(waived([caseResult({ verdict: "warn", broken: [SHALL] })], waiver()), ["known"]);
  assert.deepEqual(waived([caseResult({ verdict: "inconclusive" })], waiver()), ["known"]);
  assert.deepEqual(waived([caseResult({ verdict: "error" })], waiver()), [null]);
  assert.deepEqual(waived([caseResult({ verdict: "notApplicable", attempts: 0 })], waiver()), [null]);
  assert.deepEqual(waived([caseResult({ verdict: "inconclusive", attempts: 0 })], waiver()), [null]);
  assert.deepEqual(waived([failing()], waiver({ case: "demo/b" })), [null]);
});

Deno.test("applyWaivers() excuses a case only when every broken check is excused", () => {
  assert.deepEqual(waived([failing()], waiver({ requirement: SHALL })), ["known"]);
  assert.deepEqual(waived([failing()], waiver({ requirement: SHALL_NOT })), [null]);
  const both = caseResult({ verdict: "fail", broken: [SHALL, SHALL_NOT] });
  assert.deepEqual(waived([both], waiver({ requirement: SHALL })), [null]);
  assert.deepEqual(
    waived([both], waiver({ requirement: SHALL }), waiver({ requirement: SHALL_NOT, reason: "also" })),
    ["known; also"],
  );
});

Deno.test("applyWaivers() marks a waiver whose case passes as stale", () => {
  assert.deepEqual(waived([caseResult()], waiver()), ["known"]);
  assert.deepEqual(waived([caseResult()], waiver({ until: "2026-06-14" })), [null]);
});

Deno.test("applyWaivers() takes a glob for stale only when no case needed it", () => {
  const results = [caseResult(), caseResult({ id: "demo/b", verdict: "fail", broken: [SHALL] })];
  assert.deepEqual(waived(results, waiver({ case: "demo/*" })), [null, "known"]);
  assert.deepEqual(waived([caseResult(), caseResult({ id: "demo/b" })], waiver({ case: "demo/*" })), [
    "known",
    "known",
  ]);
  assert.deepEqual(waived(results, waiver({ case: "*", requirement: SHALL })), [null, "known"]);
  // A requirement that the case does not verify is none of its business.
  assert.deepEqual(waived([caseResult()], waiver({ case: "*", requirement: "r/9/99" })), [null]);
});

Deno.test("applyWaivers() says of a failure that its waiver has ended", () => {
  const [result] = applyWaivers([failing()], profile({ waivers: [waiver({ until: "2026-06-14" })] }), NOW);
  assert.equal(result?.waived, null);
  assert.match(result?.reason ?? "", /\(its waiver ended on 2026-06-14\)$/);
});

Deno.test("isExpired() lets the named day count to its end, UTC", () => {
  const at = (until: string, now: string) => isExpired(waiver({ until }), Date.parse(now));
  assert.ok(!at("2026-06-15", "2026-06-15T23:59:59Z"));
  assert.ok(at("2026-06-15", "2026-06-16T00:00:00Z"));
  assert.ok(at("2026-06-15T12:00:00Z", "2026-06-15T12:00:01Z"));
  assert.ok(!isExpired(waiver(), NOW));
});

Deno.test("unknownWaivers() finds those that no case answers to", () => {
  const all = [waiver(), waiver({ case: "demo/gone" }), waiver({ case: "demo/*" })];
  assert.deepEqual(unknownWaivers(profile({ waivers: all }), ["demo/a"]), [all[1]]);
});
