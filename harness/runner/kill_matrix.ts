/** The kill matrix, read out of results: a crash is not a kill, nor is a failure elsewhere. */
import type { Fault } from "../../refcore/faults.ts";
import type { CaseResult, Requirement, Verdict } from "./events.ts";
import type { KnownCase } from "./plan.ts";

/** `selfcheck --json` (DESIGN 8), and what explains it. */
export interface SelfcheckResult {
  readonly ok: boolean;
  readonly cases: readonly {
    readonly id: string;
    /** Verdict against the clean core, null where the run was cut off before. */
    readonly clean: Verdict | null;
    readonly killedBy: readonly string[];
  }[];
  readonly faults: readonly {
    readonly id: string;
    readonly requirement: string;
    readonly killedBy: readonly string[];
  }[];
  /** Faults that no case kills. */
  readonly survivors: readonly string[];
  /** Cases that no fault makes fail. */
  readonly unkilled: readonly string[];
  /** One line for each thing that is not as it should be. */
  readonly problems: readonly string[];
  /** With `full`: what else a fault turns away from pass. */
  readonly collateral: readonly {
    readonly fault: string;
    readonly case: string;
    readonly verdict: Verdict;
  }[];
}

export interface Outcome {
  readonly cases: readonly KnownCase[];
  readonly faults: readonly Fault[];
  /** Results against the clean core, by case. */
  readonly clean: ReadonlyMap<string, CaseResult>;
  /** Results under a fault, by fault. */
  readonly broken: ReadonlyMap<string, readonly CaseResult[]>;
  readonly problems: readonly string[];
  readonly knownFaults: readonly Fault[];
  readonly catalogue: ReadonlyMap<string, Requirement>;
}

/** Which fault is killed by which case, and everything that is not as it should be. */
export function killMatrix(
  { cases, faults, clean, broken, knownFaults, catalogue, ...outcome }: Outcome,
): SelfcheckResult {
  const problems = [...outcome.problems];
  for (const { info } of cases) {
    const result = clean.get(info.id);
    if (result && result.verdict !== "pass") {
      problems.push(`case "${info.id}" ends ${result.verdict} against the clean core: ${result.reason}`);
    }
    for (const kill of info.kills.filter((kill) => !knownFaults.some(({ id }) => id === kill))) {
      problems.push(`case "${info.id}" names fault "${kill}", which the core does not have`);
    }
  }
  const kills: { fault: string; case: string }[] = [];
  const collateral: { fault: string; case: string; verdict: Verdict }[] = [];
  for (const fault of faults) {
    const isMay = catalogue.get(fault.requirement)?.level === "may";
    for (const result of broken.get(fault.id) ?? []) {
      const survived = survival(result, fault, isMay);
      if (!result.kills.includes(fault.id)) {
        if (result.verdict === clean.get(result.id)?.verdict) continue;
        collateral.push({ fault: fault.id, case: result.id, verdict: result.verdict });
      } else if (survived === null) kills.push({ fault: fault.id, case: result.id });
      else problems.push(`case "${result.id}" does not kill "${fault.id}": it ${survived}`);
    }
  }
  const judgedCases = cases.map(({ info: { id } }) => ({
    id,
    clean: clean.get(id)?.verdict ?? null,
    killedBy: kills.filter((kill) => kill.case === id).map((kill) => kill.fault),
  }));
  const judgedFaults = faults.map(({ id, requirement }) => ({
    id,
    requirement,
    killedBy: kills.filter((kill) => kill.fault === id).map((kill) => kill.case),
  }));
  const survivors = judgedFaults.filter(({ killedBy }) => killedBy.length === 0).map(({ id }) => id);
  const unkilled = judgedCases.filter(({ killedBy }) => killedBy.length === 0).map(({ id }) => id);
  const allPass = judgedCases.every((one) => one.clean === "pass");
  return {
    // Nothing checked is not success.
    ok: cases.length > 0 && allPass && problems.length + survivors.length + unkilled.length === 0,
    cases: judgedCases,
    faults: judgedFaults,
    survivors,
    unkilled,
    problems,
    collateral,
  };
}

/** Why the fault survives this case; null when it is killed. */
function survival(result: CaseResult, fault: Fault, isMay: boolean): string | null {
  const cites = result.checks.some((check) => !check.holds && check.requirement === fault.requirement);
  // A failed check on a "may" is recorded without making the case worse; it is still seen.
  const judged = result.verdict === "fail" || result.verdict === "warn" ||
    (isMay && result.verdict === "pass");
  if (judged && cites) return null;
  if (result.verdict === "pass") return "passes";
  if (judged) return `fails at no check that cites "${fault.requirement}": ${result.reason}`;
  return `ends ${result.verdict}: ${result.reason}`;
}
