/** From attempts to the result of a case. */
import type { Subscriber } from "../../profiles/mod.ts";
import type { Attempt } from "./attempt.ts";
import type { CaseInfo, CaseResult } from "./events.ts";
import type { PlannedCase } from "./plan.ts";
import { worse } from "./verdict.ts";

/** An attempt and whom it had leased. */
export type Tried = Attempt & { readonly subscribers: readonly Subscriber[] };

/** The worst of the attempts, which is the first of the worst ones; durations add up. */
export function resultOf(info: CaseInfo, tried: readonly Tried[], seed: string): CaseResult {
  const done = tried.filter((attempt) => !attempt.interrupted);
  const index = tried.reduce((worst, attempt, at) => {
    const verdict = tried[worst]!.verdict;
    return worse(verdict, attempt.verdict) === verdict ? worst : at;
  }, 0);
  const shown = tried[index]!;
  const passed = tried.filter((attempt) => attempt.verdict === "pass").length;
  const reason = tried.length > 1 && shown.reason !== null
    ? `attempt ${index + 1} of ${tried.length} (${passed} passed): ${shown.reason}`
    : shown.reason;
  return {
    ...info,
    verdict: shown.verdict,
    reason,
    waived: null,
    checks: shown.checks,
    durationMs: Math.round(tried.reduce((sum, attempt) => sum + attempt.durationMs, 0)),
    startedAt: new Date(tried[0]!.startedAt).toISOString(),
    subscriber: shown.subscribers.map((subscriber) => subscriber.impi),
    seed,
    attempts: done.length,
    evidence: shown.evidence,
  };
}

/** A case of the plan that did not come to run, or does not apply. */
export function notRun(
  { info, applicable, reason }: PlannedCase,
  why: string,
  seed: string,
  now: number,
): CaseResult {
  return {
    ...info,
    verdict: applicable ? "inconclusive" : "notApplicable",
    reason: applicable ? why : reason,
    waived: null,
    checks: [],
    durationMs: 0,
    startedAt: new Date(now).toISOString(),
    subscriber: [],
    seed,
    attempts: 0,
    evidence: null,
  };
}
