/** The UE on the machine's own sockets, and over links that lose. */
import assert from "node:assert/strict";
import { drive, systemClock, systemNet } from "../../net/mod.ts";
import { seededRandom } from "../../runner/random.ts";
import type { TransportName } from "../../net/types.ts";
import { akaRegistrar } from "./testing/registrar.ts";
import { answer, ScriptedNetwork } from "./testing/scripted_network.ts";
import { ALICE, inWorld, PROFILE } from "./testing/world.ts";
import { createUe } from "./ue.ts";

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`a UE registers and sends over the machine's ${transport} sockets`, async () => {
    const network = new ScriptedNetwork(systemNet, systemClock, transport, { address: "127.0.0.1", port: 0 });
    const remote = await network.open();
    network.on("REGISTER", akaRegistrar()).on("MESSAGE", (request) => answer(request, 202));
    const ue = await createUe({
      net: systemNet,
      clock: systemClock,
      drive,
      profile: { ...PROFILE, entry: { "p-cscf": { [transport as TransportName]: remote } } },
      subscriber: ALICE,
      options: { local: { address: "127.0.0.1" } },
      random: seededRandom("sockets", transport),
    });
    try {
      assert.equal(ue.transport, transport);
      assert.equal((await ue.register()).ok, true);
      assert.equal((await ue.message("sip:bob@home1.example", "hello")).status, 202);
    } finally {
      await ue.close();
      await network.close();
    }
  });
}

Deno.test("a UE repeats what is lost, and the network what it loses", () =>
  inWorld(
    async ({ ue, run, network }) => {
      network.on("REGISTER", akaRegistrar());
      const alice = await ue(ALICE);
      assert.equal((await run(alice.register())).ok, true);
      assert.equal(network.of("REGISTER").length, 2);
    },
    "udp",
    ({ n, from }) => n === 0 ? [] : from.address === "10.0.0.1" ? [5, 9] : [5],
  ));
