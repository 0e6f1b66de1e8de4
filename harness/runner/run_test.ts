import assert from "node:assert/strict";
import { FakeClock } from "../net/clock_fake.ts";
import { EnvironmentError } from "../errors.ts";
import type { CaseDefinition } from "./case.ts";
import type { RunEvent, RunResult } from "./events.ts";
import { makePlan } from "./plan.ts";
import { run, type RunOptions } from "./run.ts";
import { exitCode } from "./summary.ts";
import {
  catalogue,
  demoCase,
  demoSuite,
  type FakeDevice,
  fakeEvidence,
  fakeNet,
  fakePeers,
  profile,
  SHALL,
} from "./testing/fakes.ts";

const healthy: FakeDevice = { answer: () => 401 };

/** Passes after a REGISTER was answered as expected. */
const expects = (status: number): CaseDefinition["run"] => async ({ ue, check }) => {
  check("is answered", SHALL).answer(await (await ue()).attempt()).isOneOf(status);
};

interface Ran {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  readonly told: readonly string[];
  readonly elapsed: number;
}

async function runCases(
  cases: readonly CaseDefinition[],
  device: FakeDevice = healthy,
  options: Partial<RunOptions> & { changes?: Parameters<typeof profile>[0] } = {},
): Promise<Ran> {
  const clock = new FakeClock();
  const events: RunEvent[] = [];
  const target = profile(options.changes);
  const start = clock.now();
  const result = await clock.run(run({
    plan: makePlan({ suites: [demoSuite(...cases)], catalogue, profile: target }),
    profile: target,
    catalogue,
    net: fakeNet(clock),
    peers: fakePeers(device),
    evidence: fakeEvidence,
    seed: "seed",
    listener: (event) => void events.push(event),
    ...options,
  }));
  assert.equal(clock.waiting, 0, "something still waits for the clock");
  return { result, events, told: events.map(told), elapsed: clock.now() - start };
}

function told(event: RunEvent): string {
  switch (event.type) {
    case "caseStarted":
      return `start ${event.case.id}`;
    case "caseFinished":
      return `finish ${event.result.id} ${event.result.verdict} ${event.done}/${event.planned}`;
    case "trouble":
      return "trouble";
    default:
      return event.type;
  }
}

const verdicts = ({ result }: Ran) => Object.fromEntries(result.cases.map((one) => [one.id, one.verdict]));

Deno.test("run() tells a run from start to end and gives its result", async () => {
  const ran = await runCases(
    [
      demoCase("good", expects(401)),
      demoCase("bad", expects(200)),
      demoCase("foreign", expects(401), { needs: { webrtc: true } }),
    ],
    healthy,
    { jobs: 1, tool: { name: "imspeer", version: "1.2.3" }, environment: { os: "linux" } },
  );
  assert.deepEqual(ran.told, [
    "runStarted",
    "finish demo/foreign notApplicable 0/2",
    "start demo/good",
    "finish demo/good pass 1/2",
    "start demo/bad",
    "finish demo/bad fail 2/2",
    "runFinished",
  ]);
  const { result } = ran;
  assert.deepEqual(result.summary, {
    planned: 2,
    executed: 2,
    pass: 1,
    fail: 1,
    warn: 0,
    inconclusive: 0,
    notApplicable: 1,
    error: 0,
    waived: 0,
    staleWaivers: 0,
  });
  assert.deepEqual(result.run, {
    tool: "imspeer",
    version: "1.2.3",
    profile: "fake",
    device: null,
    seed: "seed",
    startedAt: "2026-01-01T00:00:00.000Z",
    // Sanity, two cases and sanity, a millisecond each.
    durationMs: 4,
    environment: { os: "linux" },
    trouble: null,
  });
  const { checks, ...bad } = result.cases[1]!;
  assert.equal(checks.length, 1);
  assert.deepEqual(bad, {
    id: "demo/bad",
    suite: "demo",
    title: "bad",
    peer: "ue",
    priority: 1,
    verifies: [SHALL],
    kills: ["box/fault"],
    verdict: "fail",
    reason: `is answered (${SHALL}): expected 200, came 401 Whatever`,
    waived: null,
    durationMs: 1,
    startedAt: "2026-01-01T00:00:00.002Z",
    // Who has rested longest: alice was the first case's.
    subscriber: ["bob@home.example"],
    seed: "seed",
    attempts: 1,
    evidence: "evidence/fake",
  });
  assert.equal(exitCode(result), 1);
});

