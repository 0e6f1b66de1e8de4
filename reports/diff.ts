/**
 * What changed between two results. A device gets better or worse between verdicts that judge it (pass, warn, fail)
 * and those that do not; where neither can be said (it failed and is now inconclusive) the case is "changed", as it is
 * where it still fails but at other checks.
 */
import type { CaseResult, RunInfo, RunResult, Verdict } from "../harness/runner/events.ts";
import { oneLine, plural } from "./_text.ts";
import { type Standing, standing, STANDING_WORDS } from "./standing.ts";

export type ChangeKind = "worse" | "better" | "changed" | "new" | "gone";

export interface Change {
  readonly id: string;
  readonly title: string;
  readonly suite: string;
  /** Verdict before; null for a new case. */
  readonly before: Verdict | null;
  /** Verdict now; null for a case that is gone. */
  readonly after: Verdict | null;
  /** With the waivers looked at. */
  readonly standingBefore: Standing | null;
  readonly standingAfter: Standing | null;
  readonly reason: string | null;
  /** Requirements whose checks hold no longer, and those whose checks hold again. */
  readonly broken: readonly string[];
  readonly mended: readonly string[];
}

export interface Comparison {
  readonly before: Pick<RunInfo, "profile" | "device" | "version" | "seed" | "startedAt">;
  readonly after: Pick<RunInfo, "profile" | "device" | "version" | "seed" | "startedAt">;
  readonly worse: readonly Change[];
  readonly better: readonly Change[];
  readonly changed: readonly Change[];
  readonly new: readonly Change[];
  readonly gone: readonly Change[];
  /** Cases that stand as before. */
  readonly same: number;
}

/** In the order in which people want to read it. */
export const CHANGE_KINDS: readonly ChangeKind[] = ["worse", "better", "changed", "new", "gone"];

export function compareResults(before: RunResult, after: RunResult): Comparison {
  const changes: Record<ChangeKind, Change[]> = { worse: [], better: [], changed: [], new: [], gone: [] };
  const old = new Map(before.cases.map((each) => [each.id, each]));
  let same = 0;
  for (const now of after.cases) {
    const then = old.get(now.id);
    const kind = then ? kindOf(then, now) : "new";
    if (kind === "same") same++;
    else changes[kind].push(change(then, now));
  }
  const known = new Set(after.cases.map(({ id }) => id));
  for (const then of before.cases) {
    if (!known.has(then.id)) changes.gone.push(change(then, undefined));
  }
  return { before: runOf(before), after: runOf(after), ...changes, same };
}

/** The comparison for people: one line per change, worst first. */
export function comparisonText(comparison: Comparison): string {
  const lines: string[] = [];
  for (const kind of CHANGE_KINDS) {
    const changes = comparison[kind];
    if (changes.length === 0) continue;
    lines.push(`${kind} (${changes.length})`);
    for (const each of changes) {
      const words = [each.standingBefore, each.standingAfter].filter((one) => one !== null).map((one) =>
        STANDING_WORDS[one]
      );
      lines.push(
        `  ${each.id}: ${[...new Set(words)].join(" → ")}${each.reason ? `: ${oneLine(each.reason)}` : ""}`,
      );
      if (each.broken.length > 0) lines.push(`    now broken: ${each.broken.join(", ")}`);
      if (each.mended.length > 0) lines.push(`    holds again: ${each.mended.join(", ")}`);
    }
    lines.push("");
  }
  lines.push(`${plural(comparison.same, "case")} as before`);
  return `${lines.join("\n")}\n`;
}

/** The comparison for programs. */
export function comparisonJson(comparison: Comparison): string {
  return `${JSON.stringify(comparison, null, 1)}\n`;
}

const JUDGED: readonly Verdict[] = ["pass", "warn", "fail"];

function kindOf(then: CaseResult, now: CaseResult): "worse" | "better" | "changed" | "same" {
  const [a, b] = [JUDGED.indexOf(then.verdict), JUDGED.indexOf(now.verdict)];
  if (then.verdict === now.verdict) {
    const { broken, mended } = checksChanged(then, now);
    return broken.length + mended.length > 0 || standing(then) !== standing(now) ? "changed" : "same";
  }
  if (a >= 0 && b >= 0) return b > a ? "worse" : "better";
  if (now.verdict === "fail" || now.verdict === "error") return then.verdict === "fail" ? "changed" : "worse";
  if (then.verdict === "fail" || now.verdict === "notApplicable" || then.verdict === "notApplicable") {
    return "changed";
  }
  if (a >= 0) return "worse"; // judged, and now inconclusive
  return "better"; // inconclusive or error, and now judged or at least inconclusive
}

function change(then: CaseResult | undefined, now: CaseResult | undefined): Change {
  const either = (now ?? then)!;
  return {
    id: either.id,
    title: either.title,
    suite: either.suite,
    before: then?.verdict ?? null,
    after: now?.verdict ?? null,
    standingBefore: then ? standing(then) : null,
    standingAfter: now ? standing(now) : null,
    reason: now?.reason ?? null,
    ...(then && now ? checksChanged(then, now) : { broken: [], mended: [] }),
  };
}

function checksChanged(then: CaseResult, now: CaseResult): { broken: string[]; mended: string[] } {
  const brokenIn = (result: CaseResult) =>
    new Set(
      result.checks.filter(({ holds, severity }) => !holds && severity !== "info").map(({ requirement }) =>
        requirement
      ),
    );
  const [a, b] = [brokenIn(then), brokenIn(now)];
  return { broken: [...b.difference(a)], mended: [...a.difference(b)] };
}

function runOf({ run: { profile, device, version, seed, startedAt } }: RunResult): Comparison["before"] {
  return { profile, device, version, seed, startedAt };
}
