import assert from "node:assert/strict";
import type { CaseResult, RunResult } from "./events.ts";
import { exitCode, type FailOn, summarise } from "./summary.ts";
import { SHALL } from "./testing/fakes.ts";
import { caseResult } from "./testing/results.ts";

const waived = { reason: "known", link: null, until: null };
const fail = caseResult({ verdict: "fail", broken: [SHALL] });

function code(cases: readonly CaseResult[], failOn?: FailOn, trouble: string | null = null): number {
  const result: RunResult = {
    schema: 1,
    run: {
      tool: "imspeer",
      version: "0",
      profile: "fake",
      device: null,
      seed: "s",
      startedAt: "2026-01-01T00:00:00.000Z",
      durationMs: 1,
      environment: {},
      trouble,
    },
    cases,
    summary: summarise(cases),
  };
  return exitCode(result, failOn);
}

Deno.test("summarise() counts verdicts as they are, and plans without what does not apply", () => {
  assert.deepEqual(
    summarise([
      caseResult(),
      caseResult({ waived }),
      fail,
      { ...fail, waived },
      caseResult({ verdict: "warn" }),
      caseResult({ verdict: "inconclusive", attempts: 0 }),
      caseResult({ verdict: "notApplicable", attempts: 0 }),
      caseResult({ verdict: "error" }),
    ]),
    {
      planned: 7,
      executed: 6,
      pass: 2,
      fail: 2,
      warn: 1,
      inconclusive: 1,
      notApplicable: 1,
      error: 1,
      waived: 1,
      staleWaivers: 1,
    },
  );
});

Deno.test("exitCode() is 0 when everything planned was executed and nothing failed", () => {
  assert.equal(code([caseResult(), caseResult({ verdict: "warn" })]), 0);
  assert.equal(code([caseResult(), caseResult({ verdict: "notApplicable", attempts: 0 })]), 0);
  assert.equal(code([caseResult(), { ...fail, waived }]), 0);
  assert.equal(code([caseResult({ verdict: "inconclusive", waived })]), 0);
});

Deno.test("exitCode() is 1 for a fail and for a stale waiver, whatever else there is", () => {
  assert.equal(code([fail, caseResult({ verdict: "inconclusive" })]), 1);
  assert.equal(code([caseResult({ waived })]), 1);
  assert.equal(code([fail], undefined, "The device died"), 1);
});

Deno.test("exitCode() is 2 when something could not be judged, did not run, or nothing was selected", () => {
  assert.equal(code([caseResult(), caseResult({ verdict: "inconclusive" })]), 2);
  assert.equal(code([caseResult(), caseResult({ verdict: "error" })]), 2);
  assert.equal(code([caseResult(), caseResult({ verdict: "inconclusive", attempts: 0 })]), 2);
  assert.equal(code([caseResult()], undefined, "The device died"), 2);
  assert.equal(code([]), 2);
  assert.equal(code([caseResult({ verdict: "notApplicable", attempts: 0 })]), 2);
});

Deno.test("exitCode() with --fail-on is 1 from that verdict on", () => {
  assert.equal(code([caseResult({ verdict: "inconclusive" })], "inconclusive"), 1);
  assert.equal(code([caseResult({ verdict: "error" })], "warn"), 1);
  assert.equal(code([caseResult({ verdict: "warn" })], "inconclusive"), 0);
  assert.equal(code([caseResult({ verdict: "warn" })], "warn"), 1);
  assert.equal(code([caseResult({ verdict: "warn", waived })], "warn"), 0);
});