Deno.test("run() ends within seconds where the target does not answer, and says so once", async () => {
  const cases = Array.from({ length: 70 }, (_, index) => demoCase(`c${index}`, expects(401)));
  const ran = await runCases(cases, { answer: () => "silence" });
  assert.ok(ran.elapsed <= 5000, `${ran.elapsed} ms`);
  assert.deepEqual(ran.told, ["runStarted", "trouble", "runFinished"]);
  assert.equal(
    ran.result.run.trouble,
    "The target does not answer: udp 127.0.0.1:5060 did not answer a REGISTER within 5000 ms",
  );
  assert.equal(ran.result.cases.length, 70);
  for (const one of ran.result.cases) {
    assert.deepEqual([one.verdict, one.reason, one.attempts], [
      "inconclusive",
      "the target does not answer",
      0,
    ]);
  }
  assert.deepEqual([ran.result.summary.planned, ran.result.summary.executed], [70, 0]);
  assert.equal(exitCode(ran.result), 2);
});

Deno.test("run() says why a target cannot be reached, for each transport", async () => {
  const changes = {
    entry: {
      "p-cscf": { udp: { address: "127.0.0.1", port: 5060 }, tcp: { address: "127.0.0.1", port: 5061 } },
    },
  };
  const refuse: FakeDevice = {
    answer: ({ transport }) =>
      transport === "tcp" ? new EnvironmentError("Connection refused", "Start the device") : "silence",
  };
  const dead = await runCases([demoCase("x", expects(401))], refuse, { changes });
  assert.match(
    dead.result.run.trouble ?? "",
    /udp 127\.0\.0\.1:5060 did not answer.*; tcp 127\.0\.0\.1:5061: Connection refused \(Start the device\)/,
  );
  const half: FakeDevice = { answer: ({ transport }) => transport === "tcp" ? "silence" : 401 };
  assert.equal((await runCases([demoCase("x", expects(401))], half, { changes })).result.run.trouble, null);
});

