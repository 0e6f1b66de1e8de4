import assert from "node:assert/strict";
import { FakeClock } from "../net/clock_fake.ts";
import type { Fault } from "../../refcore/faults.ts";
import type { Profile } from "../../profiles/mod.ts";
import type { CaseDefinition } from "./case.ts";
import type { SelfcheckResult } from "./kill_matrix.ts";
import type { PeerFactory } from "./peers.ts";
import { UsageError } from "./plan.ts";
import { selfcheck, type SelfcheckOptions } from "./selfcheck.ts";
import {
  catalogue,
  demoCase,
  demoSuite,
  type FakeDevice,
  fakeNet,
  fakePeers,
  MAY,
  profile,
  SHALL,
  SHOULD,
} from "./testing/fakes.ts";

const fault = (id: string, requirement = SHALL): Fault => ({ id, requirement, title: id });

/** Passes when the core answers 401. */
const challenged: CaseDefinition["run"] = async ({ ue, check }) => {
  check("is challenged", SHALL).answer(await (await ue()).attempt()).isOneOf(401);
};

/** A core whose answer depends on its fault; which one a UE talks to is told by the name of its profile. */
async function check(
  options: Partial<SelfcheckOptions> & { answers?: Record<string, ReturnType<FakeDevice["answer"]>> },
): Promise<SelfcheckResult & { most: number; started: string[]; clock: FakeClock }> {
  const clock = new FakeClock();
  const started: string[] = [];
  let open = 0;
  let most = 0;
  const startCore = (faults: readonly string[]) => {
    const name = faults.join() || "clean";
    started.push(name);
    most = Math.max(most, ++open);
    return Promise.resolve({
      profile: profile({ name }) as Profile,
      close: () => (open--, Promise.resolve()),
    });
  };
  const answers = options.answers ?? {};
  const peers = (): PeerFactory => ({
    createUe: (parts) => fakePeers({ answer: () => answers[parts.profile.name] ?? 401 }).createUe(parts),
  });
  const result = await clock.run(selfcheck({
    suites: [demoSuite(demoCase("a", challenged))],
    catalogue,
    faults: [fault("box/fault")],
    startCore,
    net: fakeNet(clock),
    peers,
    seed: "s",
    ...options,
  }));
  assert.equal(open, 0, "a core was left open");
  assert.equal(clock.waiting, 0);
  return { ...result, most, started, clock };
}

Deno.test("selfcheck() is ok when every case passes clean and every fault is killed", async () => {
  const { ok, cases, faults, survivors, unkilled, problems } = await check({ answers: { "box/fault": 200 } });
  assert.deepEqual({ ok, cases, faults, survivors, unkilled, problems }, {
    ok: true,
    cases: [{ id: "demo/a", clean: "pass", killedBy: ["box/fault"] }],
    faults: [{ id: "box/fault", requirement: SHALL, killedBy: ["demo/a"] }],
    survivors: [],
    unkilled: [],
    problems: [],
  });
});

Deno.test("selfcheck() tells a fault that survives and the case that kills nothing", async () => {
  const result = await check({});
  assert.equal(result.ok, false);
  assert.deepEqual([result.survivors, result.unkilled], [["box/fault"], ["demo/a"]]);
  assert.deepEqual(result.problems, ['case "demo/a" does not kill "box/fault": it passes']);
});

Deno.test("selfcheck() counts neither a crash nor a failure elsewhere nor an unmet precondition as a kill", async () => {
  const verifies = [SHALL, SHOULD];
  const onBoth = (
    run: (status: number, context: Parameters<CaseDefinition["run"]>[0]) => Promise<void> | void,
  ) =>
    demoCase("a", async (context) => {
      const { status } = await (await context.ue()).attempt();
      context.check("x", SHALL).that(1).equals(1);
      await run(status, context);
      context.check("y", SHOULD).that(1).equals(1);
    }, { verifies });
  const why = async (definition: CaseDefinition) =>
    (await check({ suites: [demoSuite(definition)], answers: { "box/fault": 200 } })).problems.join();
  assert.match(
    await why(onBoth((status) => {
      if (status === 200) throw new TypeError("ours");
    })),
    /does not kill "box\/fault": it ends error: TypeError: ours/,
  );
  assert.match(
    await why(onBoth((status, { check }) => void check("else", SHOULD).that(status).equals(401))),
    /it fails at no check that cites "r\/1\/01"/,
  );
  assert.match(
    await why(onBoth(async (status, { given }) => void await given("it is 401", status === 401))),
    /it ends inconclusive/,
  );
});

