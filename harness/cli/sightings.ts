/**
 * Whether the faults that a run was given were seen. A check on a "should" makes a case no worse than warn, one on a
 * "may" leaves it a pass (DESIGN 4); whoever breaks the core on purpose wants to be shown those as well.
 */
import type { CheckResult, RunResult } from "../runner/mod.ts";
import type { Host } from "./host.ts";
import { faults } from "./registry.ts";

/** Tells the checks that saw each fault; gives whether there was any. */
export function tellSightings(result: RunResult, wanted: readonly string[], host: Host): boolean {
  let any = false;
  for (const id of wanted) {
    const requirement = faults.find((fault) => fault.id === id)?.requirement;
    const seen = sightings(result, requirement);
    any ||= seen.length > 0;
    if (seen.length === 0) host.say(`fault ${id}: no check of ${requirement} in this run saw it`);
    // A check may be made of several messages: one and the same text is told once.
    const told = new Set(
      seen.map(({ caseId, check }) =>
        `fault ${id}: seen by ${caseId}: ${check.name} (${check.requirement})\n` +
        `  expected ${check.expected}, came ${check.actual}`
      ),
    );
    for (const text of told) host.say(text);
  }
  return any;
}

function sightings(
  { cases }: RunResult,
  requirement: string | undefined,
): { readonly caseId: string; readonly check: CheckResult }[] {
  return cases.flatMap(({ id, checks }) =>
    checks.filter((check) => !check.holds && check.requirement === requirement)
      .map((check) => ({ caseId: id, check }))
  );
}
