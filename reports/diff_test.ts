import assert from "node:assert/strict";
import type { CaseResult, RunResult, Verdict } from "../harness/runner/events.ts";
import { CHANGE_KINDS, compareResults, comparisonJson, comparisonText } from "./diff.ts";
import { EARLIER, SAMPLE } from "./testing/sample.ts";

Deno.test("compareResults() says what is worse, better, new and gone", () => {
  const { worse, better, changed, new: added, gone, same } = compareResults(EARLIER, SAMPLE);
  const ids = (changes: readonly { id: string }[]) => changes.map(({ id }) => id);
  assert.deepEqual(ids(worse), ["aka/challenge-hides-keys", "digest/proxy-auth-invite"]);
  assert.deepEqual(ids(better), ["aka/wrong-res-refused"]);
  assert.deepEqual(ids(changed), []);
  assert.deepEqual(ids(added), ["privacy/asserts-registered-only"]);
  assert.deepEqual(ids(gone), ["aka/old-case"]);
  assert.equal(same, 11);
  assert.deepEqual(worse[0]!.broken, ["33.203/6.1.1/09"]);
  assert.deepEqual(better[0]!.mended, ["33.203/6.1.2.1/01"]);
});

Deno.test("compareResults() finds nothing between a result and itself", () => {
  const comparison = compareResults(SAMPLE, SAMPLE);
  assert.ok(CHANGE_KINDS.every((kind) => comparison[kind].length === 0));
  assert.equal(comparison.same, SAMPLE.cases.length);
});

Deno.test("compareResults() judges each pair of verdicts", () => {
  const table: Record<Verdict, string> = {
    // columns: to pass, warn, fail, inconclusive, notApplicable, error
    pass: "=  worse worse worse changed worse",
    warn: "better = worse worse changed worse",
    fail: "better better = changed changed changed",
    inconclusive: "better better worse = changed worse",
    notApplicable: "changed changed worse changed = worse",
    error: "better better worse better changed =",
  };
  const verdicts: Verdict[] = ["pass", "warn", "fail", "inconclusive", "notApplicable", "error"];
  for (const [from, row] of Object.entries(table)) {
    const kinds = verdicts.map((verdict) => {
      const comparison = compareResults(one(from as Verdict), one(verdict));
      return CHANGE_KINDS.find((kind) => comparison[kind].length > 0) ?? "=";
    });
    assert.deepEqual(kinds, row.split(/\s+/), from);
  }
});

Deno.test("compareResults() sees other broken checks behind the same verdict, and a waiver that came or went", () => {
  const check = { ...SAMPLE.cases[1]!.checks[1]!, requirement: "33.203/6.1.1/07" };
  const { changed } = compareResults(only(SAMPLE.cases[1]!), only({ ...SAMPLE.cases[1]!, checks: [check] }));
  assert.deepEqual([changed[0]!.broken, changed[0]!.mended], [["33.203/6.1.1/07"], ["33.203/6.1.1/09"]]);
  const waived = { ...SAMPLE.cases[1]!, waived: { reason: "known", link: null, until: null } };
  const [change] = compareResults(only(SAMPLE.cases[1]!), only(waived)).changed;
  assert.deepEqual([change!.standingBefore, change!.standingAfter], ["fail", "waived"]);
});

Deno.test("comparisonText() is one line per change, and comparisonJson() is JSON", () => {
  const comparison = compareResults(EARLIER, SAMPLE);
  const text = comparisonText(comparison);
  assert.match(text, /^worse \(2\)\n {2}aka\/challenge-hides-keys: pass → fail: /);
  assert.match(text, /\n11 cases as before\n$/);
  assert.deepEqual(JSON.parse(comparisonJson(comparison)), JSON.parse(JSON.stringify(comparison)));
});

function one(verdict: Verdict): RunResult {
  return only({ ...SAMPLE.cases[0]!, checks: [], verdict, reason: verdict === "pass" ? null : "because" });
}

function only(result: CaseResult): RunResult {
  return { ...SAMPLE, cases: [result] };
}
