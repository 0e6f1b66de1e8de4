/** The UE's IPsec on the machine's own sockets: in UDP for everybody, as protocol 50 where that is allowed. */
import assert from "node:assert/strict";
import { toolTest } from "../../../../_tools/foreign_program.ts";
import { checkRawIp, drive, systemClock, systemNet } from "../../../net/mod.ts";
import { loopback } from "../../../net/testing/loopback.ts";
import { noRawSockets } from "../../../net/testing/unprivileged.ts";
import { seededRandom } from "../../../runner/random.ts";
import { answer, ScriptedNetwork } from "../testing/scripted_network.ts";
import { ScriptedPcscf } from "../testing/scripted_pcscf.ts";
import { ALICE, PROFILE } from "../testing/world.ts";
import type { Ue } from "../types.ts";
import { createUe } from "../ue.ts";
import type { IpsecOptions } from "./types.ts";

const missing = await noRawSockets(() => checkRawIp("127.0.0.1"));

async function between(
  net: number,
  transport: "udp" | "tcp",
  security: Partial<IpsecOptions>,
  act: (ue: Ue, pcscf: ScriptedPcscf) => Promise<void>,
): Promise<void> {
  const at = { address: loopback(1, net), port: 0 };
  const network = new ScriptedNetwork(systemNet, systemClock, transport, at);
  const remote = await network.open();
  const carriers = security.nat ? { udp: {} } : { raw: true };
  const pcscf = await new ScriptedPcscf(network, systemNet, systemClock, carriers).open();
  const ue = await createUe({
    net: systemNet,
    clock: systemClock,
    drive,
    profile: { ...PROFILE, entry: { "p-cscf": { [transport]: remote } } },
    subscriber: ALICE,
    options: { local: { address: loopback(2, net) }, security: { mechanism: "ipsec-3gpp", ...security } },
    random: seededRandom("sockets", transport, net),
  });
  try {
    pcscf.scripts.set("MESSAGE", (request) => answer(request, 202));
    await act(ue, pcscf);
  } finally {
    await ue.close();
    await pcscf.close();
    await network.close();
  }
}

async function registersAndTalks(ue: Ue, pcscf: ScriptedPcscf): Promise<void> {
  assert.equal((await ue.register()).ok, true);
  assert.equal((await ue.register()).ok, true);
  assert.equal((await ue.message("sip:bob@home1.example", "hello")).status, 202);
  assert.equal(ue.ipsec?.sets[0]?.state, "deleted");
  await pcscf.request("MESSAGE", pcscf.latest, ue.transport === "tcp" ? "tcp" : "udp");
  await (await ue.incoming("MESSAGE")).respond(200);
  assert.equal((await ue.deregister()).ok, true);
}

for (const [net, transport] of [[1, "udp"], [2, "tcp"]] as const) {
  Deno.test(`a UE behind a NAT speaks ${transport} inside ESP inside UDP`, () =>
    between(net, transport, { nat: true }, async (ue, pcscf) => {
      await registersAndTalks(ue, pcscf);
      await ue.register();
      await ue.ipsec!.nat!.rebind();
      assert.equal((await ue.message("sip:bob@home1.example", "from elsewhere")).status, 202);
      assert.deepEqual(pcscf.latest.outer, ue.ipsec?.nat?.public);
    }));

  toolTest(
    `a UE speaks ${transport} inside ESP`,
    missing,
    () => between(net + 2, transport, {}, registersAndTalks),
  );
}
