import assert from "node:assert/strict";
import type { CaseResult, RunResult } from "../harness/runner/events.ts";
import { type ConsoleOptions, consoleReporter } from "./console.ts";
import { terminalMode } from "./_style.ts";
import { summarise } from "../harness/runner/summary.ts";
import { SAMPLE } from "./testing/sample.ts";

/** Back to the begin of the line, and empty it. */
const CLEAR = "\r\x1b[2K";

Deno.test("the console prints each fail with clause, expected, actual and evidence path", () => {
  const text = told(SAMPLE);
  assert.match(
    text,
    new RegExp([
      "✗ fail {2,}aka/challenge-hides-keys  The challenge that reaches the UE carries no CK and no IK  188 ms",
      " {4}No CK and no IK in WWW-Authenticate",
      " {6}clause {4}33\\.203/6\\.1\\.1/09",
      ' {6}expected  without "ck", "ik"',
      ' {6}actual {4}has "ck", "ik"',
      " {6}evidence  out/evidence/aka\\.challenge-hides-keys/trace\\.jsonl#2",
    ].join("\n")),
  );
});

Deno.test("the console prints one plain line per case where it is not live", () => {
  const text = told(SAMPLE);
  for (const { id } of SAMPLE.cases) assert.match(text, new RegExp(`^\\S (\\w+ )+ *${id}`, "m"));
  assert.ok(!text.includes("\x1b"));
  assert.ok(!text.includes("\r"));
});

Deno.test("the console keeps a status line on a terminal, and passes out of the way", () => {
  const text = told(SAMPLE, { live: true, columns: () => 60 });
  const statuses = text.split(CLEAR).filter((part) => part.includes("/15 ") && !part.includes("\n"));
  assert.match(statuses[2]!, /^. {2}1\/15 {2}✓1 {2}/);
  assert.ok(statuses.every((status) => [...status].length < 60));
  assert.ok(!/^✓ pass/m.test(text.replaceAll(CLEAR, "\n")));
  assert.match(told(SAMPLE, { live: true, verbose: true }), /✓ pass/);
  assert.match(
    text.slice(text.lastIndexOf(CLEAR)),
    /15 cases in 12\.3 s: 1 error, 2 fail, 1 stale waiver, /,
  );
});

Deno.test("the console tells one reason once, not seventy times", () => {
  const silent = Array.from({ length: 70 }, (_, index): CaseResult => ({
    ...SAMPLE.cases[0]!,
    id: `aka/case-${index}`,
    verdict: "inconclusive",
    reason: "the device does not answer",
    checks: [],
  }));
  for (const live of [false, true]) {
    const text = told({ ...SAMPLE, cases: silent, summary: summarise(silent) }, { live });
    // Once with the first case, once in the summary.
    assert.equal(text.match(/the device does not answer/g)!.length, 2);
    assert.match(text, /70 cases: the device does not answer/);
  }
});

Deno.test("the console tells trouble at once, and at the end", () => {
  const trouble = "no answer from 198.51.100.5:5060";
  const lines: string[] = [];
  const reporter = consoleReporter(options(lines));
  reporter.event({ type: "runStarted", run: SAMPLE.run, planned: 1 });
  reporter.event({ type: "trouble", message: trouble });
  assert.match(lines.at(-1)!, /trouble {2}no answer/);
  reporter.event({
    type: "runFinished",
    result: {
      ...SAMPLE,
      run: { ...SAMPLE.run, trouble },
      cases: [],
      summary: { ...summarise([]), planned: 9 },
    },
  });
  assert.match(lines.join(""), /the run as a whole is inconclusive: no answer/);
  assert.match(lines.join(""), /9 of 9 planned cases did not run/);
});

Deno.test("the console tells each address of a silent target on a line of its own, once", () => {
  const trouble =
    "The target does not answer: udp 198.51.100.5:5060 did not answer; tcp 198.51.100.5:5060: refused";
  const lines: string[] = [];
  const reporter = consoleReporter(options(lines));
  reporter.event({ type: "trouble", message: trouble });
  reporter.event({ type: "runFinished", result: { ...SAMPLE, run: { ...SAMPLE.run, trouble }, cases: [] } });
  const text = lines.join("");
  assert.match(text, /inconclusive: The target does not answer\n {2}udp .* answer\n {2}tcp .*: refused\n/);
  assert.equal(text.split("udp 198").length, 2);
});

Deno.test("the console says how to run a failed case again, and where to read of it", () => {
  const fail = SAMPLE.cases.find(({ verdict, waived }) => verdict === "fail" && waived === null)!;
  const text = told({ ...SAMPLE, cases: [fail] });
  const { profile, seed } = SAMPLE.run;
  assert.ok(text.includes(`imspeer run --profile ${profile} --case ${fail.id} --seed ${seed}\n`));
  assert.ok(text.includes(`imspeer explain ${fail.id}\n`));
});

Deno.test("the console obeys nothing that a device sent", () => {
  const text = told(SAMPLE, { live: true, color: true });
  assert.ok(text.includes("\\x1b[31mmore\\x1b[0m"));
  assert.ok(text.includes("line one ⏎ line two \\u202e"));
});

Deno.test("the console colours only where it may", () => {
  assert.ok(!told(SAMPLE).includes("\x1b["));
  assert.ok(told(SAMPLE, { color: true }).includes("\x1b[31m"));
});

Deno.test("terminalMode() follows CI, NO_COLOR, FORCE_COLOR and TERM", () => {
  assert.deepEqual(terminalMode({}, true), { live: true, color: true });
  assert.deepEqual(terminalMode({}, false), { live: false, color: false });
  assert.deepEqual(terminalMode({ CI: "true" }, true), { live: false, color: true });
  assert.deepEqual(terminalMode({ NO_COLOR: "1" }, true), { live: true, color: false });
  assert.deepEqual(terminalMode({ NO_COLOR: "" }, true), { live: true, color: true });
  assert.deepEqual(terminalMode({ FORCE_COLOR: "1" }, false), { live: false, color: true });
  assert.deepEqual(terminalMode({ TERM: "dumb" }, true), { live: false, color: false });
});

function told(result: RunResult, changes: Partial<ConsoleOptions> = {}): string {
  const lines: string[] = [];
  const reporter = consoleReporter({ ...options(lines), ...changes });
  reporter.event({ type: "runStarted", run: result.run, planned: result.cases.length });
  result.cases.forEach((each, index) => {
    reporter.event({ type: "caseStarted", case: each, running: 1 });
    reporter.event({ type: "caseFinished", result: each, done: index + 1, planned: result.cases.length });
  });
  reporter.event({ type: "runFinished", result });
  return lines.join("");
}

function options(lines: string[]): ConsoleOptions {
  return {
    write: (text) => void lines.push(text),
    live: false,
    color: false,
    now: () => 0,
    outPrefix: "out/",
  };
}
