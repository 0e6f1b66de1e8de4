/** Counting a run, and what it means for whoever started it. */
import type { CaseResult, RunResult, RunSummary, Verdict } from "./events.ts";

/**
 * Derived from the cases alone, so that merged shards are counted like one run. `planned` are the cases that apply;
 * `executed` those of them that came to an end.
 */
export function summarise(cases: readonly CaseResult[]): RunSummary {
  const count = (verdict: Verdict) => cases.filter((result) => result.verdict === verdict).length;
  const planned = cases.filter((result) => result.verdict !== "notApplicable");
  return {
    planned: planned.length,
    executed: planned.filter((result) => result.attempts > 0).length,
    pass: count("pass"),
    fail: count("fail"),
    warn: count("warn"),
    inconclusive: count("inconclusive"),
    notApplicable: count("notApplicable"),
    error: count("error"),
    waived: cases.filter(isExcused).length,
    staleWaivers: cases.filter(isStale).length,
  };
}

/** What --fail-on takes: from which verdict on a run exits 1. */
export type FailOn = "fail" | "inconclusive" | "warn";

/**
 * The exit code of a run (DESIGN 7): 1 for a fail that is not waived and for a stale waiver; 2 when nothing failed but
 * something could not be judged, fewer cases ran than planned, or none did; else 0.
 */
export function exitCode(result: RunResult, failOn: FailOn = "fail"): 0 | 1 | 2 {
  const standing = result.cases.filter((one) => !isExcused(one));
  const some = (...verdicts: Verdict[]) => standing.some((one) => verdicts.includes(one.verdict));
  if (some("fail") || standing.some(isStale)) return 1;
  if (failOn !== "fail" && some("inconclusive", "error")) return 1;
  if (failOn === "warn" && some("warn")) return 1;
  const { planned, executed } = summarise(result.cases);
  if (result.run.trouble !== null || planned === 0 || executed < planned) return 2;
  return some("inconclusive", "error") ? 2 : 0;
}

/** A waiver speaks for it. */
export function isExcused(result: CaseResult): boolean {
  return result.waived !== null && result.verdict !== "pass";
}

/** A waiver speaks for it, and there is nothing to speak for. */
export function isStale(result: CaseResult): boolean {
  return result.waived !== null && result.verdict === "pass";
}
