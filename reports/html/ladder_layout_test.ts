import assert from "node:assert/strict";
import { sampleTraces } from "../testing/sample.ts";
import { ladderLayout } from "./ladder_layout.ts";

Deno.test("ladderLayout() puts the device between the two ends of a call", () => {
  const { participants, rows } = ladderLayout(sampleTraces("privacy/withheld-identity"));
  assert.deepEqual(participants.map(({ name, ours }) => [name, ours]), [
    ["ue:alice", true],
    ["198.51.100.5", false],
    ["ue:bob", true],
  ]);
  assert.deepEqual(rows.slice(0, 4).map(({ from, to }) => [from, to]), [[0, 1], [1, 0], [1, 2], [2, 1]]);
});

Deno.test("ladderLayout() knows requests, responses, notes and other traffic", () => {
  const register = ladderLayout(sampleTraces("aka/registers")).rows;
  assert.deepEqual(register.map(({ kind, statusClass }) => [kind, statusClass]), [
    ["request", null],
    ["response", 4],
    ["note", null],
    ["request", null],
    ["response", 2],
  ]);
  const silent = ladderLayout(sampleTraces("digest/proxy-auth-invite")).rows;
  assert.deepEqual(silent.map(({ kind }) => kind), ["request", "request", "request", "data", "data"]);
});

Deno.test("ladderLayout() counts time from the first record, with microseconds", () => {
  const { rows } = ladderLayout(sampleTraces("aka/registers"));
  assert.deepEqual(rows.map(({ after }) => Math.round(after * 1000) / 1000), [0, 14.2, 14.4, 16.1, 41.75]);
});

Deno.test("ladderLayout() groups a device's ports and takes IPv6", () => {
  const [first] = sampleTraces("aka/registers");
  const { participants } = ladderLayout([
    { ...first!, remote: "[2001:db8::1]:5060" },
    { ...first!, remote: "[2001:db8::1]:5061" },
  ]);
  assert.deepEqual(participants[1], { name: "[2001:db8::1]", detail: "port 5060 +1", ours: false });
});

Deno.test("ladderLayout() takes a trace of nothing but notes, and an empty one", () => {
  assert.deepEqual(ladderLayout([]).rows, []);
  const note = sampleTraces("aka/registers")[2]!;
  assert.equal(ladderLayout([note]).rows[0]!.kind, "note");
});
