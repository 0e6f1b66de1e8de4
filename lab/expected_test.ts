import assert from "node:assert/strict";
import type { CaseResult, RunResult } from "../harness/runner/events.ts";
import { compare, type Expectation } from "./expected.ts";

const EXPECTED: Expectation = {
  device: "test",
  cases: {
    "a/passes": { verdict: "pass" },
    "a/waived": { verdict: "fail", broken: ["r/1"], waived: true },
  },
};

function result(cases: Record<string, Partial<CaseResult>>): RunResult {
  return {
    cases: Object.entries(cases).map(([id, one]) => ({ id, checks: [], waived: null, ...one })),
  } as never;
}

const broken = (requirement: string) => ({ requirement, holds: false }) as CaseResult["checks"][number];
const WAIVED = {
  verdict: "fail",
  checks: [broken("r/1")],
  waived: { reason: "", link: null, until: null },
} as const;

Deno.test("compare() finds nothing where all is as recorded, and where a new case passes", () => {
  const same = result({ "a/waived": WAIVED, "a/passes": { verdict: "pass" }, "a/new": { verdict: "pass" } });
  assert.deepEqual(compare(same, EXPECTED), []);
});

Deno.test("compare() tells what is worse, better, gone, new and red, or broken elsewhere", () => {
  const found = compare(
    result({
      "a/waived": { ...WAIVED, checks: [broken("r/2")] },
      "a/passes": { verdict: "notApplicable" },
      "a/new": { verdict: "fail", checks: [broken("r/3")] },
    }),
    EXPECTED,
  );
  assert.deepEqual(found.map(({ id, says }) => `${id} ${says}`), [
    "a/passes was pass, and is not judged any more",
    "a/waived was fail at r/1 (waived), is fail at r/2 (waived)",
    "a/new is new, and fail at r/3",
  ]);
});
