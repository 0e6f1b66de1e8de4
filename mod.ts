/**
 * imspeer: a black-box tester for IMS networks.
 *
 * As a program: `deno run … mod.ts run` (see `--help`; `deno task imspeer` gives it the permissions it needs).
 * As a library: write cases with `suite` and `testCase`, read a profile, make a plan, run it, make reports of it.
 */
import { program } from "./harness/cli/mod.ts";

export { EXIT, type ExitCode, type Host, main } from "./harness/cli/mod.ts";
export { EnvironmentError, LocalMisuseError, PeerViolation } from "./harness/errors.ts";
export { systemNet } from "./harness/net/mod.ts";
export { createUe, newMemory, NoAnswer } from "./harness/peer/mod.ts";
export {
  type CaseContext,
  type CaseDefinition,
  type CaseInfo,
  type CaseResult,
  createEvidence,
  everyCase,
  exitCode,
  makePlan,
  type Plan,
  type Requirement,
  run,
  type RunEvent,
  type RunInfo,
  type RunOptions,
  type RunResult,
  type RunSummary,
  selfcheck,
  type Suite,
  suite,
  testCase,
  type Verdict,
} from "./harness/runner/mod.ts";
export {
  parseProfile,
  type Profile,
  ProfileError,
  profileJsonSchema,
  type ProfileSources,
  showProfile,
  type Subscriber,
  type Waiver,
} from "./profiles/mod.ts";
export { faults } from "./refcore/faults.ts";
export { startCore } from "./refcore/mod.ts";
export {
  compareResults,
  html,
  junit,
  markdown,
  mergeResults,
  parseResults,
  resultsJson,
  resultsSchema,
  tap,
  traceability,
} from "./reports/mod.ts";
export { catalogue, suites } from "./suites/mod.ts";

if (import.meta.main) await program(Deno.args);
