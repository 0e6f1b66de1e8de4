/** Results of cases, made by hand. */
import type { CaseResult } from "../events.ts";
import { SHALL, SHALL_NOT } from "./fakes.ts";

/** A pass of "demo/a" that verifies SHALL and SHALL_NOT, but for the changes; `broken`: a failed check for each. */
export function caseResult(
  { broken = [], ...changes }: Partial<CaseResult> & { broken?: readonly string[] } = {},
): CaseResult {
  const verdict = changes.verdict ?? "pass";
  return {
    id: "demo/a",
    suite: "demo",
    title: "A case",
    peer: "ue",
    priority: 1,
    verifies: [SHALL, SHALL_NOT],
    kills: ["box/fault"],
    verdict,
    reason: verdict === "pass" ? null : "a reason",
    waived: null,
    checks: broken.map((requirement) => ({
      name: "a check",
      requirement,
      expected: "this",
      actual: "that",
      holds: false,
      severity: verdict === "warn" ? "warn" : "fail",
      evidence: null,
    })),
    durationMs: 1,
    startedAt: "2026-01-01T00:00:00.000Z",
    subscriber: ["alice@home.example"],
    seed: "seed",
    attempts: 1,
    evidence: null,
    ...changes,
  };
}
