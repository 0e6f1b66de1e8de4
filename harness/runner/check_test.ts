import assert from "node:assert/strict";
import { buildRequest, buildResponse } from "sip-codec";
import { EnvironmentError, PeerViolation } from "../errors.ts";
import { NoAnswer } from "../peer/no_answer.ts";
import { type Check, checkFunction, severityOf } from "./check.ts";
import { Ledger } from "./ledger.ts";
import { catalogue, MAY, SHALL, SHALL_NOT, SHOULD, STUDY } from "./testing/fakes.ts";

const request = buildRequest("REGISTER", "sip:home.example", {
  "Via": "SIP/2.0/UDP 127.0.0.2;branch=z9hG4bK1",
  "From": "<sip:alice@home.example>;tag=1",
  "To": "<sip:alice@home.example>",
  "Call-ID": "1",
  "CSeq": "1 REGISTER",
});
const challenge = buildResponse(request, 401, {
  headers: { "WWW-Authenticate": 'Digest realm="home.example", nonce="abc", algorithm=AKAv1-MD5, ck="00"' },
});

/** A check on SHALL and the last thing it recorded. */
function fresh(verifies = [SHALL, SHALL_NOT, SHOULD, MAY, STUDY], claimed = true) {
  const ledger = new Ledger();
  const check = checkFunction({
    catalogue,
    verifies,
    claimed,
    ledger,
    evidence: { latest: () => 7, numberOf: (message) => message === challenge ? 4 : undefined },
  });
  const last = () => {
    const result = ledger.checks.at(-1);
    assert.ok(result);
    return { holds: result.holds, expected: result.expected, actual: result.actual };
  };
  return { ledger, check: (requirement = SHALL): Check => check("a name", requirement), last };
}

/** Judges and gives the verdict and both texts. */
function judged(use: (check: Check) => unknown): { holds: boolean; expected: string; actual: string } {
  const { check, last } = fresh();
  use(check());
  return last();
}

Deno.test("check() records name, requirement, both texts and the evidence, whether it holds or not", () => {
  const { ledger, check } = fresh();
  assert.equal(check().that(1).equals(1), true);
  assert.equal(check().that(1).equals(2), false);
  assert.deepEqual(ledger.checks, [
    {
      name: "a name",
      requirement: SHALL,
      expected: "1",
      actual: "1",
      holds: true,
      severity: "fail",
      evidence: "trace.jsonl#7",
    },
    {
      name: "a name",
      requirement: SHALL,
      expected: "2",
      actual: "1",
      holds: false,
      severity: "fail",
      evidence: "trace.jsonl#7",
    },
  ]);
});

Deno.test("check() takes its severity from the requirement", () => {
  const severity = (id: string, claimed: boolean) => severityOf(catalogue.get(id)!, claimed);
  assert.equal(severity(SHALL, false), "fail");
  assert.equal(severity(SHALL_NOT, false), "fail");
  assert.equal(severity(SHOULD, true), "warn");
  assert.equal(severity(MAY, true), "info");
  assert.equal(severity(STUDY, true), "fail");
  assert.equal(severity(STUDY, false), "info");
});

Deno.test("check() notes a requirement that the case does not verify, and still records", () => {
  const { ledger, check } = fresh([SHALL]);
  check(SHOULD).that(1).equals(1);
  check("r/9/99").that(1).equals(1);
  assert.equal(ledger.checks.length, 2);
  assert.match(ledger.misuses[0] ?? "", /cites "r\/1\/03", which the case does not list in "verifies"/);
  assert.match(ledger.misuses[1] ?? "", /cites "r\/9\/99", which is not in the catalogue/);
});

Deno.test("that() of a promise is a mistake of the case, not of the device", () => {
  const { ledger, check } = fresh();
  check().that(Promise.resolve(1)).isPresent();
  assert.deepEqual(ledger.misuses, ['check "a name" judges a promise: await it first']);
});