Deno.test("selfcheck() tells a case that does not pass against the clean core", async () => {
  const result = await check({ answers: { clean: 200, "box/fault": 200 } });
  assert.equal(result.ok, false);
  assert.equal(result.cases[0]?.clean, "fail");
  assert.match(result.problems[0] ?? "", /case "demo\/a" ends fail against the clean core: is challenged/);
});

Deno.test("selfcheck() tells faults that no case names and names that are no fault", async () => {
  const result = await check({
    suites: [demoSuite(demoCase("a", challenged, { kills: ["box/fault", "box/gone"] }))],
    faults: [fault("box/fault"), fault("box/forgotten")],
    answers: { "box/fault": 200 },
  });
  assert.deepEqual(result.survivors, ["box/forgotten"]);
  assert.deepEqual(result.problems, ['case "demo/a" names fault "box/gone", which the core does not have']);
  assert.ok(!result.ok);
  // Nothing is started for a fault that no case names.
  assert.deepEqual(result.started.sort(), ["box/fault", "clean"]);
});

const two = {
  suites: [
    demoSuite(
      demoCase("a", challenged, { kills: ["box/one"] }),
      demoCase("b", challenged, { kills: ["box/two"] }),
    ),
  ],
  faults: [fault("box/one"), fault("box/two")],
  answers: { "box/one": 200, "box/two": 403 },
};

Deno.test("selfcheck() with a fault glob runs that fault and the cases that name it", async () => {
  const result = await check({ ...two, faultGlobs: ["*/two"] });
  assert.ok(result.ok);
  assert.deepEqual(result.cases.map(({ id }) => id), ["demo/b"]);
  assert.deepEqual(result.faults.map(({ id }) => id), ["box/two"]);
});

Deno.test("selfcheck() refuses a fault glob that no selected case names", async () => {
  const nothing = { ...two, faultGlobs: ["*/two"], selectors: { cases: ["demo/a"] } };
  await assert.rejects(check(nothing), /No selected case names one of these faults/);
});

Deno.test("selfcheck() with selectors looks at the faults of the selected cases", async () => {
  const result = await check({ ...two, selectors: { cases: ["demo/a"] } });
  assert.ok(result.ok);
  assert.deepEqual(result.faults.map(({ id }) => id), ["box/one"]);
  await assert.rejects(check({ ...two, selectors: { cases: ["demo/x"] } }), UsageError);
  await assert.rejects(
    check({ ...two, faultGlobs: ["box/tow"] }),
    /There is no fault "box\/tow"; did you mean "box\/two"/,
  );
});

Deno.test("selfcheck() in full runs every case against every fault and shows the collateral", async () => {
  const result = await check({ ...two, full: true });
  assert.ok(result.ok);
  assert.deepEqual(result.collateral, [
    { fault: "box/one", case: "demo/b", verdict: "fail" },
    { fault: "box/two", case: "demo/a", verdict: "fail" },
  ]);
});

Deno.test("selfcheck() runs so many cores at a time, and their waiting overlaps", async () => {
  const faults = Array.from({ length: 10 }, (_, index) => fault(`box/f${index}`));
  const silent = {
    suites: [demoSuite(demoCase("a", challenged, { kills: faults.map(({ id }) => id) }))],
    faults,
    answers: Object.fromEntries(faults.map(({ id }) => [id, "silence" as const])),
  };
  const start = new FakeClock().now();
  const wide = await check({ ...silent, cores: 20 });
  assert.ok(wide.ok, wide.problems.join());
  assert.equal(wide.most, 10);
  assert.ok(wide.clock.now() - start < 33_000);
  const narrow = await check({ ...silent, cores: 2 });
  assert.equal(narrow.most, 2);
});

Deno.test("selfcheck() reports a core that does not start, and closes the others", async () => {
  const result = await check({
    startCore: (faults) =>
      faults.length > 0
        ? Promise.reject(new Error("no port"))
        : Promise.resolve({ profile: profile({ name: "clean" }), close: () => Promise.resolve() }),
  });
  assert.deepEqual(result.problems, ['fault "box/fault": the run failed: no port']);
  assert.deepEqual(result.survivors, ["box/fault"]);
});

