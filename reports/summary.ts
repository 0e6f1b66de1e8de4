/** The numbers of a result. */
import type { CaseResult, RunSummary } from "../harness/runner/events.ts";
import { standing } from "./standing.ts";

/** Counts verdicts as they are (a waived fail is a fail, too), and how many of them a waiver covers. */
export function summarise(cases: readonly CaseResult[], planned: number): RunSummary {
  const of = (verdict: CaseResult["verdict"]) => cases.filter((each) => each.verdict === verdict).length;
  const standings = cases.map(standing);
  return {
    planned,
    executed: cases.length - of("notApplicable"),
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