Deno.test("that().equals() compares octets, lists and things with equals by content", () => {
  assert.ok(judged((check) => check.that(new Uint8Array([1, 2])).equals(new Uint8Array([1, 2]))).holds);
  assert.ok(!judged((check) => check.that(new Uint8Array([1, 2])).equals(new Uint8Array([1, 3]))).holds);
  assert.ok(judged((check) => check.that(["a", "b"]).equals(["a", "b"])).holds);
  const uri = (host: string) => ({
    host,
    equals: (other: { host: string }) => other.host.toLowerCase() === host.toLowerCase(),
  });
  assert.ok(judged((check) => check.that(uri("Home") as object).equals(uri("home"))).holds);
  assert.deepEqual(judged((check) => check.that<string | undefined>(undefined).equals("x")), {
    holds: false,
    expected: '"x"',
    actual: "nothing",
  });
});

Deno.test("that() orders numbers and refuses what is none", () => {
  assert.ok(judged((check) => check.that(3).isAtLeast(3)).holds);
  assert.ok(judged((check) => check.that(3n).isAtMost(3)).holds);
  assert.ok(!judged((check) => check.that(3).isBelow(3)).holds);
  assert.deepEqual(judged((check) => check.that(undefined).isAtMost(3)), {
    holds: false,
    expected: "at most 3",
    actual: "nothing",
  });
  assert.ok(!judged((check) => check.that("2").isAtMost(3)).holds);
});

Deno.test("that().lacks() finds parameters of a challenge and tells which, not their values", () => {
  const parameters = challenge.wwwAuthenticate[0]!.parameters;
  assert.deepEqual(judged((check) => check.that(parameters).lacks("ck", "ik")), {
    holds: false,
    expected: 'without "ck", "ik"',
    actual: 'has "ck"',
  });
  assert.ok(judged((check) => check.that(parameters).lacks("ik")).holds);
  assert.ok(judged((check) => check.that(parameters).has("realm", "NONCE")).holds);
});

Deno.test("that().has() and lacks() look into messages, lists, Maps, objects and strings", () => {
  assert.ok(judged((check) => check.that(challenge).has("www-authenticate")).holds);
  assert.ok(judged((check) => check.that(challenge).lacks("Path")).holds);
  assert.ok(judged((check) => check.that(["a"]).has("a")).holds);
  assert.ok(judged((check) => check.that(new Map([["a", 1]])).lacks("b")).holds);
  assert.ok(judged((check) => check.that({ a: 1 }).has("a")).holds);
  assert.ok(judged((check) => check.that("v=0 crypto").lacks("inline")).holds);
  assert.equal(judged((check) => check.that(["a"]).has("a", "b")).actual, 'lacks "b"');
});

Deno.test("that() holds for nothing but isAbsent() where the value never came", () => {
  const uses: ((check: Check) => boolean)[] = [
    (check) => check.that(undefined as string | undefined).lacks("a"),
    (check) => check.that(undefined as string | undefined).has("a"),
    (check) => check.that(undefined as string | undefined).matches(/^/),
    (check) => check.that(undefined as string | undefined).differsFrom("a"),
    (check) => check.that("a" as string | undefined).differsFrom(undefined),
    (check) => check.that(undefined as string[] | undefined).allDistinct(),
    (check) => check.that([]).isPresent(),
    (check) => check.answer(undefined).isNot(200),
    (check) => check.answer(undefined).isClass(4),
  ];
  for (const use of uses) assert.equal(judged(use).holds, false, String(use));
  assert.ok(judged((check) => check.that(undefined).isAbsent()).holds);
  assert.ok(judged((check) => check.that([]).isAbsent()).holds);
});

