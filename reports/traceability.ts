/** Requirement × case × fault: which clause is judged by what, and why the rest is not. None is left out. */
import type { CaseInfo, Level, Requirement } from "../harness/runner/events.ts";

export interface TraceabilityInput {
  /** The whole catalogue. */
  readonly catalogue: Iterable<Requirement>;
  /** Every case there is, whether it ran or not. */
  readonly cases: readonly Pick<CaseInfo, "id" | "verifies">[];
  /** Faults of the reference core. */
  readonly faults?: readonly { readonly id: string; readonly requirement: string }[];
}

export interface TracedRequirement {
  readonly id: string;
  readonly suite: string;
  readonly priority: 1 | 2 | 3;
  readonly peer: string;
  readonly level: Level;
  /** Ids of the cases that verify it. */
  readonly cases: readonly string[];
  /** Why no case can judge it; null where one does or could. */
  readonly untestable: string | null;
  readonly source: string;
  readonly clause: string;
  readonly title: string;
  /** Ids of the faults that violate it. */
  readonly faults: readonly string[];
}

export interface Coverage {
  readonly requirements: number;
  /** With at least one case. */
  readonly covered: number;
  readonly untestable: number;
  /** Neither. */
  readonly open: number;
}

export interface Traceability {
  readonly requirements: readonly TracedRequirement[];
  readonly summary: Coverage & {
    readonly byPriority: Readonly<Record<string, Coverage>>;
    readonly bySuite: Readonly<Record<string, Coverage>>;
    /** Requirement ids that cases or faults cite and the catalogue does not have. */
    readonly unknown: readonly string[];
  };
}

export function traceability({ catalogue, cases, faults = [] }: TraceabilityInput): Traceability {
  const casesOf = new Map<string, string[]>();
  for (const { id, verifies } of cases) {
    for (const requirement of new Set(verifies)) {
      casesOf.set(requirement, [...casesOf.get(requirement) ?? [], id]);
    }
  }
  const faultsOf = Map.groupBy(faults, ({ requirement }) => requirement);
  const requirements = [...catalogue].map((entry): TracedRequirement => {
    const verifiedBy = casesOf.get(entry.id) ?? [];
    return {
      id: entry.id,
      suite: entry.suite,
      priority: entry.priority,
      peer: entry.peer,
      level: entry.level,
      cases: verifiedBy,
      untestable: verifiedBy.length > 0 ? null : reasonNotTestable(entry),
      source: entry.source,
      clause: entry.clause,
      title: entry.title,
      faults: (faultsOf.get(entry.id) ?? []).map(({ id }) => id),
    };
  });
  const known = new Set(requirements.map(({ id }) => id));
  const unknown = [...new Set([...casesOf.keys(), ...faultsOf.keys()])].filter((id) => !known.has(id));
  return {
    requirements,
    summary: {
      ...coverage(requirements),
      byPriority: coverageBy(requirements, ({ priority }) => String(priority)),
      bySuite: coverageBy(requirements, ({ suite }) => suite),
      unknown,
    },
  };
}

export function traceabilityJson(traced: Traceability): string {
  return `${JSON.stringify(traced, null, 1)}\n`;
}

const HEADER = "id,source,clause,title,suite,priority,peer,level,cases,faults,untestable".split(",");

/** RFC 4180, with a header line; lists are separated by spaces. */
export function traceabilityCsv({ requirements }: Traceability): string {
  const rows = requirements.map((each) => [
    ...[
      each.id,
      each.source,
      each.clause,
      each.title,
      each.suite,
      String(each.priority),
      each.peer,
      each.level,
    ],
    ...[each.cases.join(" "), each.faults.join(" "), each.untestable ?? ""],
  ]);
  return [HEADER, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** For peer "none" the catalogue says in `how` why nobody outside can see it. */
function reasonNotTestable({ untestable, peer, how }: Requirement): string | null {
  return untestable ?? (peer === "none" ? how : null);
}

function coverage(requirements: readonly TracedRequirement[]): Coverage {
  const covered = requirements.filter(({ cases }) => cases.length > 0).length;
  const untestable = requirements.filter(({ untestable }) => untestable !== null).length;
  return {
    requirements: requirements.length,
    covered,
    untestable,
    open: requirements.length - covered - untestable,
  };
}

function coverageBy(
  requirements: readonly TracedRequirement[],
  key: (requirement: TracedRequirement) => string,
): Record<string, Coverage> {
  const groups = [...Map.groupBy(requirements, key)].sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(groups.map(([name, those]) => [name, coverage(those)]));
}
