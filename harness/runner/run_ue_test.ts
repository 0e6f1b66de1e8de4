import assert from "node:assert/strict";
import { buildResponse, parseMessage } from "sip-codec";
import { FakeClock } from "../net/clock_fake.ts";
import { MemoryNet } from "../net/memory.ts";
import { createUe, newMemory } from "../peer/mod.ts";
import type { CaseDefinition } from "./case.ts";
import { createEvidence } from "./evidence/mod.ts";
import { makePlan } from "./plan.ts";
import { run } from "./run.ts";
import { catalogue, demoCase, demoSuite, profile, SHALL } from "./testing/fakes.ts";

/** A device in memory that refuses every REGISTER with 403, seen by real UEs and the real recorder. */
async function runWithUe(definition: CaseDefinition) {
  const clock = new FakeClock();
  const net = new MemoryNet(clock);
  const device = await net.open("udp", { local: { address: "127.0.0.1", port: 5060 }, clock });
  const serving = (async () => {
    for (let incoming = await device.receive(); incoming; incoming = await device.receive()) {
      const message = parseMessage(incoming.bytes);
      if (message.kind === "request") await device.send(buildResponse(message, 403).toBytes(), incoming.flow);
    }
  })();
  const files = new Map<string, string>();
  const evidence = createEvidence({
    writeFile: (path, bytes) => Promise.resolve(void files.set(path, new TextDecoder().decode(bytes))),
    secrets: [],
    now: () => clock.now(),
  });
  const target = profile();
  const remember = newMemory();
  const result = await clock.run(run({
    plan: makePlan({ suites: [demoSuite(definition)], catalogue, profile: target }),
    profile: target,
    catalogue,
    net,
    peers: { createUe: (parts) => createUe({ ...parts, remember }) },
    evidence: (info, attempt) => evidence.forCase(info.id, attempt),
    seed: "seed",
  }));
  await device.close();
  await serving;
  assert.equal(clock.waiting, 0, "something still waits for the clock");
  return { result, files };
}

Deno.test("run() judges what a real UE is answered, and points at the message in its evidence", async () => {
  const { result, files } = await runWithUe(demoCase("refused", async ({ ue, check }) => {
    check("is refused", SHALL).answer(await (await ue()).attempt()).isOneOf(403);
  }));
  assert.deepEqual([result.run.trouble, result.cases[0]?.verdict, result.cases[0]?.reason], [
    null,
    "pass",
    null,
  ]);
  assert.equal(result.cases[0]?.checks[0]?.evidence, "trace.jsonl#2");
  assert.equal(result.cases[0]?.evidence, "evidence/demo/refused");
  const trace = files.get("evidence/demo/refused/trace.jsonl") ?? "";
  assert.deepEqual(trace.trim().split("\n").map((line) => JSON.parse(line).summary), [
    "REGISTER sip:home.example",
    "403 Forbidden",
  ]);
  // The sanity case leaves its own evidence, first and last.
  assert.ok(files.has("evidence/sanity/first/trace.jsonl"));
  assert.ok(files.has("evidence/sanity/last/trace.jsonl"));
});

Deno.test("run() with a real UE makes a silent device a fail of the case that awaits its answer", async () => {
  const { result } = await runWithUe(demoCase("invites", async ({ ue, check }) => {
    const alice = await ue();
    check("a request comes", SHALL).answer(await alice.attempt()).isOneOf(403);
    await alice.incoming("NOTIFY");
  }));
  assert.equal(result.cases[0]?.verdict, "fail");
  assert.match(result.cases[0]?.reason ?? "", /^the device answers/);
  assert.equal(result.run.trouble, null);
});
