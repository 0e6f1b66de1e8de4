/** Everything known of one case or one requirement, for `imspeer explain`. */
import type { Fault } from "../../refcore/faults.ts";
import type { CaseDefinition, Suite } from "./case.ts";
import type { CaseInfo, Requirement } from "./events.ts";
import { nearMatches } from "./glob.ts";
import { everyCase, UsageError } from "./plan.ts";

export interface CaseExplanation {
  readonly kind: "case";
  readonly case: CaseInfo;
  readonly leases: readonly string[];
  readonly needs: NonNullable<CaseDefinition["needs"]>;
  readonly tags: readonly string[];
  readonly exclusive: boolean;
  /** Whole entries of what it verifies: `how` is what it sends, `oracle` what it expects. */
  readonly requirements: readonly Requirement[];
  readonly faults: readonly Fault[];
}

export interface RequirementExplanation {
  readonly kind: "requirement";
  readonly requirement: Requirement;
  readonly cases: readonly CaseInfo[];
  /** Those that violate it. */
  readonly faults: readonly Fault[];
}

export interface Known {
  readonly suites: readonly Suite[];
  readonly catalogue: ReadonlyMap<string, Requirement>;
  readonly faults: readonly Fault[];
}

/** @throws UsageError where neither a case nor a requirement has this id */
export function explain(id: string, known: Known): CaseExplanation | RequirementExplanation {
  const cases = everyCase(known.suites, known.catalogue);
  const found = cases.find(({ info }) => info.id === id);
  if (found) {
    const { info, definition, leases } = found;
    return {
      kind: "case",
      case: info,
      leases,
      needs: definition.needs ?? {},
      tags: definition.tags ?? [],
      exclusive: definition.exclusive ?? false,
      requirements: info.verifies.flatMap((requirement) => known.catalogue.get(requirement) ?? []),
      faults: known.faults.filter((fault) => info.kills.includes(fault.id)),
    };
  }
  const requirement = known.catalogue.get(id);
  if (requirement) {
    return {
      kind: "requirement",
      requirement,
      cases: cases.filter(({ info }) => info.verifies.includes(id)).map(({ info }) => info),
      faults: known.faults.filter((fault) => fault.requirement === id),
    };
  }
  const near = nearMatches(id, [...cases.map(({ info }) => info.id), ...known.catalogue.keys()]);
  const hint = near.length > 0 ? `; did you mean "${near.join('", "')}"?` : "";
  throw new UsageError(`There is no case and no requirement "${id}"${hint}`);
}
