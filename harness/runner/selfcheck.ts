/**
 * The tester is tested (DESIGN 5): every case must pass against the clean core, and under each fault the cases that
 * name it must fail, at a check that cites the requirement which the fault violates. Against a dummy, which does the
 * same whatever it is asked, no case may pass; against the clean core in another dialect, a lawful way of saying the
 * same, every case must. One core per fault, many at a time, since most of the time is waiting.
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

/** A device that does the same whatever it is asked. */
export interface DummyDevice {
  readonly id: string;
  readonly title: string;
  /** Takes the place of this core. */
  start(instead: Profile): Promise<Core>;
}

/** The clean core with another way of saying things. */
export interface DialectDevice {
  readonly id: string;
  readonly title: string;
  start(): Promise<Core>;
}

export interface SelfcheckOptions {
  readonly suites: readonly Suite[];
  readonly catalogue: ReadonlyMap<string, Requirement>;
  readonly faults: readonly Fault[];
  /** Starts a core with these faults, on addresses of its own. */
  readonly startCore: (faults: readonly string[]) => Promise<Core>;
  /** Against these every case runs as well. Default: none. */
  readonly dummies?: readonly DummyDevice[];
  readonly dialects?: readonly DialectDevice[];
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
  /** Told when a device is done with: what it is, and how many of how many. */
  readonly progress?: (device: string, done: number, total: number) => void;
}

/** @throws UsageError for selectors and fault globs that name nothing */
export async function selfcheck(options: SelfcheckOptions): Promise<SelfcheckResult> {
  const { cases, faults } = workOf(options);
  const clean = new Map<string, CaseResult>();
  const broken = new Map<string, readonly CaseResult[]>();
  const problems: string[] = [];

  const { dummies = [], dialects = [] } = options;
  const total = faults.length + dummies.length + dialects.length + 1;
  let done = 0;
  const tell = (device: string) => options.progress?.(device, ++done, total);
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
    tell(fault?.id ?? "clean core");
  });
  const others = new Map<string, readonly CaseResult[]>();
  const other = (id: string, results: () => Promise<readonly CaseResult[]>) => async () => {
    if (options.signal?.aborted) return;
    try {
      others.set(id, await results());
    } catch (error) {
      problems.push(`"${id}": the run failed: ${describe(error)}`);
    }
    tell(id);
  };
  const jobsOfDummies = dummies.map((dummy) => other(dummy.id, () => runAgainstDummy(options, dummy, cases)));
  const jobsOfDialects = dialects.map(({ id, start }) =>
    other(id, async () => runAndClose(options, await start(), cases))
  );
  // What has to pass comes first and alone: no failure is to be laid on a machine busy with broken cores.
  await withLimit([jobs[0]!, ...jobsOfDialects], 1);
  await withLimit(jobsOfDummies, 6);
  await withLimit(jobs.slice(1), options.cores ?? 12);
  if (options.signal?.aborted) problems.push("interrupted before every core was done with");
  return killMatrix({
    cases,
    faults,
    clean,
    broken,
    dummies,
    dialects,
    others,
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
    const cases = selected.filter(named);
    if (cases.length === 0) throw new UsageError("No selected case names one of these faults");
    return { cases, faults: wanted };
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
  return await runAndClose(options, core, cases, { evidence: options.evidence?.(fault) ?? noEvidence });
}

/** A clean core stays behind the dummy: it has the operator's interface and all else that no case judges. */
async function runAgainstDummy(
  options: SelfcheckOptions,
  dummy: DummyDevice,
  cases: readonly KnownCase[],
): Promise<readonly CaseResult[]> {
  const core = await options.startCore([]);
  try {
    return await runAndClose(options, await dummy.start(core.profile), cases, { jobs: 64 });
  } finally {
    await core.close();
  }
}

async function runAndClose(
  options: SelfcheckOptions,
  core: Core,
  cases: readonly KnownCase[],
  { evidence = noEvidence, jobs }: { readonly evidence?: EvidenceFactory; readonly jobs?: number } = {},
): Promise<readonly CaseResult[]> {
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
      evidence,
      ...(jobs === undefined ? {} : { jobs }),
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
