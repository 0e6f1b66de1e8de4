import assert from "node:assert/strict";
import { ALICE, inWorld } from "../testing/world.ts";

const IPSEC = { security: "ipsec-3gpp" } as const;

Deno.test("register() sends SM1 in the clear and SM7 under the SAs that SM6 made (TS 33.203 7.2)", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    const registered = await run(alice.register());
    assert.equal(registered.ok, true);
    const [sm1, sm7] = network.of("REGISTER");
    assert.equal(sm1?.set, undefined);
    assert.equal(sm7?.set, network.latest);
  }));
