/**
 * What a run tells, and all that reports ever see: the events while it goes, and the result at its end.
 * The result is written as `results.json`; its shape is stable (additions only).
 */

/** Worst last within fail/warn/pass; see DESIGN 4. */
export type Verdict = "pass" | "fail" | "warn" | "inconclusive" | "notApplicable" | "error";

/** What a check that does not hold makes of the case: shall → fail, should → warn, may → info (recorded). */
export type Severity = "fail" | "warn" | "info";

/** How hard the source words it. */
export type Level = "shall" | "shall not" | "should" | "may" | "study";

/** One entry of the catalogue, as in suites/requirements. */
export interface Requirement {
  readonly id: string;
  readonly source: string;
  readonly clause: string;
  readonly title: string;
  readonly level: Level;
  readonly subject: string;
  readonly statement: string;
  readonly peer: string;
  readonly how: string;
  readonly oracle: string;
  readonly suite: string;
  readonly fault: string;
  readonly priority: 1 | 2 | 3;
  /** Why no case can judge it from outside; absent where one can. */
  readonly untestable?: string;
}

/** One judged statement. `evidence` points at a record of the case's trace, e.g. "trace.jsonl#4". */
export interface CheckResult {
  readonly name: string;
  readonly requirement: string;
  readonly expected: string;
  readonly actual: string;
  readonly holds: boolean;
  readonly severity: Severity;
  readonly evidence: string | null;
}

/** What is known of a case before it runs. */
export interface CaseInfo {
  readonly id: string;
  readonly suite: string;
  readonly title: string;
  readonly peer: string;
  readonly priority: number;
  readonly verifies: readonly string[];
  readonly kills: readonly string[];
}

export interface CaseResult extends CaseInfo {
  readonly verdict: Verdict;
  /** Why it is not pass; null for pass. */
  readonly reason: string | null;
  readonly waived:
    | { readonly reason: string; readonly link: string | null; readonly until: string | null }
    | null;
  readonly checks: readonly CheckResult[];
  readonly durationMs: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** IMPIs leased, in order. */
  readonly subscriber: readonly string[];
  readonly seed: string;
  readonly attempts: number;
  /** Folder of the evidence relative to the output folder, null where nothing was sent. */
  readonly evidence: string | null;
}

/** One line of trace.jsonl. Bytes are kept as base64 so that every report can show the message itself. */
export interface TraceRecord {
  /** 1-based, the number that a check's evidence points at. */
  readonly n: number;
  /** ISO 8601 with microseconds where known, UTC. */
  readonly time: string;
  readonly direction: "out" | "in";
  readonly layer: string;
  readonly transport: string;
  readonly local: string;
  readonly remote: string;
  /** Who we were: "ue:alice", "peer-network". */
  readonly actor: string;
  readonly sha256: string;
  /** "REGISTER sip:home1.net", "401 Unauthorized". */
  readonly summary: string;
  /** The message, secrets taken out. */
  readonly bytes: string;
  /** Which connection it travelled on, where it travelled on one: "tls-7". Unique within a run. */
  readonly connection?: string;
  readonly note?: string;
}

export interface RunInfo {
  readonly tool: string;
  readonly version: string;
  readonly profile: string;
  readonly device: { readonly vendor: string; readonly product: string; readonly version: string } | null;
  readonly seed: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Set when the run as a whole is inconclusive: the device never answered, or died after a case. */
  readonly trouble: string | null;
}

export interface RunSummary {
  readonly planned: number;
  readonly executed: number;
  readonly pass: number;
  readonly fail: number;
  readonly warn: number;
  readonly inconclusive: number;
  readonly notApplicable: number;
  readonly error: number;
  readonly waived: number;
  readonly staleWaivers: number;
}

export interface RunResult {
  /** Version of this shape, currently 1. */
  readonly schema: 1;
  readonly run: RunInfo;
  readonly cases: readonly CaseResult[];
  readonly summary: RunSummary;
}

/**
 * What a run tells, in this order: runStarted; caseFinished for each case that does not apply (`done` stays 0); then
 * the cases as they start and finish; trouble, told once; runFinished. A case that was never started (the target is
 * dead, the run was stopped) is in the final result only. `planned` counts the cases that apply.
 */
export type RunEvent =
  | { readonly type: "runStarted"; readonly run: RunInfo; readonly planned: number }
  | { readonly type: "caseStarted"; readonly case: CaseInfo; readonly running: number }
  | {
    readonly type: "caseFinished";
    readonly result: CaseResult;
    readonly done: number;
    readonly planned: number;
  }
  | { readonly type: "trouble"; readonly message: string }
  | { readonly type: "runFinished"; readonly result: RunResult };
