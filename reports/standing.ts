/**
 * How a case stands in a report: its verdict, unless a waiver says more. Six verdicts, and two that a waiver makes:
 * "waived" (a known deviation: shown, but it does not fail the run) and "stale" (waived, yet it passes: the waiver has
 * to go, and the run fails until it does).
 */
import type { CaseResult, Verdict } from "../harness/runner/events.ts";

export type Standing = Verdict | "waived" | "stale";

/** Worst first: the order in which reports list them. */
export const STANDINGS: readonly Standing[] = [
  "error",
  "fail",
  "stale",
  "inconclusive",
  "warn",
  "waived",
  "pass",
  "notApplicable",
];

/** What people read. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  pass: "pass",
  fail: "fail",
  warn: "warn",
  inconclusive: "inconclusive",
  notApplicable: "not applicable",
  error: "error",
  waived: "waived",
  stale: "stale waiver",
};

export function standing({ verdict, waived }: Pick<CaseResult, "verdict" | "waived">): Standing {
  // An error is ours and a case that does not apply was not run: no waiver for the device covers them.
  if (!waived || verdict === "error" || verdict === "notApplicable") return verdict;
  return verdict === "pass" ? "stale" : "waived";
}

/**
 * How one requirement stands in one case: by the checks that cite it, since a case may break one requirement and hold
 * another. Where none does, it was not judged, whatever became of the case.
 */
export function standingOn(requirement: string, result: CaseResult): Standing {
  const checks = result.checks.filter((check) => check.requirement === requirement);
  const stands = standing(result);
  if (checks.length === 0) return stands === "fail" || stands === "warn" ? "inconclusive" : stands;
  const broken = checks.filter(({ holds, severity }) => !holds && severity !== "info");
  if (broken.length === 0) {
    return stands === "waived" || stands === "fail" || stands === "warn" ? "pass" : stands;
  }
  return stands === "waived"
    ? "waived"
    : broken.some(({ severity }) => severity === "fail")
    ? "fail"
    : "warn";
}

/** Why a case stands as it does, in one line; null for a plain pass. */
export function standingReason(result: CaseResult): string | null {
  switch (standing(result)) {
    case "waived":
      return `waived: ${waiver(result)}${
        result.reason ? `; without the waiver: ${result.verdict}: ${result.reason}` : ""
      }`;
    case "stale":
      return `passes although it is waived (${waiver(result)}): remove the waiver`;
    default:
      return result.reason;
  }
}

export interface Alike {
  /** As a person reads it: the first one's, without the name of its subscriber where there are several. */
  readonly reason: string;
  readonly cases: readonly CaseResult[];
}

/** Cases by their reason, where neither who was leased nor how long was waited makes a difference. */
export function byReason(cases: readonly CaseResult[]): Alike[] {
  const groups = Map.groupBy(cases, (each) => `${standing(each)} ${reasonInCommon(each.reason ?? "")}`);
  return [...groups.values()].map((those) => {
    const reason = those[0]?.reason ?? "no reason";
    return { reason: those.length > 1 ? withoutSubscriber(reason) : reason, cases: those };
  });
}

/** What reasons have in common that one cause has brought about. */
export function reasonInCommon(reason: string): string {
  return withoutSubscriber(reason).replace(/\b\d+ ms\b/g, "… ms");
}

/** Of preconditions: `""alice" registers"`. */
function withoutSubscriber(reason: string): string {
  return reason.replace(/""[^"]+" /g, '"a subscriber ');
}

/** How many cases stand where; every standing is there, with 0 if need be. */
export function countStandings(cases: readonly CaseResult[]): Record<Standing, number> {
  const counts = Object.fromEntries(STANDINGS.map((each) => [each, 0])) as Record<Standing, number>;
  for (const each of cases) counts[standing(each)]++;
  return counts;
}

/** "2 fail, 76 pass": those that there are, worst first. */
export function countsInWords(counts: Readonly<Record<Standing, number>>): string {
  const parts = STANDINGS.filter((each) => counts[each] > 0).map((each) =>
    `${counts[each]} ${STANDING_WORDS[each]}`
  );
  return parts.length > 0 ? parts.join(", ") : "no cases";
}

/** Cases by suite, in the order in which the suites first occur. */
export function bySuite(cases: readonly CaseResult[]): Map<string, CaseResult[]> {
  return Map.groupBy(cases, ({ suite }) => suite);
}

function waiver({ waived }: CaseResult): string {
  if (!waived) return "";
  const until = waived.until ? `until ${waived.until}` : "";
  return [waived.reason, waived.link, until].filter((part) => part).join(", ");
}
