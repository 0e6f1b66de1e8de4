/** What the parts of the HTML report are made from. */
import type { CaseInfo, Requirement, RunResult, TraceRecord } from "../../harness/runner/events.ts";
import type { CaseDetails } from "./details.tsx";

export interface HtmlInput {
  readonly result: RunResult;
  /** The records of a case's trace, empty where there are none. */
  readonly traces: (caseId: string) => readonly TraceRecord[];
  /** Requirements the cases cite, or the whole catalogue: then the matrix shows also what is not covered. */
  readonly catalogue?: Iterable<Requirement>;
  /** Every case there is; those that are not in the result are shown as not run. Default: those of the result. */
  readonly cases?: readonly Pick<CaseInfo, "id" | "verifies">[];
  readonly faults?: readonly { readonly id: string; readonly requirement: string }[];
  /** An earlier result to compare with. */
  readonly previous?: RunResult;
  /** From the report to the folder that evidence paths are relative to: "" (default) or "../out/". */
  readonly evidenceBase?: string;
}

/** The input with what every part looks up. */
export interface Context extends HtmlInput {
  readonly requirements: ReadonlyMap<string, Requirement>;
  readonly evidenceBase: string;
  readonly details: CaseDetails;
}
