/** A GGSN before an HSS that fits into a test: answers accounting whose authenticator is right, or does not. */
import assert from "node:assert/strict";
import { md5 } from "@noble/hashes/legacy.js";
import { FakeClock, MemoryNet } from "../../net/mod.ts";
import type { MessageSocket, TapRecord } from "../../net/types.ts";
import { seededRandom } from "../../runner/random.ts";
import {
  accountingRequestIsSigned,
  type ContextAccounting,
  parseRadius,
  readAccounting,
  signAccountingResponse,
} from "../../wire/radius.ts";
import { NoAnswer } from "../no_answer.ts";
import { createGgsn, type Ggsn } from "./mod.ts";

const HSS = { address: "10.0.0.5", port: 1813 };
const SECRET = "brass-compass";
const ALICE = { address: "10.1.0.1", imsi: "001010000000901", msisdn: "15550409001", nas: "10.7.0.1" };

interface Scene {
  readonly ggsn: Ggsn;
  /** What the HSS took. */
  readonly took: ContextAccounting[];
  /** How many requests the HSS loses from now on. */
  lose: number;
  /** What it signs with. */
  secret: string;
  readonly tapped: TapRecord[];
  readonly run: <T>(promise: Promise<T>) => Promise<T>;
}

async function scene(act: (scene: Scene) => Promise<void>): Promise<void> {
  const clock = new FakeClock();
  const net = new MemoryNet(clock);
  const hss = await net.open("udp", { clock, local: HSS });
  const tapped: TapRecord[] = [];
  const ggsn = await createGgsn({
    ...{ net, clock, target: HSS, secret: SECRET },
    local: { address: "10.7.0.1", port: 0 },
    timers: { answer: 3000, silence: 500, t1: 500 },
    random: seededRandom("ggsn"),
    tap: (record) => void tapped.push(record),
  });
  const run = <T>(promise: Promise<T>) => clock.run(promise);
  const scene: Scene = { ggsn, took: [], lose: 0, secret: SECRET, tapped, run };
  const serving = serve(hss, scene);
  try {
    await act(scene);
  } finally {
    await run(ggsn.close());
    await hss.close();
    await serving;
  }
}

async function serve(hss: MessageSocket, scene: Scene): Promise<void> {
  for (let came = await hss.receive(); came; came = await hss.receive()) {
    const request = parseRadius(came.bytes);
    if (scene.lose-- > 0 || !accountingRequestIsSigned(request, SECRET, md5)) continue;
    scene.took.push(readAccounting(request)!);
    await hss.send(signAccountingResponse(request, scene.secret, md5), came.flow);
  }
}

Deno.test("a GGSN tells of contexts as they come, change and go", () =>
  scene(async ({ ggsn, took, run, tapped }) => {
    const session = await run(ggsn.start(ALICE));
    assert.deepEqual(ggsn.contexts.get(session), ALICE);
    const moved = { ...ALICE, prefix: "2001:db8:1::/64" };
    await run(ggsn.update(session, moved));
    await run(ggsn.stop(session));
    assert.deepEqual(took, [
      { status: "start", sessionId: session, ...ALICE },
      { status: "interim", sessionId: session, ...moved },
      { status: "stop", sessionId: session, ...moved },
    ]);
    assert.equal(ggsn.contexts.size, 0);
    assert.deepEqual(
      new Set(tapped.map(({ layer, remote }) => `${layer} ${remote.port}`)),
      new Set(["udp 1813"]),
    );
  }));

Deno.test("a GGSN says it again where it was lost, and gives up in the end", () =>
  scene(async (scene) => {
    scene.lose = 2;
    const session = await scene.run(scene.ggsn.start(ALICE));
    assert.equal(scene.took.length, 1);
    scene.lose = 100;
    await assert.rejects(scene.run(scene.ggsn.update(session, ALICE)), NoAnswer);
    scene.lose = 0;
  }));

Deno.test("a GGSN takes no answer that is signed with another secret, and can sign with one itself", () =>
  scene(async (scene) => {
    assert.equal(await scene.run(scene.ggsn.say("start", ALICE, { secret: "guessed" })), false);
    assert.deepEqual(scene.took, []);
    assert.equal(await scene.run(scene.ggsn.say("start", ALICE)), true);
    scene.secret = "guessed";
    assert.equal(await scene.run(scene.ggsn.say("start", ALICE)), false);
  }));

Deno.test("a GGSN says who it is, as RFC 2866 4.1 wants it", () =>
  scene(async ({ ggsn, took, run }) => {
    await run(ggsn.start({ imsi: ALICE.imsi, address: ALICE.address }));
    assert.equal(took[0]?.nas, "10.7.0.1");
  }));

Deno.test("a GGSN stops what it has begun when it is closed", () =>
  scene(async ({ ggsn, took, run }) => {
    const session = await run(ggsn.start(ALICE));
    await run(ggsn.start({ ...ALICE, address: "10.1.0.2" }));
    await run(ggsn.close());
    assert.deepEqual(took.filter(({ status }) => status === "stop").map(({ address }) => address), [
      "10.1.0.1",
      "10.1.0.2",
    ]);
    assert.equal(took[0]?.sessionId, session);
  }));
