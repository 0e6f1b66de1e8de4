import assert from "node:assert/strict";
import type { CaseResult, CheckResult } from "../harness/runner/events.ts";
import { byReason, countsInWords, countStandings, standing, standingOn, standingReason } from "./standing.ts";
import { SAMPLE } from "./testing/sample.ts";

const WAIVER = { reason: "ticket 7", link: "https://example.com/7", until: "2026-12-31" };

Deno.test("standing() is the verdict, unless a waiver covers what the device did", () => {
  const stands = (verdict: CaseResult["verdict"]) => standing({ verdict, waived: WAIVER });
  assert.deepEqual((["fail", "warn", "inconclusive"] as const).map(stands), ["waived", "waived", "waived"]);
  assert.deepEqual((["pass", "error", "notApplicable"] as const).map(stands), [
    "stale",
    "error",
    "notApplicable",
  ]);
  assert.equal(standing({ verdict: "fail", waived: null }), "fail");
});

Deno.test("standingReason() tells the waiver, and what it covers", () => {
  const failed: CaseResult = { ...SAMPLE.cases[0]!, verdict: "fail", reason: "came 200", waived: WAIVER };
  assert.equal(
    standingReason(failed),
    "waived: ticket 7, https://example.com/7, until 2026-12-31; without the waiver: fail: came 200",
  );
  assert.match(standingReason({ ...failed, verdict: "pass", reason: null })!, /remove the waiver/);
  assert.equal(standingReason(SAMPLE.cases[0]!), null);
});

Deno.test("standingOn() judges a requirement by the checks that cite it", () => {
  const check = (
    requirement: string,
    holds: boolean,
    severity: CheckResult["severity"] = "fail",
  ): CheckResult => ({
    ...{ name: "", requirement, expected: "", actual: "", holds, severity, evidence: null },
  });
  const checks = [check("a", false), check("b", true), check("c", false, "warn"), check("d", false, "info")];
  const result: CaseResult = { ...SAMPLE.cases[0]!, verdict: "fail", reason: "a", checks };
  const of = (changes: Partial<CaseResult>) =>
    ["a", "b", "c", "d", "e"].map((id) => standingOn(id, { ...result, ...changes }));
  assert.deepEqual(of({}), ["fail", "pass", "warn", "pass", "inconclusive"]);
  assert.deepEqual(of({ waived: WAIVER }), ["waived", "pass", "waived", "pass", "waived"]);
  assert.deepEqual(of({ verdict: "error" }), ["fail", "error", "warn", "error", "error"]);
});

Deno.test("countStandings() counts each case once", () => {
  const counts = countStandings(SAMPLE.cases);
  assert.equal(Object.values(counts).reduce((sum, count) => sum + count), SAMPLE.cases.length);
  assert.match(countsInWords(counts), /^1 error, 2 fail, 1 stale waiver, .*2 not applicable$/);
  assert.equal(countsInWords(countStandings([])), "no cases");
});

Deno.test("byReason() puts together what differs in the subscriber or in milliseconds alone", () => {
  const why = (name: string, ms: number) =>
    `Precondition ""${name}" registers" is not met: Waited ${ms} ms for a final response to "REGISTER", and none came`;
  const reasons = [why("alice", 641), why("bob", 644), 'Precondition "the call arrives" is not met: 641 ms'];
  const cases = reasons.map((reason): CaseResult => ({
    ...SAMPLE.cases[0]!,
    verdict: "inconclusive",
    reason,
  }));
  assert.deepEqual(byReason(cases).map(({ reason, cases: those }) => [reason, those.length]), [
    [
      'Precondition "a subscriber registers" is not met: Waited 641 ms for a final response to "REGISTER", and none came',
      2,
    ],
    [reasons[2], 1],
  ]);
  assert.equal(byReason(cases.slice(0, 1))[0]?.reason, reasons[0]);
  assert.deepEqual(byReason([]), []);
});
