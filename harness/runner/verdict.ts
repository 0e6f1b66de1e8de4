/**
 * From what a case measured and how it ended to its verdict (DESIGN 4).
 *
 * | what happened | verdict |
 * | --- | --- |
 * | a check of severity fail (warn) does not hold | fail (warn) |
 * | `given` was not met | inconclusive |
 * | a peer threw PeerViolation, or the codec could not read what the device sent | fail, with a check that says so |
 * | a peer threw NoAnswer outside `given` | fail, with the check "the device answers" |
 * | EnvironmentError, the time limit, an interruption | inconclusive |
 * | LocalMisuseError, a check that cites what the case does not verify, a promise not awaited, any other exception | error |
 * | the case came to its end without a check | error |
 * | the case came to its end without judging all it verifies | inconclusive |
 *
 * A silent device fails the case because a case awaits an answer only where one is due: what comes before its point
 * stands in `given`, and where silence is right it asks `never`. A verdict only gets worse, and what was measured
 * before is kept.
 */
import { EnvironmentError, LocalMisuseError, PeerViolation } from "../errors.ts";
import { NoAnswer } from "../peer/no_answer.ts";
import { describe, shorten } from "./describe.ts";
import type { CheckResult, Verdict } from "./events.ts";

/** How the function of a case came to its end. */
export type Ending =
  | { readonly kind: "returned" }
  | { readonly kind: "threw"; readonly error: unknown }
  | { readonly kind: "timedOut"; readonly afterMs: number }
  | { readonly kind: "interrupted"; readonly why: string };

/** A precondition that was not met. */
export class GivenNotMet extends Error {
  override readonly name = "GivenNotMet";
  constructor(readonly given: string, why: string, options?: ErrorOptions) {
    super(`Precondition "${given}" is not met: ${why}`, options);
  }
}

export interface Measured {
  readonly checks: readonly CheckResult[];
  readonly misuses: readonly string[];
  /** What was begun and not awaited. */
  readonly underWay: readonly string[];
  /** Requirements of the case, at least one. */
  readonly verifies: readonly string[];
  /** Where in the evidence the case ended: "trace.jsonl#7". */
  readonly evidence: string | null;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly checks: readonly CheckResult[];
  /** More than fits a reason: the stack of an exception, for the trace. */
  readonly detail: string | null;
  /** The device stayed silent or could not be reached: ask whether it is alive. */
  readonly silent: boolean;
}

/** Best first. notApplicable is decided before a case runs. */
const WORSE: readonly Verdict[] = ["notApplicable", "pass", "warn", "inconclusive", "fail", "error"];

/** The worse of two verdicts. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return WORSE.indexOf(b) > WORSE.indexOf(a) ? b : a;
}

/** Keeps the worst verdict and the first reason that led to it. */
export class VerdictKeeper {
  verdict: Verdict = "pass";
  reason: string | null = null;

  worsen(verdict: Verdict, reason: string): void {
    if (worse(this.verdict, verdict) === this.verdict) return;
    this.verdict = verdict;
    this.reason = shorten(reason, 500);
  }
}

export function judge(measured: Measured, ending: Ending): Judgement {
  const checks = [...measured.checks];
  const keeper = new VerdictKeeper();
  let detail: string | null = null;
  let silent = false;

  const thrown = ending.kind === "threw" ? ending.error : undefined;
  const blamed = ending.kind === "threw" ? deviceFault(thrown, measured) : undefined;
  if (blamed) checks.push(blamed);
  for (const severity of ["fail", "warn"] as const) {
    const broken = checks.filter((check) => !check.holds && check.severity === severity);
    if (broken.length > 0) keeper.worsen(severity, reasonOf(broken));
  }
  // A precondition that failed because nothing came, or since the network was gone, asks the same question.
  const root = thrown instanceof GivenNotMet ? thrown.cause : thrown;
  silent = (root instanceof NoAnswer && !root.closed) || root instanceof EnvironmentError;

  if (ending.kind === "timedOut") {
    keeper.worsen("inconclusive", `did not come to its end within ${ending.afterMs} ms, its time limit`);
    silent = true;
  } else if (ending.kind === "interrupted") {
    keeper.worsen("inconclusive", ending.why);
  } else if (ending.kind === "threw" && !blamed) {
    if (thrown instanceof GivenNotMet) keeper.worsen("inconclusive", thrown.message);
    else if (thrown instanceof EnvironmentError) {
      keeper.worsen("inconclusive", `${thrown.message}: ${thrown.remedy}`);
    } else if (thrown instanceof NoAnswer) keeper.worsen("inconclusive", thrown.message);
    else {
      keeper.worsen("error", exceptionText(thrown) + afterwards(checks));
      detail = thrown instanceof Error ? thrown.stack ?? thrown.message : describe(thrown);
    }
  }
  for (const misuse of measured.misuses) keeper.worsen("error", misuse + afterwards(checks));

  if (ending.kind === "returned") {
    if (measured.underWay.length > 0) {
      keeper.worsen("error", `ended without awaiting ${measured.underWay.join(", ")}`);
    }
    if (checks.length === 0) keeper.worsen("error", "the case judges nothing: no check was made");
    const unjudged = measured.verifies.filter((id) => !checks.some((check) => check.requirement === id));
    if (unjudged.length > 0) keeper.worsen("inconclusive", `ended without judging ${unjudged.join(", ")}`);
  }
  return { verdict: keeper.verdict, reason: keeper.reason, checks, detail, silent };
}

/** The first broken check in words, and how many more there are. */
export function reasonOf(broken: readonly CheckResult[]): string {
  const first = broken[0];
  if (!first) return "";
  const more = broken.length > 1 ? `; ${broken.length - 1} more` : "";
  return `${first.name} (${first.requirement}): expected ${first.expected}, came ${first.actual}${more}`;
}

/** The check that an exception stands for, when it is the device's doing. */
function deviceFault(error: unknown, measured: Measured): CheckResult | undefined {
  const requirement = (error instanceof PeerViolation ? error.requirement : undefined) ??
    measured.verifies[0];
  if (requirement === undefined) return undefined;
  const broken = (name: string, expected: string, actual: string): CheckResult => ({
    name,
    requirement,
    expected: shorten(expected),
    actual: shorten(actual),
    holds: false,
    severity: "fail",
    evidence: measured.evidence,
  });
  if (error instanceof PeerViolation) {
    return broken("the device keeps to the protocol", "no violation", error.message);
  }
  if (error instanceof NoAnswer && !error.closed) {
    return broken("the device answers", error.awaited, error.message);
  }
  // Our parsers throw a syntax error with an offset: the case looked at something of the device's that has no meaning.
  if (error instanceof SyntaxError && "offset" in error) {
    return broken("the device's messages can be read", "a well-formed field", error.message);
  }
  return undefined;
}

function exceptionText(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${describe(error)}`;
  const place = error.stack?.split("\n").find((line) => /^\s+at /.test(line))?.trim();
  const text = error instanceof LocalMisuseError ? error.message : `${error.name}: ${error.message}`;
  return place ? `${text} (${place})` : text;
}

/** Nothing that was measured is lost behind an error of ours. */
function afterwards(checks: readonly CheckResult[]): string {
  const broken = checks.filter((check) => !check.holds && check.severity === "fail");
  return broken.length > 0 ? `; before that a check failed: ${reasonOf(broken)}` : "";
}
