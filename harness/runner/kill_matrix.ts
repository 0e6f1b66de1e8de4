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
  /** Checks that hold against the clean core and that no fault which was run makes fail: nobody has seen that they can. */
  readonly unproven: readonly CheckOfCase[];
  /** Checks made against the clean core, one for each name in a case. */
  readonly checks: number;
  /** One line for each thing that is not as it should be. */
  readonly problems: readonly string[];
  /** Cases that pass whatever the device does. */
  readonly dummies: readonly { readonly id: string; readonly passedBy: readonly string[] }[];
  /** Cases that do not pass, though the core only says the same in other words. */
  readonly dialects: readonly { readonly id: string; readonly failedBy: readonly string[] }[];
  /** With `full`: what else a fault turns away from pass. */
  readonly collateral: readonly {
    readonly fault: string;
    readonly case: string;
    readonly verdict: Verdict;
  }[];
}

export interface CheckOfCase {
  readonly case: string;
  readonly check: string;
  readonly requirement: string;
}

export interface Outcome {
  readonly cases: readonly KnownCase[];
  readonly faults: readonly Fault[];
  /** Results against the clean core, by case. */
  readonly clean: ReadonlyMap<string, CaseResult>;
  /** Results under a fault, by fault. */
  readonly broken: ReadonlyMap<string, readonly CaseResult[]>;
  readonly dummies: readonly { readonly id: string; readonly title: string }[];
  readonly dialects: readonly { readonly id: string; readonly title: string }[];
  /** Results against a dummy or in a dialect, by its id. */
  readonly others: ReadonlyMap<string, readonly CaseResult[]>;
  readonly problems: readonly string[];
  readonly knownFaults: readonly Fault[];
  readonly catalogue: ReadonlyMap<string, Requirement>;
}

/** Which fault is killed by which case, and everything that is not as it should be. */
export function killMatrix(
  { cases, faults, clean, broken, others, knownFaults, catalogue, ...outcome }: Outcome,
): SelfcheckResult {
  const problems = [...outcome.problems];
  const isBinding = (requirement: string) => {
    const level = catalogue.get(requirement)?.level;
    return level !== "may" && level !== "study";
  };
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
  const checks = [...clean.values()].flatMap(checksOf);
  const failed = new Set(
    [...broken.values()].flat().flatMap((result) =>
      result.checks.filter(({ holds }) => !holds).map((check) => keyOf(result.id, check))
    ),
  );
  const judgedCases = cases.map(({ info: { id } }) => ({
    id,
    clean: clean.get(id)?.verdict ?? null,
    killedBy: kills.filter((kill) => kill.case === id).map((kill) => kill.fault),
  }));
  const passing = outcome.dummies.map(({ id, title }) => {
    const results = others.get(id) ?? [];
    // What can break only a "may" passes by rule.
    const passedBy = results.filter((result) => result.verdict === "pass" && result.verifies.some(isBinding));
    for (const result of passedBy) problems.push(`case "${result.id}" passes against a device that ${title}`);
    for (const result of results.filter(({ verdict }) => verdict === "error")) {
      problems.push(`case "${result.id}" breaks at a device that ${title}: ${result.reason}`);
    }
    return { id, passedBy: passedBy.map((result) => result.id) };
  });
  const failing = outcome.dialects.map(({ id, title }) => {
    const failed = (others.get(id) ?? []).filter(({ verdict }) => verdict !== "pass");
    for (const { id: name, verdict, reason } of failed) {
      problems.push(`case "${name}" ends ${verdict} against a clean core that ${title}: ${reason}`);
    }
    return { id, failedBy: failed.map((result) => result.id) };
  });
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
    unproven: checks.filter((one) => !failed.has(keyOf(one.case, { name: one.check, ...one }))),
    checks: checks.length,
    dummies: passing,
    dialects: failing,
    problems,
    collateral,
  };
}

/** Each once, though a loop may make it many times. */
function checksOf({ id, checks }: CaseResult): CheckOfCase[] {
  const once = new Map(checks.map((check) => [keyOf(id, check), check]));
  return [...once.values()].map(({ name, requirement }) => ({ case: id, check: name, requirement }));
}

function keyOf(
  id: string,
  { name, requirement }: { readonly name: string; readonly requirement: string },
): string {
  return `${id} ${requirement} ${name}`;
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
