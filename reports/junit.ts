/**
 * JUnit XML (the Jenkins schema, testdata/schemas/junit-10.xsd). A suite is a testsuite, a case a testcase:
 *
 * | standing | in the XML | begins its system-out with |
 * | --- | --- | --- |
 * | pass | a testcase without more | "pass" |
 * | warn | the same | "warn: …" |
 * | fail | `<failure type="fail">` | "fail: …" |
 * | stale waiver | `<failure type="staleWaiver">` | "stale waiver: …" |
 * | inconclusive, error | `<error type="inconclusive">`, `<error type="error">` | "inconclusive: …", "error: …" |
 * | not applicable | `<skipped type="notApplicable">` | "not applicable: …" |
 * | waived | `<skipped type="waived">` | "waived: …", then what it would be |
 *
 * What concerns the run as a whole (the device never answered, or died) is an error of a testsuite "run", so that no
 * pipeline is green for the wrong reason.
 */
import type { CaseResult, CheckResult, RunResult } from "../harness/runner/events.ts";
import { brokenChecks, deviceName, evidencePath } from "./_text.ts";
import {
  bySuite,
  countsInWords,
  countStandings,
  type Standing,
  standing,
  STANDING_WORDS,
  standingReason,
} from "./standing.ts";
import { attributes, element, xmlText } from "./_xml.ts";

/** The whole document. Times are seconds; characters that XML cannot hold are shown as \x1b. */
export function junit(result: RunResult): string {
  const suites = [...bySuite(result.cases)].map(([id, cases]) => testsuite(id, cases, result));
  if (result.run.trouble !== null) suites.push(runSuite(result.run.trouble, result));
  const sum = (key: "tests" | "failures" | "errors") => suites.reduce((total, each) => total + each[key], 0);
  const root = attributes({
    name: `imspeer ${deviceName(result.run)}`,
    tests: sum("tests"),
    failures: sum("failures"),
    errors: sum("errors"),
    time: seconds(result.run.durationMs),
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${root}>\n${
    suites.map(({ xml }) => xml).join("")
  }</testsuites>\n`;
}

interface Testsuite {
  readonly xml: string;
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
}

function testsuite(id: string, cases: readonly CaseResult[], { run }: RunResult): Testsuite {
  const counts = countStandings(cases);
  const failures = counts.fail + counts.stale;
  const errors = counts.inconclusive + counts.error;
  const properties = {
    ...{ profile: run.profile, device: deviceName(run), seed: run.seed, tool: `${run.tool} ${run.version}` },
    ...Object.fromEntries(
      Object.entries(run.environment).map(([name, value]) => [`environment.${name}`, value]),
    ),
    verdicts: countsInWords(counts),
  };
  const xml = ` <testsuite${
    attributes({
      name: id,
      tests: cases.length,
      failures,
      errors,
      skipped: counts.notApplicable + counts.waived,
      time: seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0)),
      timestamp: cases.map(({ startedAt }) => startedAt).sort()[0] ?? run.startedAt,
    })
  }>\n  <properties>\n${
    Object.entries(properties).map(([name, value]) => `   <property${attributes({ name, value })}/>\n`).join(
      "",
    )
  }  </properties>\n${cases.map(testcase).join("")} </testsuite>\n`;
  return { xml, tests: cases.length, failures, errors };
}

function testcase(result: CaseResult): string {
  const stands = standing(result);
  const outcome = ELEMENT[stands];
  const reason = standingReason(result) ?? "";
  const head = attributes({ classname: result.suite, name: result.id, time: seconds(result.durationMs) });
  const inner = [
    outcome && element(outcome.name, { type: outcome.type, message: reason }, details(result)),
    `<system-out>${xmlText(systemOut(result, stands, reason))}</system-out>`,
  ];
  return `  <testcase${head}>\n${
    inner.filter((each) => each).map((each) => `   ${each}\n`).join("")
  }  </testcase>\n`;
}

const ELEMENT: Readonly<Record<Standing, { readonly name: string; readonly type: string } | null>> = {
  pass: null,
  warn: null,
  fail: { name: "failure", type: "fail" },
  stale: { name: "failure", type: "staleWaiver" },
  inconclusive: { name: "error", type: "inconclusive" },
  error: { name: "error", type: "error" },
  notApplicable: { name: "skipped", type: "notApplicable" },
  waived: { name: "skipped", type: "waived" },
};

function details(result: CaseResult): string {
  return brokenChecks(result).map((check) => `\n${checkLines(result, check)}`).join("");
}

function checkLines(result: CaseResult, check: CheckResult): string {
  const evidence = evidencePath(result, check);
  return [
    `${check.name} (${check.requirement}, ${check.severity})`,
    `  expected: ${check.expected}`,
    `  actual:   ${check.actual}`,
    ...(evidence ? [`  evidence: ${evidence}`] : []),
    "",
  ].join("\n");
}

function systemOut(result: CaseResult, stands: Standing, reason: string): string {
  return [
    reason ? `${STANDING_WORDS[stands]}: ${reason}` : STANDING_WORDS[stands],
    `title: ${result.title}`,
    `verdict: ${result.verdict}`,
    `requirements: ${result.verifies.join(", ")}`,
    ...(result.subscriber.length > 0 ? [`subscriber: ${result.subscriber.join(", ")}`] : []),
    `seed: ${result.seed}`,
    `attempts: ${result.attempts}`,
    ...(result.evidence === null ? [] : [`evidence: ${result.evidence}`]),
    ...result.checks.map((check) =>
      `check: ${check.holds ? "holds" : "broken"}: ${check.name} (${check.requirement})`
    ),
    ...(stands === "warn" ? [details(result)] : []),
  ].join("\n");
}

function runSuite(trouble: string, { run }: RunResult): Testsuite {
  const xml = ` <testsuite${
    attributes({
      name: "run",
      tests: 1,
      failures: 0,
      errors: 1,
      skipped: 0,
      time: "0.000",
      timestamp: run.startedAt,
    })
  }>\n  <testcase${attributes({ classname: "run", name: "the run as a whole", time: "0.000" })}>\n   ${
    element("error", { type: "inconclusive", message: trouble }, "")
  }\n  </testcase>\n </testsuite>\n`;
  return { xml, tests: 1, failures: 0, errors: 1 };
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}
