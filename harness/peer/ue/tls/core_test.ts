/** Two UEs over TLS, each registered in its own way, against the reference core on the machine's sockets. */
import assert from "node:assert/strict";
import { startCore } from "../../../../refcore/mod.ts";
import type { Subscriber } from "../../../../profiles/types.ts";
import { createAuthority } from "../../../crypto/pki/mod.ts";
import { drive, systemClock, systemNet } from "../../../net/mod.ts";
import { claimNet } from "../../../net/testing/claim.ts";
import { seededRandom } from "../../../runner/random.ts";
import { DORA, PROFILE } from "../testing/world.ts";
import { createUe } from "../ue.ts";
import type { Ue } from "../types.ts";

const AT = claimNet(18);

const ERIN: Subscriber = {
  ...DORA,
  name: "erin",
  impi: "erin@home1.example",
  impus: ["sip:erin@home1.example"],
};

async function calls(caller: Ue, callee: Ue): Promise<void> {
  const ringing = callee.acceptCall();
  const call = await caller.invite(callee.identity.impus[0]!);
  const incoming = await ringing;
  assert.equal((await call.answered()).status, 200);
  await incoming.acknowledged();
  assert.equal(callee.tls?.carried(incoming.invite), callee.tls?.current);
  const info = await incoming.request("INFO");
  await (await call.next("INFO")).respond(200);
  assert.equal((await info.final()).status, 200);
  assert.equal((await call.hangUp()).status, 200);
}

Deno.test("a UE with security agreement and one with TLS first call each other through the core", async () => {
  const profile = { ...PROFILE, subscribers: [DORA, ERIN] };
  const core = await startCore({
    net: systemNet,
    bind: AT.address(1),
    ports: { gm: 0 },
    subscribers: profile.subscribers,
    home: profile.home,
    timers: profile.timers,
    random: seededRandom("core of a UE with TLS"),
    tls: { authority: await createAuthority({ name: "root", now: systemClock.now() }) },
  });
  const setup = { net: systemNet, clock: systemClock, drive, profile: { ...profile, entry: core.entry } };
  const ue = (subscriber: Subscriber, address: string, agreement: boolean) =>
    createUe({
      ...setup,
      subscriber,
      random: seededRandom(subscriber.name),
      options: { local: { address }, security: { mechanism: "tls", agreement } },
    });
  const [dora, erin] = await Promise.all([ue(DORA, AT.address(2), true), ue(ERIN, AT.address(3), false)]);
  try {
    assert.equal((await dora.register()).ok, true);
    assert.equal((await erin.register()).ok, true);
    await calls(dora, erin);
    await calls(erin, dora);
    assert.equal((await dora.register()).ok, true);
    assert.equal(await erin.keepAlive(), true);
    await erin.tls?.current?.close("reset");
    assert.equal((await erin.register()).ok, true);
    await calls(dora, erin);
    for (const each of [dora, erin]) {
      assert.deepEqual([each.tls?.discarded.length, each.tls?.accepted.length], [0, 0]);
      assert.equal((await each.deregister()).ok, true);
    }
  } finally {
    await Promise.all([dora.close(), erin.close()]);
    await core.close();
  }
  assert.deepEqual(core.problems, []);
});
