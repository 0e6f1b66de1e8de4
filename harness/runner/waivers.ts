/** Known deviations: a waived failure does not fail the run, and one that is gone makes the run fail as stale. */
import type { Profile, Waiver } from "../../profiles/mod.ts";
import type { CaseResult, Severity } from "./events.ts";
import { globMatcher } from "./glob.ts";

/** The results with `waived` filled in, in the same order. `now`: milliseconds since 1970. */
export function applyWaivers(results: readonly CaseResult[], profile: Profile, now: number): CaseResult[] {
  const waivers = profile.waivers.map((waiver) => ({ waiver, covers: globMatcher(waiver.case) }));
  const standing = waivers.filter(({ waiver }) => !isExpired(waiver, now));
  const about = (from: typeof waivers, result: CaseResult) =>
    from.filter(({ waiver, covers }) =>
      covers(result.id) && (waiver.requirement === null || result.verifies.includes(waiver.requirement))
    ).map(({ waiver }) => waiver);

  const used = new Set<Waiver>();
  const judged = results.map((result) => {
    const needed = isTried(result) ? excuses(result, about(standing, result)) : [];
    needed.forEach((waiver) => used.add(waiver));
    return needed.length > 0
      ? { ...result, waived: told(needed) }
      : withExpired(result, about(waivers, result), now);
  });
  // A waiver is stale when a case it covers passes and no case needed it: a glob is not stale for its better half.
  return judged.map((result) => {
    if (result.verdict !== "pass") return result;
    const stale = about(standing, result).filter((waiver) => !used.has(waiver));
    return stale.length > 0 ? { ...result, waived: told(stale) } : result;
  });
}

/** Waivers that no case of the registry answers to: mistyped, or the case is gone. */
export function unknownWaivers(profile: Profile, caseIds: readonly string[]): readonly Waiver[] {
  return profile.waivers.filter((waiver) => !caseIds.some(globMatcher(waiver.case)));
}

/** `until` is a day, which still counts (UTC), or a moment. */
export function isExpired({ until }: Waiver, now: number): boolean {
  if (until === null) return false;
  const end = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(until) ? `${until}T23:59:59.999Z` : until);
  return now > end;
}

/** The waivers that together excuse what is wrong with the case; none where something stays unexcused. */
function excuses(result: CaseResult, waivers: readonly Waiver[]): readonly Waiver[] {
  if (result.verdict === "inconclusive") return waivers.filter(({ requirement }) => requirement === null);
  if (result.verdict !== "fail" && result.verdict !== "warn") return [];
  const severity: Severity = result.verdict;
  const broken = result.checks.filter((check) => !check.holds && check.severity === severity);
  const excuse = (requirement: string) =>
    waivers.find((waiver) => waiver.requirement === null || waiver.requirement === requirement);
  const found = broken.map((check) => excuse(check.requirement));
  return found.every((waiver) => waiver !== undefined) ? [...new Set(found)] : [];
}

/** A case that never ran needs no excuse. */
function isTried(result: CaseResult): boolean {
  return result.attempts > 0;
}

function told(waivers: readonly Waiver[]): NonNullable<CaseResult["waived"]> {
  const [first] = waivers;
  return {
    reason: waivers.map((waiver) => waiver.reason).join("; "),
    link: first?.link ?? null,
    until: first?.until ?? null,
  };
}

function withExpired(result: CaseResult, waivers: readonly Waiver[], now: number): CaseResult {
  const expired = waivers.find((waiver) => isExpired(waiver, now));
  if (!expired || result.reason === null || result.verdict === "notApplicable") return result;
  return { ...result, reason: `${result.reason} (its waiver ended on ${expired.until})` };
}
