/** What a run against the lab gives: recorded in lab/expected, and compared with what it gives today. */
import { fileURLToPath } from "node:url";
import type { CaseResult, RunResult, Verdict } from "../harness/runner/events.ts";

export interface Expectation {
  /** What the record was made with. */
  readonly device: string;
  readonly cases: Readonly<Record<string, ExpectedCase>>;
}

export interface ExpectedCase {
  readonly verdict: Verdict;
  /** Requirements whose checks do not hold, where the verdict is about them. */
  readonly broken?: readonly string[];
  readonly waived?: true;
}

export interface Deviation {
  readonly id: string;
  readonly says: string;
}

export function expectation(): Expectation {
  return JSON.parse(Deno.readTextFileSync(FILE)) as Expectation;
}

/** Makes this result the expected one. */
export function record(result: RunResult, device: string): void {
  const cases = Object.fromEntries(judged(result).map((one) => [one.id, expectedOf(one)]));
  Deno.writeTextFileSync(FILE, `${JSON.stringify({ device, cases }, null, 2)}\n`);
}

/**
 * What is otherwise than expected. A case that is new and passes, or is waived, is no deviation; one that is not judged
 * any more is.
 */
export function compare(result: RunResult, expected: Expectation): Deviation[] {
  const now = new Map(judged(result).map((one) => [one.id, expectedOf(one)]));
  const found: Deviation[] = [];
  for (const [id, before] of Object.entries(expected.cases)) {
    const today = now.get(id);
    now.delete(id);
    if (today === undefined) found.push({ id, says: `was ${words(before)}, and is not judged any more` });
    else if (words(today) !== words(before)) {
      found.push({ id, says: `was ${words(before)}, is ${words(today)}` });
    }
  }
  for (const [id, today] of now) {
    if (today.verdict !== "pass" && !today.waived) found.push({ id, says: `is new, and ${words(today)}` });
  }
  return found;
}

const FILE = fileURLToPath(new URL("./expected/kamailio-ims.json", import.meta.url));

function judged(result: RunResult): CaseResult[] {
  return result.cases.filter(({ verdict }) => verdict !== "notApplicable")
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

function expectedOf({ verdict, waived, checks }: CaseResult): ExpectedCase {
  const broken = checks.filter(({ holds }) => !holds).map(({ requirement }) => requirement);
  return {
    verdict,
    ...(broken.length > 0 ? { broken: [...new Set(broken)].sort() } : {}),
    ...(waived ? { waived: true } : {}),
  };
}

function words({ verdict, broken = [], waived }: ExpectedCase): string {
  return [verdict, ...(broken.length > 0 ? [`at ${broken.join(", ")}`] : []), ...(waived ? ["(waived)"] : [])]
    .join(" ");
}
