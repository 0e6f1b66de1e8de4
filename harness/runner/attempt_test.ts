import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { FakeClock } from "../net/clock_fake.ts";
import { EnvironmentError } from "../errors.ts";
import type { Ue } from "../peer/ue/types.ts";
import { AddressPool } from "./addresses.ts";
import { type Attempt, attemptCase, type AttemptParts, defaultTimeout } from "./attempt.ts";
import type { CaseDefinition } from "./case.ts";
import {
  catalogue,
  demoCase,
  type FakeDevice,
  fakeEvidence,
  fakeNet,
  fakePeers,
  profile,
  SHALL,
  subscriber,
} from "./testing/fakes.ts";

const target = profile({ operator: { url: "http://127.0.0.1:1", actions: ["deregister"] } });

/** Runs one case to its end under a fake clock, on two leased subscribers. */
async function tryCase(
  run: CaseDefinition["run"],
  options: { device?: FakeDevice; changes?: Partial<CaseDefinition>; parts?: Partial<AttemptParts> } = {},
) {
  const clock = new FakeClock();
  const peers = fakePeers(options.device ?? { answer: () => 200 });
  const evidence = fakeEvidence();
  const result: Attempt = await clock.run(attemptCase({
    definition: demoCase("x", run, options.changes),
    subscribers: [subscriber("alice"), subscriber("bob")],
    profile: target,
    catalogue,
    net: fakeNet(clock),
    clock,
    peers,
    addresses: new AddressPool(target.access),
    evidence,
    seed: "seed",
    attempt: 1,
    signal: new AbortController().signal,
    redact: (text) => text,
    ...options.parts,
  }));
  assert.equal(clock.waiting, 0, "something still waits for the clock");
  return { result, peers, evidence, clock };
}

Deno.test("attemptCase() passes a case whose checks hold, and closes its UE", async () => {
  const { result, peers, evidence } = await tryCase(async ({ ue, check }) => {
    const alice = await ue();
    check("registers", SHALL).that((await alice.register()).ok).equals(true);
  });
  assert.equal(result.verdict, "pass");
  assert.equal(result.evidence, "evidence/fake");
  assert.equal(result.durationMs, 1);
  assert.deepEqual(peers.log, ["deregister alice", "close alice"]);
  assert.equal(evidence.records.length, 4);
});

Deno.test("ue() takes the leases in turn, by number and like another one, each on an address of its own", async () => {
  const { result, peers } = await tryCase(async ({ ue, check }) => {
    const bob = await ue({ as: 1 });
    await ue();
    await ue({ like: bob });
    await ue({ local: { address: "127.0.0.9" } }).then(() => {}, () => {});
    check("x", SHALL).that(1).equals(1);
  });
  assert.equal(result.verdict, "pass");
  assert.deepEqual(peers.made.map(({ subscriber }) => subscriber.name), ["bob", "alice", "bob"]);
  assert.deepEqual(peers.made.map(({ options }) => options.local?.address), [
    "127.0.0.2",
    "127.0.0.3",
    "127.0.0.2",
  ]);
});

Deno.test("ue() beyond the leases is an error of the case", async () => {
  const { result } = await tryCase(async ({ ue }) => {
    for (let i = 0; i < 3; i++) await ue();
  });
  assert.equal(result.verdict, "error");
  assert.match(result.reason ?? "", /leases 2 subscriber\(s\) and asks for one more/);
});

Deno.test("ue() takes its tap from the evidence, under a name that tells terminals apart", async () => {
  const actors: string[] = [];
  const evidence = { ...fakeEvidence(), tap: (actor: string) => (actors.push(actor), () => {}) };
  await tryCase(async ({ ue }) => {
    const alice = await ue();
    await ue({ like: alice });
  }, { parts: { evidence } });
  assert.deepEqual(actors, ["ue:alice", "ue:alice#2"]);
});

Deno.test("given() ends a case inconclusive when it rejects, is false or is a flow that failed", async () => {
  const verdictOf = async (run: CaseDefinition["run"], device?: FakeDevice) => {
    const { result } = await tryCase(run, device ? { device } : {});
    return `${result.verdict}: ${result.reason}`;
  };
  assert.equal(
    await verdictOf(({ given }) => given("it is so", false).then(() => {})),
    'inconclusive: Precondition "it is so" is not met: it is not so',
  );
  assert.equal(
    await verdictOf(async ({ ue, given }) => {
      await given("alice registers", (await ue()).register());
    }, { answer: () => 403 }),
    'inconclusive: Precondition "alice registers" is not met: 403 Whatever',
  );
  assert.match(
    await verdictOf(async ({ ue, given }) => {
      await given("alice registers", (await ue()).register());
    }, { answer: () => "silence" }),
    /^inconclusive: .* is not met: Waited 32000 ms/,
  );
  assert.match(
    await verdictOf(({ given }) => given("x", () => Promise.reject(new TypeError("ours")))),
    /^error: TypeError: ours/,
  );
});

Deno.test("given() hands through what the promise gives", async () => {
  const { result } = await tryCase(async ({ given, check }) => {
    check("x", SHALL).that(await given("a number", Promise.resolve(7))).equals(7);
  });
  assert.equal(result.verdict, "pass");
});

Deno.test("attemptCase() cuts off a case at its time limit, and hears nothing of it afterwards", async () => {
  let late: Promise<unknown> | undefined;
  const { result, peers, clock } = await tryCase(async ({ ue, check, wait }) => {
    const alice = await ue();
    check("x", SHALL).that(1).equals(1);
    await alice.silent("INVITE", 10_000_000);
    late = wait(1).then(() => check("late", SHALL).that(1).equals(2));
    await late;
  }, { changes: { timeout: () => 5000 } });
  assert.equal(result.verdict, "inconclusive");
  assert.match(result.reason ?? "", /did not come to its end within 5000 ms/);
  assert.equal(result.durationMs, 5000);
  assert.deepEqual(peers.log, ["close alice"]);
  await clock.advance(10);
  await late;
  assert.equal(result.checks.length, 1);
});

