/** The UE's TLS on the machine's own sockets. */
import assert from "node:assert/strict";
import { drive, systemClock, systemNet } from "../../../net/mod.ts";
import { loopback } from "../../../net/testing/loopback.ts";
import { seededRandom } from "../../../runner/random.ts";
import { answer, ScriptedNetwork } from "../testing/scripted_network.ts";
import { TlsPcscf } from "../testing/tls_pcscf.ts";
import { DORA, PROFILE } from "../testing/world.ts";
import { createUe } from "../ue.ts";

for (const [net, clear] of [[1, "udp"], [2, "tcp"]] as const) {
  Deno.test(`a UE registers over TLS after SM1 over ${clear}, sends, listens and leaves`, async () => {
    const at = { address: loopback(1, net), port: 0 };
    const network = new ScriptedNetwork(systemNet, systemClock, clear, at);
    const remote = await network.open();
    const pcscf = await new TlsPcscf(network, systemNet, systemClock, at).open();
    pcscf.scripts.set("MESSAGE", (request) => answer(request, 202));
    const keys: string[] = [];
    const ue = await createUe({
      net: systemNet,
      clock: systemClock,
      drive,
      profile: { ...PROFILE, entry: { "p-cscf": { [clear]: remote, tls: pcscf.host.local } } },
      subscriber: DORA,
      options: { local: { address: loopback(2, net) }, security: "tls" },
      random: seededRandom("sockets", net),
      keyLog: (line) => void keys.push(line),
    });
    try {
      assert.equal((await ue.register()).ok, true);
      assert.equal((await ue.message("sip:bob@home1.example", "hello")).status, 202);
      await pcscf.request("MESSAGE");
      await (await ue.incoming("MESSAGE")).respond(200);
      assert.equal(await ue.keepAlive(), true);
      await assert.rejects(() => pcscf.host.connect(ue.local));
      assert.equal(ue.tls?.accepted.length, 1);
      assert.ok(keys.some((line) => line.startsWith("CLIENT_TRAFFIC_SECRET_0 ")));
      assert.equal((await ue.deregister()).ok, true);
      assert.equal(ue.registered, false);
    } finally {
      await ue.close();
      await pcscf.close();
      await network.close();
    }
  });
}