Deno.test("run() is inconclusive when the device is dead at the end, and names the case it last answered in", async () => {
  let asked = 0;
  // Sanity, two cases; then nothing more.
  const mortal: FakeDevice = { answer: () => ++asked <= 3 ? 401 : "silence" };
  const ran = await runCases([demoCase("a", expects(401)), demoCase("b", expects(401))], mortal, { jobs: 1 });
  assert.match(
    ran.result.run.trouble ?? "",
    /^The device died after "demo\/b", the last case in which it answered \(udp/,
  );
  assert.deepEqual(verdicts(ran), { "demo/a": "pass", "demo/b": "pass" });
  assert.equal(exitCode(ran.result), 2);
});

Deno.test("run() stops when a silent case leaves a dead device, which keeps its fail", async () => {
  let asked = 0;
  const mortal: FakeDevice = { answer: () => ++asked <= 2 ? 401 : "silence" };
  const names = ["a", "b", "c", "d"];
  const ran = await runCases(names.map((name) => demoCase(name, expects(401))), mortal, { jobs: 1 });
  assert.deepEqual(verdicts(ran), {
    "demo/a": "pass",
    "demo/b": "fail",
    "demo/c": "inconclusive",
    "demo/d": "inconclusive",
  });
  assert.match(
    ran.result.cases[1]?.reason ?? "",
    /^the device answers .*; the device answered nothing afterwards$/,
  );
  assert.match(ran.result.run.trouble ?? "", /died after "demo\/b": .*; it last answered in "demo\/a"$/);
  assert.equal(ran.told.filter((line) => line === "trouble").length, 1);
  assert.deepEqual([ran.result.summary.planned, ran.result.summary.executed], [4, 2]);
  assert.equal(exitCode(ran.result), 1);
});

Deno.test("run() does not fail further cases for the silence of a device that is dead already", async () => {
  let asked = 0;
  const mortal: FakeDevice = { answer: () => ++asked <= 1 ? 401 : "silence" };
  const ran = await runCases([demoCase("a", expects(401)), demoCase("b", expects(401))], mortal);
  assert.deepEqual(Object.values(verdicts(ran)).sort(), ["fail", "inconclusive"]);
  assert.match(ran.result.cases[1]?.reason ?? "", /the device (was dead already|stopped answering)/);
});

Deno.test("run() goes on after a silent case when the device still answers", async () => {
  let asked = 0;
  const moody: FakeDevice = { answer: () => ++asked === 2 ? "silence" : 401 };
  const ran = await runCases([demoCase("a", expects(401)), demoCase("b", expects(401))], moody, { jobs: 1 });
  assert.deepEqual(verdicts(ran), { "demo/a": "fail", "demo/b": "pass" });
  assert.equal(ran.result.run.trouble, null);
});

Deno.test("run() runs cases side by side as far as subscribers reach, and windows overlap", async () => {
  const window: CaseDefinition["run"] = async ({ ue, check, timers }) => {
    const alice = await ue();
    await check("quiet", SHALL).never(alice.silent("INVITE", timers.silence));
  };
  const two = await runCases([demoCase("a", window), demoCase("b", window)]);
  assert.ok(two.elapsed < 1100, `${two.elapsed} ms`);
  const three = await runCases([demoCase("a", window), demoCase("b", window), demoCase("c", window)]);
  assert.ok(three.elapsed >= 2000 && three.elapsed < 2100, `${three.elapsed} ms`);
  const one = await runCases([demoCase("a", window), demoCase("b", window)], healthy, { jobs: 1 });
  assert.ok(one.elapsed >= 2000, `${one.elapsed} ms`);
});

Deno.test("run() starts slow cases first and runs exclusive ones alone at the end", async () => {
  let running = 0;
  let most = 0;
  const counted = (alone: boolean): CaseDefinition["run"] => async ({ wait, check }) => {
    most = Math.max(most, ++running);
    if (alone) check("alone", SHALL).that(running).equals(1);
    await wait(10);
    if (alone) check("alone", SHALL).that(running).equals(1);
    running--;
    check("x", SHALL).that(1).equals(1);
  };
  const ran = await runCases([
    demoCase("alone", counted(true), { exclusive: true }),
    demoCase("quick", counted(false)),
    demoCase("slow", counted(false), { tags: ["slow"] }),
  ]);
  assert.deepEqual(ran.told.filter((line) => line.startsWith("start")), [
    "start demo/slow",
    "start demo/quick",
    "start demo/alone",
  ]);
  assert.equal(ran.result.summary.pass, 3);
  assert.equal(most, 2);
  // Results stand in the order of the registry, whatever ran first.
  assert.deepEqual(ran.result.cases.map(({ id }) => id), ["demo/alone", "demo/quick", "demo/slow"]);
});

Deno.test("run() with bail starts nothing after the first fail, unless that is waived", async () => {
  const cases = ["a", "b", "c"].map((name) => demoCase(name, expects(name === "a" ? 200 : 401)));
  const bailed = await runCases(cases, healthy, { jobs: 1, bail: true });
  assert.deepEqual(Object.values(verdicts(bailed)), ["fail", "inconclusive", "inconclusive"]);
  assert.equal(bailed.result.cases[1]?.reason, "not run: an earlier case failed (--bail)");
  const waivers = [{ case: "demo/a", requirement: null, reason: "known", link: null, until: null }];
  const waived = await runCases(cases, healthy, { jobs: 1, bail: true, changes: { waivers } });
  assert.deepEqual(Object.values(verdicts(waived)), ["fail", "pass", "pass"]);
  assert.equal(exitCode(waived.result), 0);
});

Deno.test("run() that is interrupted still reports what was finished", async () => {
  const abort = new AbortController();
  const ran = await runCases(
    [
      demoCase("a", expects(401)),
      demoCase("b", async ({ wait }) => {
        abort.abort();
        await wait(1000);
      }),
      demoCase("c", expects(401)),
    ],
    healthy,
    { jobs: 1, signal: abort.signal },
  );
  assert.deepEqual(verdicts(ran), { "demo/a": "pass", "demo/b": "inconclusive", "demo/c": "inconclusive" });
  assert.deepEqual(ran.result.cases.map(({ reason, attempts }) => [reason, attempts]), [
    [null, 1],
    ["interrupted", 0],
    ["interrupted", 0],
  ]);
  assert.equal(ran.result.run.trouble, null);
  assert.equal(exitCode(ran.result), 2);
});

Deno.test("run() that is interrupted before it begins tries nothing", async () => {
  const ran = await runCases([demoCase("a", expects(401))], healthy, { signal: AbortSignal.abort() });
  assert.deepEqual(ran.told, ["runStarted", "runFinished"]);
  assert.equal(ran.elapsed, 0);
});

Deno.test("run() with repeat counts the worst attempt and says which it was", async () => {
  let asked = 0;
  const moody: FakeDevice = { answer: () => ++asked === 3 ? 200 : 401 };
  const ran = await runCases([demoCase("a", expects(401))], moody, { repeat: 3 });
  const [one] = ran.result.cases;
  assert.equal(one?.verdict, "fail");
  assert.equal(one?.attempts, 3);
  assert.match(one?.reason ?? "", /^attempt 2 of 3 \(2 passed\): is answered/);
});

Deno.test("run() gives each case and attempt chance of its own, and the same seed the same", async () => {
  const drawn = async (seed: string) => {
    const tokens: string[] = [];
    const draw: CaseDefinition["run"] = ({ random, check }) => {
      tokens.push(random.token());
      check("x", SHALL).that(1).equals(1);
      return Promise.resolve();
    };
    await runCases([demoCase("a", draw), demoCase("b", draw)], healthy, { seed, repeat: 2, jobs: 1 });
    return tokens;
  };
  const first = await drawn("one");
  assert.equal(new Set(first).size, 4);
  assert.deepEqual(await drawn("one"), first);
  assert.notDeepEqual(await drawn("two"), first);
});

Deno.test("run() marks waived and stale cases in result and events", async () => {
  const waiver = (id: string) => ({
    case: id,
    requirement: null,
    reason: "known",
    link: "https://x.example/1",
    until: null,
  });
  const ran = await runCases([demoCase("a", expects(200)), demoCase("b", expects(401))], healthy, {
    changes: { waivers: [waiver("demo/a"), waiver("demo/b")] },
  });
  assert.deepEqual(ran.result.cases.map(({ waived }) => waived?.reason), ["known", "known"]);
  assert.deepEqual([ran.result.summary.waived, ran.result.summary.staleWaivers], [1, 1]);
  assert.equal(exitCode(ran.result), 1);
});

Deno.test("run() keeps every UE within the scope of the profile", async () => {
  const clock = new FakeClock();
  const target = profile();
  let net: Parameters<RunOptions["peers"]["createUe"]>[0]["net"] | undefined;
  const peers = fakePeers(healthy);
  const socket = {
    transport: "udp" as const,
    local: { address: "127.0.0.2", port: 1 },
    send: () => Promise.resolve(),
    receive: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  await clock.run(run({
    plan: makePlan({ suites: [demoSuite(demoCase("a", expects(401)))], catalogue, profile: target }),
    profile: target,
    catalogue,
    net: { clock, open: () => Promise.resolve(socket) },
    peers: { createUe: (parts) => (net = parts.net, peers.createUe(parts)) },
    evidence: fakeEvidence,
    seed: "s",
  }));
  assert.ok(net);
  const guarded = await net.open("udp", { local: socket.local, clock });
  const to = (address: string) => ({
    transport: "udp" as const,
    local: socket.local,
    remote: { address, port: 5060 },
  });
  await guarded.send(new Uint8Array(1), to("127.9.9.9"));
  await assert.rejects(guarded.send(new Uint8Array(1), to("192.0.2.1")), EnvironmentError);
});

Deno.test("run() of an empty plan ends 2", async () => {
  const ran = await runCases([demoCase("a", expects(401), { needs: { webrtc: true } })]);
  assert.deepEqual(ran.told, ["runStarted", "finish demo/a notApplicable 0/0", "runFinished"]);
  assert.equal(exitCode(ran.result), 2);
});

Deno.test("run() rejects when the runner itself breaks, and leaves nothing running", async () => {
  const clock = new FakeClock();
  const target = profile();
  const broken = run({
    plan: makePlan({
      suites: [demoSuite(demoCase("a", expects(401)), demoCase("b", expects(401)))],
      catalogue,
      profile: target,
    }),
    profile: target,
    catalogue,
    net: fakeNet(clock),
    peers: fakePeers(healthy),
    evidence: () => {
      throw new Error("no recorder");
    },
    seed: "s",
    withoutSanity: true,
  });
  await assert.rejects(clock.run(broken), /no recorder/);
  assert.equal(clock.waiting, 0);
});
