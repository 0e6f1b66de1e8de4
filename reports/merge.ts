/**
 * Several results of one run made one: its shards, or its repetitions.
 *
 * - All must come from the same version of the tool, the same profile, device and seed.
 * - A case that occurs in several counts as repeated: its attempts and durations add up, and its worst attempt stands,
 *   with that attempt's reason, checks and evidence; a result of no attempt yields to one that was tried. Its
 *   definition (title, requirements …) must be the same.
 * - The very same attempt (same start) given twice is a mistake: a file was named twice.
 */
import type { CaseResult, RunInfo, RunResult, RunSummary, Verdict } from "../harness/runner/events.ts";

/** Results that do not belong together. */
export class MergeError extends Error {
  override readonly name = "MergeError";
}

export interface MergeInput {
  readonly result: RunResult;
  /** What the result is called in errors: its file's name. */
  readonly name?: string;
  /** Put before the evidence folders of this result, "shard2/", where it lies in a folder of its own. */
  readonly evidencePrefix?: string;
}

/**
 * `summarise` is the runner's way of counting, so that a merged result counts like a run.
 * @throws MergeError that names both results and what differs
 */
export function mergeResults(
  inputs: readonly MergeInput[],
  summarise: (cases: readonly CaseResult[]) => RunSummary,
): RunResult {
  const [first, ...others] = inputs;
  if (!first) throw new MergeError("Cannot merge: no results are given");
  for (const [index, other] of others.entries()) {
    sameRun(first, other, nameOf(first, 0), nameOf(other, index + 1));
  }
  const cases = new Map<string, { result: CaseResult; from: string; starts: Set<string> }>();
  for (const [index, input] of inputs.entries()) {
    const from = nameOf(input, index);
    for (const found of input.result.cases) {
      const result = {
        ...found,
        evidence: found.evidence === null ? null : `${input.evidencePrefix ?? ""}${found.evidence}`,
      };
      const known = cases.get(result.id);
      if (!known) {
        cases.set(result.id, {
          result,
          from,
          starts: new Set(result.attempts > 0 ? [result.startedAt] : []),
        });
        continue;
      }
      sameCase(known.result, result, known.from, from);
      if (known.starts.has(result.startedAt) && result.attempts > 0) {
        throw new MergeError(
          `Cannot merge: "${known.from}" and "${from}" hold the same attempt at "${result.id}" (${result.startedAt})`,
        );
      }
      if (result.attempts > 0) known.starts.add(result.startedAt);
      known.result = repeat(known.result, result);
    }
  }
  const merged = [...cases.values()].map(({ result }) => result);
  return { schema: 1, run: mergeRun(inputs), cases: merged, summary: summarise(merged) };
}

function nameOf({ name }: MergeInput, index: number): string {
  return name ?? `result ${index + 1}`;
}

function sameRun(a: MergeInput, b: MergeInput, nameA: string, nameB: string): void {
  for (const key of ["tool", "version", "profile", "device", "seed"] as const) {
    const [left, right] = [JSON.stringify(a.result.run[key]), JSON.stringify(b.result.run[key])];
    if (left !== right) {
      throw new MergeError(
        `Cannot merge "${nameA}" and "${nameB}": their ${key} differs: ${left} and ${right}`,
      );
    }
  }
}

function sameCase(a: CaseResult, b: CaseResult, nameA: string, nameB: string): void {
  for (const key of ["suite", "title", "peer", "priority", "verifies", "kills"] as const) {
    const [left, right] = [JSON.stringify(a[key]), JSON.stringify(b[key])];
    if (left !== right) {
      throw new MergeError(
        `Cannot merge "${nameA}" and "${nameB}": the ${key} of case "${a.id}" differs: ${left} and ${right}`,
      );
    }
  }
}

/** Best first, as the runner ranks them. */
const RANK: readonly Verdict[] = ["notApplicable", "pass", "warn", "inconclusive", "fail", "error"];

function repeat(a: CaseResult, b: CaseResult): CaseResult {
  // Where a case was not tried, its result says nothing of the device.
  if (a.attempts === 0 || b.attempts === 0) return a.attempts === 0 ? b : a;
  const worst = RANK.indexOf(b.verdict) > RANK.indexOf(a.verdict) ? b : a;
  return {
    ...worst,
    waived: a.waived ?? b.waived,
    startedAt: a.startedAt < b.startedAt ? a.startedAt : b.startedAt,
    durationMs: a.durationMs + b.durationMs,
    attempts: a.attempts + b.attempts,
  };
}

function mergeRun(inputs: readonly MergeInput[]): RunInfo {
  const runs = inputs.map(({ result }) => result.run);
  const first = runs[0]!;
  const begins = runs.map(({ startedAt }) => Date.parse(startedAt));
  const begin = Math.min(...begins);
  const end = Math.max(...runs.map(({ durationMs }, index) => begins[index]! + durationMs));
  const troubles = new Set(runs.flatMap(({ trouble }) => trouble ?? []));
  return {
    ...first,
    startedAt: runs.map(({ startedAt }) => startedAt).sort()[0]!,
    durationMs: Number.isFinite(end - begin) ? end - begin : first.durationMs,
    environment: mergeEnvironment(runs),
    trouble: troubles.size > 0 ? [...troubles].join("; ") : null,
  };
}

/** What differs between the machines is listed, each value once; a command stays one that can be given. */
function mergeEnvironment(runs: readonly RunInfo[]): Record<string, string> {
  const names = new Set(runs.flatMap(({ environment }) => Object.keys(environment)));
  return Object.fromEntries([...names].map((name) => {
    const values = new Set(
      runs.map(({ environment }) => environment[name]).filter((value) => value !== undefined),
    );
    return [name, name === "command" ? [...values][0]! : [...values].join(" | ")];
  }));
}
