/** The numbers of a result. */
import type { CaseResult, RunSummary } from "../harness/runner/events.ts";
import { standing } from "./standing.ts";

/**
 * Counts verdicts as they are (a waived fail is a fail, too), and how many of them a waiver covers. Planned are the
 * cases that apply, executed those of them that were tried.
 */
export function summarise(cases: readonly CaseResult[]): RunSummary {
  const of = (verdict: CaseResult["verdict"]) => cases.filter((each) => each.verdict === verdict).length;
  const planned = cases.filter(({ verdict }) => verdict !== "notApplicable");
  const standings = cases.map(standing);
  return {
    planned: planned.length,
    executed: planned.filter(({ attempts }) => attempts > 0).length,
    pass: of("pass"),
    fail: of("fail"),
    warn: of("warn"),
    inconclusive: of("inconclusive"),
    notApplicable: of("notApplicable"),
    error: of("error"),
    waived: standings.filter((each) => each === "waived").length,
    staleWaivers: standings.filter((each) => each === "stale").length,
  };
}
