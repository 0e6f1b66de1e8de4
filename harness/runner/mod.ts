/** Cases, and what runs and judges them. */
export { type CaseDefinition, type Suite, suite, testCase } from "./case.ts";
export { caseProblems, type RuleInput } from "./case_rules.ts";
export type { AnswerExpectation, Check, CheckFunction, Expectation } from "./check.ts";
export type { CaseContext, Random } from "./context.ts";
export { describe } from "./describe.ts";
export {
  type CaseEvidence,
  createEvidence,
  createRedactor,
  type Evidence,
  evidenceFolder,
  type EvidenceOptions,
  type Redactor,
} from "./evidence/mod.ts";
export { type EvidenceFactory, type EvidenceSink, noEvidence } from "./evidence_sink.ts";
export type {
  CaseInfo,
  CaseResult,
  CheckResult,
  Level,
  Requirement,
  RunEvent,
  RunInfo,
  RunResult,
  RunSummary,
  Severity,
  TraceRecord,
  Verdict,
} from "./events.ts";
export { type CaseExplanation, explain, type Known, type RequirementExplanation } from "./explain.ts";
export { globMatcher, nearMatches } from "./glob.ts";
export type { SelfcheckResult } from "./kill_matrix.ts";
export type { Operator, PeerFactory, UeParts } from "./peers.ts";
export {
  caseInfo,
  everyCase,
  type KnownCase,
  listing,
  makePlan,
  parseShard,
  type Plan,
  planFor,
  type PlannedCase,
  selectCases,
  type Selection,
  type Selectors,
  type Shard,
  UsageError,
} from "./plan.ts";
export { seededRandom } from "./random.ts";
export { DEFAULT_JOBS, run, type RunOptions } from "./run.ts";
export { type Sanity, sanity, type SanityParts, sanityWindow } from "./sanity.ts";
export { type Core, selfcheck, type SelfcheckOptions } from "./selfcheck.ts";
export { exitCode, type FailOn, isExcused, isStale, summarise } from "./summary.ts";
export { unknownWaivers } from "./waivers.ts";