Deno.test("selfcheck() ignores the waivers of a profile", async () => {
  const waivers = [{ case: "*", requirement: null, reason: "known", link: null, until: null }];
  const result = await check({
    startCore: () =>
      Promise.resolve({ profile: profile({ name: "clean", waivers }), close: () => Promise.resolve() }),
  });
  assert.equal(result.cases[0]?.clean, "pass");
});

Deno.test("selfcheck() tells its progress, and an interruption is no success", async () => {
  const progress: string[] = [];
  await check({ ...two, progress: (fault, done, total) => void progress.push(`${fault} ${done}/${total}`) });
  assert.equal(progress.length, 3);
  assert.match(progress.at(-1) ?? "", /3\/3$/);
  const result = await check({ ...two, signal: AbortSignal.abort() });
  assert.equal(result.ok, false);
  assert.deepEqual(result.started, []);
  assert.match(result.problems.join(), /interrupted/);
});

/** A device of which everybody who attempts to register gets this, in the place of the core. */
const dummy = (id: string) => ({
  id,
  title: `is ${id}`,
  start: (instead: Profile) =>
    Promise.resolve({ profile: { ...instead, name: id }, close: () => Promise.resolve() }),
});

Deno.test("selfcheck() tells a case that passes against a dummy, or breaks there", async () => {
  const breaking = demoCase("b", async ({ ue, check }) => {
    const { status } = await (await ue()).attempt();
    check("is challenged", SHALL).that(status).equals(401);
    if (status === 480) throw new TypeError("ours");
  });
  const result = await check({
    suites: [demoSuite(demoCase("a", challenged), breaking)],
    answers: { "box/fault": 200, accepts: 200, challenges: 401, away: 480 },
    dummies: [dummy("accepts"), dummy("challenges"), dummy("away")],
  });
  assert.equal(result.ok, false);
  assert.deepEqual(result.dummies, [
    { id: "accepts", passedBy: [] },
    { id: "challenges", passedBy: ["demo/a", "demo/b"] },
    { id: "away", passedBy: [] },
  ]);
  assert.deepEqual(result.problems.map((problem) => problem.replace(/ \(at .*/, "")), [
    'case "demo/a" passes against a device that is challenges',
    'case "demo/b" passes against a device that is challenges',
    'case "demo/b" breaks at a device that is away: TypeError: ours',
  ]);
});

Deno.test("selfcheck() lets a case pass against a dummy that could break only a may", async () => {
  const may = demoCase("a", async ({ ue, check }) => {
    check("is challenged", MAY).answer(await (await ue()).attempt()).isOneOf(401);
  }, { verifies: [MAY] });
  const result = await check({
    suites: [demoSuite(may)],
    faults: [fault("box/fault", MAY)],
    answers: { "box/fault": 200, accepts: 200 },
    dummies: [dummy("accepts")],
  });
  assert.deepEqual([result.ok, result.problems], [true, []]);
});

Deno.test("selfcheck() names the checks that no fault made fail", async () => {
  const definition = demoCase("a", async ({ ue, check }) => {
    const answer = await (await ue()).attempt();
    check("is challenged", SHALL).answer(answer).isOneOf(401);
    for (let i = 0; i < 2; i++) check("is answered", SHALL).that(answer).isPresent();
  });
  const { checks, unproven } = await check({
    suites: [demoSuite(definition)],
    answers: { "box/fault": 200 },
  });
  assert.equal(checks, 2);
  assert.deepEqual(unproven, [{ case: "demo/a", check: "is answered", requirement: SHALL }]);
});

Deno.test("selfcheck() tells a case that does not pass in a dialect", async () => {
  const { dummies: _none, dialects, ok, problems } = await check({
    suites: [demoSuite(demoCase("a", challenged))],
    answers: { "box/fault": 200, mumbles: 403, plain: 401 },
    dialects: ["mumbles", "plain"].map((id) => ({
      id,
      title: id,
      start: () => Promise.resolve({ profile: profile({ name: id }), close: () => Promise.resolve() }),
    })),
  });
  assert.equal(ok, false);
  assert.deepEqual(dialects, [{ id: "mumbles", failedBy: ["demo/a"] }, { id: "plain", failedBy: [] }]);
  assert.match(problems.join(), /^case "demo\/a" ends fail against a clean core that mumbles: is challenged/);
});
