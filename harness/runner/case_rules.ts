/** What must hold of every suite, case and fault before anything runs: `deno task cases` and a test look at it. */
import type { Fault } from "../../refcore/faults.ts";
import { claimsFeature, isDerivedName } from "./applicability.ts";
import type { CaseDefinition, Suite } from "./case.ts";
import type { Requirement } from "./events.ts";
import { nearMatches } from "./glob.ts";

export interface RuleInput {
  readonly suites: readonly Suite[];
  readonly catalogue: ReadonlyMap<string, Requirement>;
  readonly faults: readonly Fault[];
  /** Names that a profile may claim; without them, `needs` are not looked at. */
  readonly capabilities?: readonly string[];
}

/** One line for each breach; empty when all is well. */
export function caseProblems({ suites, catalogue, faults, capabilities }: RuleInput): string[] {
  const cases = suites.flatMap((suite) => suite.cases.map((definition) => ({ suite, definition })));
  const known = new Map(faults.map((fault) => [fault.id, fault]));
  return [
    ...doubles(suites.map((suite) => suite.id)).map((id) => `suite "${id}" is registered twice`),
    ...doubles(cases.map(({ definition }) => definition.id)).map((id) => `case "${id}" is defined twice`),
    ...cases.flatMap(({ suite, definition }) =>
      [
        ...identity(suite, definition),
        ...verified(definition, catalogue),
        ...killed(definition, known),
        ...needed(definition, capabilities),
      ].map((problem) => `case "${definition.id}" ${problem}`)
    ),
    ...doubles(faults.map((fault) => fault.id)).map((id) => `fault "${id}" is listed twice`),
    ...faults.filter((fault) => !catalogue.has(fault.requirement))
      .map((fault) => `fault "${fault.id}" violates "${fault.requirement}", which is not in the catalogue`),
    ...faults.filter((fault) => !cases.some(({ definition }) => definition.kills.includes(fault.id)))
      .map((fault) => `fault "${fault.id}" is named by no case`),
  ];
}

function identity(suite: Suite, { id, title }: CaseDefinition): string[] {
  const problems: string[] = [];
  if (!id.startsWith(`${suite.id}/`)) problems.push(`does not begin with its suite "${suite.id}/"`);
  if (!/^[a-z0-9-]+\/[a-z0-9.]+(-[a-z0-9.]+)*$/.test(id)) {
    problems.push("is not of the form suite/words-with-hyphens");
  }
  if (title.trim() === "") problems.push("has no title");
  return problems;
}

function verified(definition: CaseDefinition, catalogue: ReadonlyMap<string, Requirement>): string[] {
  const { verifies } = definition;
  if (verifies.length === 0) return ["verifies nothing"];
  return [
    ...doubles(verifies).map((id) => `verifies "${id}" twice`),
    ...verifies.flatMap((id) => {
      const requirement = catalogue.get(id);
      if (!requirement) {
        return [`verifies "${id}", which is not in the catalogue${hint(id, catalogue.keys())}`];
      }
      if (requirement.untestable !== undefined) {
        return [`verifies "${id}", which is listed as untestable: ${requirement.untestable}`];
      }
      if (requirement.level === "study" && !claimsFeature(definition)) {
        return [
          `verifies "${id}" of level "study" and has no need: it may judge only what the profile claims`,
        ];
      }
      return [];
    }),
  ];
}

function killed({ kills, verifies }: CaseDefinition, faults: ReadonlyMap<string, Fault>): string[] {
  if (kills.length === 0) return ["kills no fault"];
  return [
    ...doubles(kills).map((id) => `kills "${id}" twice`),
    ...kills.flatMap((id) => {
      const fault = faults.get(id);
      if (!fault) return [`kills "${id}", which is no fault of the reference core${hint(id, faults.keys())}`];
      // The check that kills it must cite its requirement, and a case cites only what it verifies.
      return verifies.includes(fault.requirement)
        ? []
        : [`kills "${id}", but does not verify "${fault.requirement}", which that fault violates`];
    }),
  ];
}

function needed({ needs = {}, leases, peer }: CaseDefinition, capabilities?: readonly string[]): string[] {
  const unknown = Object.keys(needs).filter((name) =>
    capabilities && !capabilities.includes(name) && !isDerivedName(name)
  );
  return [
    ...unknown.map((name) => `needs "${name}", which no profile can claim${hint(name, capabilities ?? [])}`),
    // A network can talk to a border without any subscriber.
    ...(leases?.length === 0 && peer === "ue" ? ["leases nobody"] : []),
  ];
}

function hint(name: string, names: Iterable<string>): string {
  const near = nearMatches(name, names);
  return near.length > 0 ? `; did you mean "${near.join('", "')}"?` : "";
}

function doubles(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
}
