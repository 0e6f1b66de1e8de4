/**
 * The tester is tested (DESIGN 5): every case must pass against the clean core, and under each fault the cases that
 * name it must fail, at a check that cites the requirement which the fault violates. One core per fault, many at a
 * time, since most of the time is waiting.
 */
import type { Net } from "../net/types.ts";
import type { Fault } from "../../refcore/faults.ts";
import type { Profile } from "../../profiles/mod.ts";
import type { Suite } from "./case.ts";
import { describe } from "./describe.ts";
import type { CaseResult, Requirement } from "./events.ts";
import { type EvidenceFactory, noEvidence } from "./evidence_sink.ts";
import { globMatcher, nearMatches } from "./glob.ts";
import { killMatrix, type SelfcheckResult } from "./kill_matrix.ts";
import type { Operator, PeerFactory } from "./peers.ts";
import { type KnownCase, planFor, selectCases, type Selectors, UsageError } from "./plan.ts";
import { run } from "./run.ts";

export interface Core {
  /** Where it listens and whom it knows. */
  readonly profile: Profile;
  close(): Promise<void>;
}

export interface SelfcheckOptions {
  readonly suites: readonly Suite[];
  readonly catalogue: ReadonlyMap<string, Requirement>;
  readonly faults: readonly Fault[];
  /** Starts a core with these faults, on addresses of its own. */
  readonly startCore: (faults: readonly string[]) => Promise<Core>;
  readonly net: Net;
  /** Called once per core: what peers remember of a subscriber belongs to one HSS. */
  readonly peers: () => PeerFactory;
  readonly operator?: (profile: Profile) => Operator;
  readonly seed: string;
  readonly selectors?: Selectors;
  /** Only these faults, and the cases that name them. */
  readonly faultGlobs?: readonly string[];
  /** Every case against every fault, which shows the collateral. */
  readonly full?: boolean;
  /** Broken cores at a time. Default 12. */
  readonly cores?: number;
  /** Keeps evidence of the run under this fault (null: the clean core). Default: none is kept. */
  readonly evidence?: (fault: string | null) => EvidenceFactory;
  readonly signal?: AbortSignal;
  /** Told when a core is done with: its fault (null: the clean one), and how many of how many. */
  readonly progress?: (fault: string | null, done: number, total: number) => void;
}

/** @throws UsageError for selectors and fault globs that name nothing */
export async function selfcheck(options: SelfcheckOptions): Promise<SelfcheckResult> {
  const { cases, faults } = workOf(options);
  const clean = new Map<string, CaseResult>();
  const broken = new Map<string, readonly CaseResult[]>();
  const problems: string[] = [];

  let done = 0;
  const jobs = [null, ...faults].map((fault) => async () => {
    if (options.signal?.aborted) return;
    const chosen = fault === null || options.full
      ? cases
      : cases.filter(({ info }) => info.kills.includes(fault.id));
    try {
      const results = chosen.length === 0 ? [] : await runAgainst(options, fault?.id ?? null, chosen);
      if (fault === null) results.forEach((result) => clean.set(result.id, result));
      else broken.set(fault.id, results);
    } catch (error) {
      const where = fault === null ? "the clean core" : `fault "${fault.id}"`;
      problems.push(`${where}: the run failed: ${describe(error)}`);
    }
    options.progress?.(fault?.id ?? null, ++done, faults.length + 1);
  });
  // The clean core first and alone: what fails there is not to be laid on a machine busy with broken cores.
  await jobs[0]!();
  await withLimit(jobs.slice(1), options.cores ?? 12);
  if (options.signal?.aborted) problems.push("interrupted before every core was done with");
  return killMatrix({
    cases,
    faults,
    clean,
    broken,
    problems,
    knownFaults: options.faults,
    catalogue: options.catalogue,
  });
}

/** Which cases against which faults. */
function workOf(
  { faults, faultGlobs = [], ...selection }: SelfcheckOptions,
): { cases: KnownCase[]; faults: Fault[] } {
  for (const glob of faultGlobs) {
    if (faults.some(({ id }) => globMatcher(glob)(id))) continue;
    const near = nearMatches(glob, faults.map(({ id }) => id));
    throw new UsageError(
      `There is no fault "${glob}"${near.length > 0 ? `; did you mean "${near.join('", "')}"?` : ""}`,
    );
  }
  const selected = selectCases(selection);
  if (faultGlobs.length > 0) {
    const wanted = faults.filter(({ id }) => faultGlobs.some((glob) => globMatcher(glob)(id)));
    const named = (known: KnownCase) => known.info.kills.some((kill) => wanted.some(({ id }) => id === kill));
    return { cases: selected.filter(named), faults: wanted };
  }
  // A fault that no case names at all survives; with selectors, only those of the selected cases are looked at.
  const isWhole = selected.length === selection.suites.reduce((sum, suite) => sum + suite.cases.length, 0);
  const wanted = isWhole
    ? faults
    : faults.filter(({ id }) => selected.some(({ info }) => info.kills.includes(id)));
  return { cases: selected, faults: [...wanted] };
}

async function runAgainst(
  options: SelfcheckOptions,
  fault: string | null,
  cases: readonly KnownCase[],
): Promise<readonly CaseResult[]> {
  const core = await options.startCore(fault === null ? [] : [fault]);
  try {
    // Waivers are for other people's equipment.
    const profile = { ...core.profile, waivers: [] };
    const operator = options.operator?.(profile);
    const result = await run({
      plan: planFor(cases, profile),
      profile,
      catalogue: options.catalogue,
      net: options.net,
      peers: options.peers(),
      evidence: options.evidence?.(fault) ?? noEvidence,
      seed: options.seed,
      withoutSanity: true,
      ...(operator ? { operator } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    return result.cases;
  } finally {
    await core.close();
  }
}

/** Runs all, so many at a time, in their order. */
async function withLimit(jobs: readonly (() => Promise<void>)[], limit: number): Promise<void> {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, jobs.length)) }, worker));
}