Deno.test("that() judges patterns, sets of values, pieces and differences", () => {
  assert.ok(judged((check) => check.that("abc").matches(/b/g)).holds);
  assert.equal(judged((check) => check.that("abc").matches(/x/)).expected, "/x/");
  assert.ok(judged((check) => check.that("b").isOneOf("a", "b")).holds);
  assert.equal(judged((check) => check.that("c").isOneOf("a", "b")).expected, 'one of "a", "b"');
  assert.ok(judged((check) => check.that("abc").includes("bc")).holds);
  assert.ok(judged((check) => check.that(new Uint8Array([1, 2, 3])).includes(new Uint8Array([2, 3]))).holds);
  assert.ok(judged((check) => check.that([[1], [2]]).includes([2])).holds);
  assert.ok(judged((check) => check.that("a").differsFrom("b")).holds);
  assert.ok(judged((check) => check.that(["a", "b"]).allDistinct()).holds);
  assert.ok(!judged((check) => check.that(["a", "a"]).allDistinct()).holds);
  assert.ok(!judged((check) => check.that(["a"]).allDistinct()).holds);
  assert.ok(!judged((check) => check.that(["a", undefined]).allDistinct()).holds);
});

Deno.test("satisfies() that throws does not hold and says why", () => {
  const result = judged((check) =>
    check.that(1).satisfies(() => {
      throw new Error("no such field");
    }, "a field")
  );
  assert.deepEqual(result, { holds: false, expected: "a field", actual: "1 (no such field)" });
});

Deno.test("answer() judges the status, shows the code and points at the message", () => {
  assert.deepEqual(judged((check) => check.answer(challenge).isOneOf(200)), {
    holds: false,
    expected: "200",
    actual: "401 Unauthorized",
  });
  assert.ok(judged((check) => check.answer(challenge).isOneOf(401, 407)).holds);
  assert.ok(judged((check) => check.answer(challenge).isClass(4, 5)).holds);
  assert.ok(judged((check) => check.answer(challenge).isNot(200)).holds);
  const { ledger, check } = fresh();
  check().answer(challenge).isClass(4);
  assert.equal(ledger.checks[0]?.evidence, "trace.jsonl#4");
});

Deno.test("holds() takes the actual in words or as a value", () => {
  assert.equal(
    judged((check) => check.holds(false, { expected: "x", actual: "in words" })).actual,
    "in words",
  );
  assert.equal(
    judged((check) => check.holds(true, { expected: "x", actual: challenge })).actual,
    "401 Unauthorized",
  );
});

Deno.test("never() holds when the window stayed quiet", async () => {
  const { check, last } = fresh();
  assert.equal(await check().never(Promise.resolve(true), "an INVITE"), true);
  assert.deepEqual(last(), { holds: true, expected: "no INVITE within the window", actual: "nothing came" });
  assert.equal(await check().never(Promise.resolve(false), "an INVITE"), false);
  assert.deepEqual(last(), {
    holds: false,
    expected: "no INVITE within the window",
    actual: "an INVITE came",
  });
});

Deno.test("never() that could not watch rejects and records nothing", async () => {
  const { check, ledger } = fresh();
  await assert.rejects(
    check().never(Promise.reject(new EnvironmentError("no socket", "open one"))),
    /no socket/,
  );
  assert.deepEqual(ledger.checks, []);
  assert.deepEqual(ledger.underWay(), []);
});

Deno.test("answers() records a silent or wrong device, and lets everything else through", async () => {
  const { check, last, ledger } = fresh();
  assert.equal(await check().answers(Promise.resolve(challenge)), challenge);
  assert.deepEqual(last(), { holds: true, expected: "an answer", actual: "401 Unauthorized" });
  assert.equal(await check().answers(Promise.reject(new NoAnswer("a final response", 32_000))), undefined);
  assert.deepEqual(last(), {
    holds: false,
    expected: "an answer",
    actual: "Waited 32000 ms for a final response, and none came",
  });
  assert.equal(await check().answers(Promise.reject(new PeerViolation("two Vias"))), undefined);
  await assert.rejects(check().answers(Promise.reject(new TypeError("ours"))), /ours/);
  await assert.rejects(check().answers(Promise.reject(new NoAnswer("x", 1, { closed: true }))), /closed/);
  assert.equal(ledger.checks.length, 3);
});
