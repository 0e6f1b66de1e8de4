/**
 * Which cases a run is made of: those selected, each with whether it applies to the profile, and why not.
 * Selectors of one kind widen (`--suite aka --suite digest`), kinds narrow (`--suite aka --priority 1`).
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Profile } from "../../profiles/mod.ts";
import { applicability } from "./applicability.ts";
import type { CaseDefinition, Suite } from "./case.ts";
import type { CaseInfo, Requirement } from "./events.ts";
import { globMatcher, nearMatches } from "./glob.ts";

/** The user asked for something there is not: exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Selectors {
  /** Suite ids or globs. */
  readonly suites?: readonly string[];
  /** Globs over case ids. */
  readonly cases?: readonly string[];
  /** Globs over requirement ids. */
  readonly requirements?: readonly string[];
  /** Cases of this priority and more urgent ones: 2 means 1 and 2. */
  readonly priority?: number;
  readonly tags?: readonly string[];
}

export interface Shard {
  /** 1 ≤ index ≤ total. */
  readonly index: number;
  readonly total: number;
}

/** A case and what is known of it before it meets a profile. */
export interface KnownCase {
  readonly info: CaseInfo;
  readonly definition: CaseDefinition;
  /** What it leases, the suite's default filled in. */
  readonly leases: readonly string[];
}

export interface PlannedCase extends KnownCase {
  readonly applicable: boolean;
  /** Why it does not apply, null where it does. */
  readonly reason: string | null;
}

/** In the order of the registry. */
export type Plan = readonly PlannedCase[];

export interface Selection {
  readonly suites: readonly Suite[];
  readonly catalogue: ReadonlyMap<string, Requirement>;
  readonly selectors?: Selectors;
  readonly shard?: Shard;
}

/**
 * @throws UsageError for a selector that names nothing or is given twice, and for a shard that is none
 */
export function makePlan({ profile, ...selection }: Selection & { readonly profile: Profile }): Plan {
  return planFor(selectCases(selection), profile);
}

/** @throws UsageError as makePlan */
export function selectCases({ suites, catalogue, selectors = {}, shard }: Selection): KnownCase[] {
  checkSelectors(selectors, suites, catalogue);
  checkShard(shard);
  return everyCase(suites, catalogue)
    .filter(({ info, definition }) => isSelected(selectors, info, definition) && inShard(info.id, shard));
}

export function planFor(cases: readonly KnownCase[], profile: Profile): Plan {
  return cases.map((known) => {
    const reason = applicability(known.definition, known.leases, profile);
    return { ...known, applicable: reason === null, reason };
  });
}

/** `list --json` (DESIGN 8). */
export function listing(
  plan: Plan,
): { cases: (CaseInfo & { applicable: boolean; reason: string | null })[] } {
  return { cases: plan.map(({ info, applicable, reason }) => ({ ...info, applicable, reason })) };
}

/** Every case of the suites with what is known of it, in their order. */
export function everyCase(
  suites: readonly Suite[],
  catalogue: ReadonlyMap<string, Requirement>,
): KnownCase[] {
  return suites.flatMap((suite) =>
    suite.cases.map((definition) => ({
      info: caseInfo(suite, definition, catalogue),
      definition,
      leases: definition.leases ?? [suite.lease],
    }))
  );
}

/** A case is as urgent as the most urgent requirement it verifies. */
export function caseInfo(
  suite: Suite,
  definition: CaseDefinition,
  catalogue: ReadonlyMap<string, Requirement>,
): CaseInfo {
  const { id, title, peer, verifies, kills } = definition;
  const priority = Math.min(3, ...verifies.map((requirement) => catalogue.get(requirement)?.priority ?? 3));
  return { id, suite: suite.id, title, peer, priority, verifies: [...verifies], kills: [...kills] };
}

/** "2/5". @throws UsageError */
export function parseShard(text: string): Shard {
  const [, index, total] = text.match(/^(\d{1,6})\/(\d{1,6})$/) ?? [];
  if (index === undefined || total === undefined) {
    throw new UsageError(`Shard "${text}" is not of the form "I/N", such as "2/5"`);
  }
  const shard = { index: Number(index), total: Number(total) };
  checkShard(shard);
  return shard;
}

function checkShard(shard: Shard | undefined): void {
  if (!shard || (shard.index >= 1 && shard.index <= shard.total)) return;
  throw new UsageError(`Shard "${shard.index}/${shard.total}" does not exist: needs 1 to ${shard.total}`);
}

/** By a hash of the id, so that a new case moves no other one to another shard. */
function inShard(id: string, shard: Shard | undefined): boolean {
  if (!shard) return true;
  const hash = new DataView(sha256(new TextEncoder().encode(id)).buffer).getUint32(0);
  return hash % shard.total === shard.index - 1;
}

function isSelected(selectors: Selectors, info: CaseInfo, definition: CaseDefinition): boolean {
  const some = (globs: readonly string[] | undefined, names: readonly string[]) =>
    !globs?.length || globs.some((glob) => names.some(globMatcher(glob)));
  return some(selectors.suites, [info.suite]) && some(selectors.cases, [info.id]) &&
    some(selectors.requirements, info.verifies) &&
    (selectors.priority === undefined || info.priority <= selectors.priority) &&
    (!selectors.tags?.length || selectors.tags.some((tag) => definition.tags?.includes(tag)));
}

function checkSelectors(
  selectors: Selectors,
  suites: readonly Suite[],
  catalogue: ReadonlyMap<string, Requirement>,
): void {
  const definitions = suites.flatMap((suite) => suite.cases);
  const cited = definitions.flatMap((definition) => definition.verifies);
  checkNames("suite", selectors.suites, suites.map((suite) => suite.id));
  checkNames("case", selectors.cases, definitions.map((definition) => definition.id));
  for (const glob of selectors.requirements ?? []) {
    const known = [...catalogue.keys()].filter(globMatcher(glob));
    if (known.length === 0 || known.some((id) => cited.includes(id))) continue;
    const why = known.length === 1 ? catalogue.get(known[0]!)?.untestable : undefined;
    throw new UsageError(`No case verifies requirement "${glob}"${why ? `: ${why}` : ""}`);
  }
  checkNames("requirement", selectors.requirements, catalogue.keys());
  checkNames("tag", selectors.tags, definitions.flatMap((definition) => definition.tags ?? []), (tag) => tag);
  const { priority } = selectors;
  if (priority !== undefined && ![1, 2, 3].includes(priority)) {
    throw new UsageError(`Priority "${priority}" does not exist: needs 1, 2 or 3`);
  }
}

function checkNames(
  kind: string,
  wanted: readonly string[] = [],
  names: Iterable<string>,
  literal?: (name: string) => string,
): void {
  const known = [...names];
  wanted.forEach((name, index) => {
    if (wanted.indexOf(name) < index) throw new UsageError(`The ${kind} "${name}" is selected twice`);
    const matches = literal ? (candidate: string) => candidate === name : globMatcher(name);
    if (known.some((candidate) => matches(candidate))) return;
    const near = nearMatches(name, known);
    const hint = near.length > 0 ? `; did you mean "${near.join('", "')}"?` : "";
    throw new UsageError(`There is no ${kind} "${name}"${hint}`);
  });
}
