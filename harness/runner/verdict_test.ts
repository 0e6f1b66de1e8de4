import assert from "node:assert/strict";
import { EnvironmentError, LocalMisuseError, PeerViolation } from "../errors.ts";
import { NoAnswer } from "../peer/no_answer.ts";
import type { CheckResult } from "./events.ts";
import { SHALL, SHOULD } from "./testing/fakes.ts";
import { type Ending, GivenNotMet, judge, type Measured, VerdictKeeper, worse } from "./verdict.ts";

const check = (changes: Partial<CheckResult> = {}): CheckResult => ({
  name: "a name",
  requirement: SHALL,
  expected: "401",
  actual: "200 OK",
  holds: true,
  severity: "fail",
  evidence: null,
  ...changes,
});
const broken = check({ holds: false });
const weak = check({ holds: false, severity: "warn" });

function verdictOf(measured: Partial<Measured>, ending: Ending = { kind: "returned" }) {
  return judge({
    checks: [check()],
    misuses: [],
    underWay: [],
    verifies: [SHALL],
    evidence: "trace.jsonl#3",
    ...measured,
  }, ending);
}
const thrown = (error: unknown): Ending => ({ kind: "threw", error });

Deno.test("judge() gives pass without a reason when every check holds", () => {
  const { verdict, reason, silent } = verdictOf({});
  assert.deepEqual({ verdict, reason, silent }, { verdict: "pass", reason: null, silent: false });
});

Deno.test("judge() gives fail with the first broken check, and counts the others", () => {
  const { verdict, reason } = verdictOf({ checks: [weak, broken, broken] });
  assert.equal(verdict, "fail");
  assert.equal(reason, `a name (${SHALL}): expected 401, came 200 OK; 1 more`);
});

Deno.test("judge() gives warn for a should, and nothing for a may", () => {
  assert.equal(verdictOf({ checks: [weak] }).verdict, "warn");
  assert.equal(verdictOf({ checks: [check({ holds: false, severity: "info" })] }).verdict, "pass");
});

Deno.test("judge() gives inconclusive for a precondition, but not over a check that failed already", () => {
  const error = new GivenNotMet("alice registers", "403 Forbidden");
  const { verdict, reason } = verdictOf({}, thrown(error));
  assert.equal(verdict, "inconclusive");
  assert.match(reason ?? "", /"alice registers" is not met: 403 Forbidden/);
  assert.equal(verdictOf({ checks: [broken] }, thrown(error)).verdict, "fail");
  assert.equal(verdictOf({ checks: [weak] }, thrown(error)).verdict, "inconclusive");
});

Deno.test("judge() makes a check of a violation, on its requirement or the first of the case", () => {
  const { verdict, checks } = verdictOf({ checks: [] }, thrown(new PeerViolation("two Vias")));
  assert.equal(verdict, "fail");
  assert.deepEqual(checks, [
    check({
      name: "the device keeps to the protocol",
      expected: "no violation",
      actual: "two Vias",
      holds: false,
      evidence: "trace.jsonl#3",
    }),
  ]);
  assert.equal(verdictOf({}, thrown(new PeerViolation("x", SHOULD))).checks.at(-1)?.requirement, SHOULD);
});

Deno.test("judge() makes a check of silence outside given, and asks whether the device lives", () => {
  const { verdict, reason, silent } = verdictOf({}, thrown(new NoAnswer("a final response", 100)));
  assert.equal(verdict, "fail");
  assert.match(
    reason ?? "",
    /^the device answers \(r\/1\/01\): expected a final response, came Waited 100 ms/,
  );
  assert.ok(silent);
  const given = new GivenNotMet("x", "y", { cause: new NoAnswer("a final response", 100) });
  assert.ok(verdictOf({}, thrown(given)).silent);
});

Deno.test("judge() concludes nothing from a peer that was closed while it waited", () => {
  const { verdict, silent } = verdictOf({}, thrown(new NoAnswer("x", 1, { closed: true })));
  assert.deepEqual({ verdict, silent }, { verdict: "inconclusive", silent: false });
});

Deno.test("judge() blames the device for octets that cannot be read", () => {
  const error = Object.assign(new SyntaxError("no realm"), { offset: 7 });
  assert.match(verdictOf({}, thrown(error)).reason ?? "", /^the device's messages can be read/);
  assert.equal(verdictOf({}, thrown(new SyntaxError("JSON"))).verdict, "error");
});

Deno.test("judge() gives inconclusive with the remedy when the machine cannot do it", () => {
  const { verdict, reason } = verdictOf(
    {},
    thrown(new EnvironmentError("port 5060 is taken", "stop the other one")),
  );
  assert.equal(verdict, "inconclusive");
  assert.equal(reason, "port 5060 is taken: stop the other one");
});

Deno.test("judge() gives error for bugs of ours, with the place in one line and the stack beside it", () => {
  const { verdict, reason, detail } = verdictOf({}, thrown(new TypeError("x is undefined")));
  assert.equal(verdict, "error");
  assert.match(reason ?? "", /^TypeError: x is undefined \(at .*verdict_test\.ts/);
  assert.doesNotMatch(reason ?? "", /\n/);
  assert.match(detail ?? "", /\n/);
  assert.equal(verdictOf({}, thrown(new LocalMisuseError("no"))).verdict, "error");
  assert.equal(verdictOf({ misuses: ["cites what it does not verify"] }).verdict, "error");
  assert.equal(verdictOf({}, thrown("a string")).reason, 'threw "a string"');
});

Deno.test("judge() loses no failed check behind an error", () => {
  const { verdict, reason, checks } = verdictOf({ checks: [broken] }, thrown(new TypeError("x")));
  assert.equal(verdict, "error");
  assert.match(reason ?? "", /before that a check failed: a name/);
  assert.equal(checks.length, 1);
});

Deno.test("judge() refuses a case that judges nothing, or not all it claims, or forgets an await", () => {
  assert.match(verdictOf({ checks: [] }).reason ?? "", /judges nothing/);
  assert.equal(verdictOf({ checks: [] }).verdict, "error");
  const partly = verdictOf({ verifies: [SHALL, SHOULD] });
  assert.deepEqual([partly.verdict, partly.reason], ["inconclusive", `ended without judging ${SHOULD}`]);
  assert.deepEqual(verdictOf({ underWay: ["wait(5)"] }).reason, "ended without awaiting wait(5)");
});

Deno.test("judge() gives inconclusive at the time limit and at an interruption", () => {
  const late = verdictOf({}, { kind: "timedOut", afterMs: 30_000 });
  assert.equal(late.verdict, "inconclusive");
  assert.match(late.reason ?? "", /within 30000 ms/);
  assert.ok(late.silent);
  const cut = verdictOf({}, { kind: "interrupted", why: "interrupted" });
  assert.deepEqual([cut.verdict, cut.reason], ["inconclusive", "interrupted"]);
});

Deno.test("worse() and VerdictKeeper only ever get worse, and keep the first reason", () => {
  assert.equal(worse("pass", "warn"), "warn");
  assert.equal(worse("fail", "inconclusive"), "fail");
  const keeper = new VerdictKeeper();
  keeper.worsen("fail", "first");
  keeper.worsen("warn", "second");
  keeper.worsen("fail", "third");
  assert.deepEqual([keeper.verdict, keeper.reason], ["fail", "first"]);
});
