import assert from "node:assert/strict";
import type { CaseResult, RunResult } from "../harness/runner/events.ts";
import { MergeError, type MergeInput, mergeResults as mergeWith } from "./merge.ts";
import { summarise } from "../harness/runner/summary.ts";
import { SAMPLE } from "./testing/sample.ts";

const mergeResults = (inputs: readonly MergeInput[]) => mergeWith(inputs, summarise);

Deno.test("mergeResults() makes the whole run of its shards", () => {
  const [first, second] = [shard(0, 7), shard(7)];
  const merged = mergeResults([{ result: first }, { result: second }]);
  assert.deepEqual(merged.cases, SAMPLE.cases);
  assert.deepEqual(merged.summary, SAMPLE.summary);
  assert.equal(merged.run.durationMs, SAMPLE.run.durationMs);
});

Deno.test("mergeResults() spans the time of all shards and lists what differs between the machines", () => {
  const late = shard(7, 99, {
    startedAt: new Date(Date.parse(SAMPLE.run.startedAt) + 5000).toISOString(),
    environment: { ...SAMPLE.run.environment, host: "lab-runner-4" },
    trouble: "the device died",
  });
  const { run } = mergeResults([{ result: late }, { result: shard(0, 7) }]);
  assert.equal(run.startedAt, SAMPLE.run.startedAt);
  assert.equal(run.durationMs, SAMPLE.run.durationMs + 5000);
  assert.equal(run.environment.host, "lab-runner-4 | lab-runner-3");
  assert.equal(run.trouble, "the device died");
});

Deno.test("mergeResults() takes a case in two results as repeated: the worst attempt stands", () => {
  const [original] = SAMPLE.cases;
  const again: CaseResult = {
    ...original!,
    verdict: "fail",
    reason: "came nothing",
    startedAt: "2026-05-12T10:00:00.000Z",
    durationMs: 1000,
    evidence: "evidence/again",
  };
  const merged = mergeResults([
    { result: SAMPLE, name: "a.json" },
    { result: withCases([again]), name: "b.json", evidencePrefix: "shard2/" },
  ]);
  const found = merged.cases[0]!;
  assert.deepEqual(
    [found.verdict, found.reason, found.attempts, found.durationMs, found.evidence, found.startedAt],
    ["fail", "came nothing", 2, original!.durationMs + 1000, "shard2/evidence/again", original!.startedAt],
  );
  assert.equal(merged.summary.fail, SAMPLE.summary.fail + 1);
  assert.equal(merged.summary.planned, SAMPLE.summary.planned);
});

Deno.test("mergeResults() lets a case that was not tried yield to one that was", () => {
  const untried: CaseResult = {
    ...SAMPLE.cases[0]!,
    verdict: "inconclusive",
    reason: "interrupted",
    attempts: 0,
    evidence: null,
  };
  for (const order of [[untried, SAMPLE.cases[0]!], [SAMPLE.cases[0]!, untried]]) {
    const [found] = mergeResults(order.map((each) => ({ result: withCases([each]) }))).cases;
    assert.deepEqual(found, SAMPLE.cases[0]);
  }
});

Deno.test("mergeResults() refuses what does not belong together, and says why", () => {
  const refused = (other: RunResult, pattern: RegExp) =>
    assert.throws(
      () => mergeResults([{ result: SAMPLE, name: "a.json" }, { result: other, name: "b.json" }]),
      (error: Error) => {
        assert.match(error.message, pattern);
        return error instanceof MergeError;
      },
    );
  refused(
    shard(0, 99, { seed: "other" }),
    /"a.json" and "b.json": their seed differs: "7f3a91c2" and "other"/,
  );
  refused(shard(0, 99, { profile: "other" }), /profile differs/);
  refused(shard(0, 99, { version: "9.9.9" }), /version differs/);
  refused(SAMPLE, /"a.json" and "b.json" hold the same attempt at "aka\/registers"/);
  refused(
    withCases([{ ...SAMPLE.cases[0]!, title: "Another" }]),
    /the title of case "aka\/registers" differs/,
  );
  assert.throws(() => mergeResults([]), MergeError);
});

function shard(from: number, to?: number, run: Partial<RunResult["run"]> = {}): RunResult {
  return { ...withCases(SAMPLE.cases.slice(from, to)), run: { ...SAMPLE.run, ...run } };
}

function withCases(cases: readonly CaseResult[]): RunResult {
  return { ...SAMPLE, cases, summary: summarise(cases) };
}