Deno.test("defaultTimeout() lets a slow case wait out the profile's timers", () => {
  const quick = defaultTimeout(demoCase("x", () => Promise.resolve()), target.timers);
  const slow = defaultTimeout(demoCase("x", () => Promise.resolve(), { tags: ["slow"] }), target.timers);
  assert.ok(quick >= 4 * 64 * target.timers.t1);
  assert.ok(slow >= quick + target.timers.minExpires + target.timers.regAwaitAuth);
});

Deno.test("attemptCase() stops when the run is interrupted, and says so", async () => {
  const abort = new AbortController();
  const { result } = await tryCase(async ({ wait }) => {
    abort.abort("interrupted");
    await wait(1_000_000);
  }, { parts: { signal: abort.signal } });
  assert.deepEqual([result.verdict, result.reason, result.interrupted], [
    "inconclusive",
    "interrupted",
    true,
  ]);
});

Deno.test("attemptCase() finds a promise that was not awaited", async () => {
  const { result } = await tryCase(({ check }) => {
    check("x", SHALL).that(1).equals(1);
    check("quiet", SHALL).never(new Promise(() => {})).catch(() => {});
    return Promise.resolve();
  });
  assert.deepEqual([result.verdict, result.reason], ["error", 'ended without awaiting check "quiet"']);
});

Deno.test("attemptCase() puts the whole stack of a bug into the trace", async () => {
  const { result, evidence } = await tryCase(() => Promise.reject(new TypeError("ours")));
  assert.equal(result.verdict, "error");
  assert.match(evidence.notes.join("\n"), /TypeError: ours\n\s+at /);
});

Deno.test("operator() asks the operator, and is inconclusive where the lab has none", async () => {
  const asked: string[] = [];
  const operator = (action: string) => (asked.push(action), Promise.resolve());
  const ok: CaseDefinition["run"] = async ({ operator, check }) => {
    await operator("deregister", { impi: "alice", password: "hidden" });
    check("x", SHALL).that(1).equals(1);
  };
  const { result, evidence } = await tryCase(ok, { parts: { operator } });
  assert.equal(result.verdict, "pass");
  assert.deepEqual(asked, ["deregister"]);
  assert.deepEqual(evidence.notes, ["operator: deregister (impi, password)"]);
  const without = await tryCase(ok);
  assert.match(without.result.reason ?? "", /no operator interface for "deregister"/);
  assert.equal(without.result.verdict, "inconclusive");
  const unknown = await tryCase(({ operator }) => operator("explode", {}), { parts: { operator } });
  assert.equal(unknown.result.verdict, "inconclusive");
});

Deno.test("attemptCase() does not pass a case whose evidence could not be written", async () => {
  const evidence = { ...fakeEvidence(), finish: () => Promise.reject(new Error("disk full")) };
  const { result } = await tryCase(({ check }) => {
    check("x", SHALL).that(1).equals(1);
    return Promise.resolve();
  }, { parts: { evidence } });
  assert.deepEqual([result.verdict, result.reason], [
    "inconclusive",
    "the evidence could not be written: disk full",
  ]);
});

Deno.test("attemptCase() takes secrets out of reasons and checks", async () => {
  const { result } = await tryCase(({ check }) => {
    check("x", SHALL).that("my secret").equals("no secret");
    return Promise.resolve();
  }, { parts: { redact: (text) => text.replaceAll("secret", "******") } });
  assert.equal(result.checks[0]?.actual, '"my ******"');
  assert.doesNotMatch(result.reason ?? "", /secret/);
});

Deno.test("attemptCase() is inconclusive where the machine has no address to stand on", async () => {
  const { result } = await tryCase(async ({ ue }) => void await ue({ access: "wlan" }));
  assert.equal(result.verdict, "inconclusive");
  assert.match(result.reason ?? "", /no local IPv4 address for access "wlan"/);
});

Deno.test("attemptCase() closes a UE that comes up when the case is over already", async () => {
  const closed: string[] = [];
  const { promise, resolve } = Promise.withResolvers<Ue>();
  const { result } = await tryCase(async ({ ue }) => void await ue(), {
    changes: { timeout: () => 10 },
    parts: { peers: { createUe: () => promise } },
  });
  assert.equal(result.verdict, "inconclusive");
  resolve({ registered: false, close: () => (closed.push("late"), Promise.resolve()) } as unknown as Ue);
  await promise;
  await new Promise(setImmediate);
  assert.deepEqual(closed, ["late"]);
});

Deno.test("attemptCase() does not hang on a UE that will not close", async () => {
  const ue = {
    registered: true,
    deregister: () => new Promise(() => {}),
    close: () => new Promise(() => {}),
  };
  const { evidence, result } = await tryCase(async ({ ue, check }) => {
    await ue();
    check("x", SHALL).that(1).equals(1);
  }, { parts: { peers: { createUe: () => ue as unknown as Ue } } });
  assert.equal(result.verdict, "pass");
  assert.deepEqual(evidence.notes, ["a peer did not close in time"]);
});

Deno.test("attemptCase() takes EnvironmentError of a peer as a question whether the device lives", async () => {
  const { result } = await tryCase(async ({ ue }) => void await (await ue()).attempt(), {
    device: { answer: () => new EnvironmentError("connection refused", "start the device") },
  });
  assert.deepEqual([result.verdict, result.silent], ["inconclusive", true]);
});
