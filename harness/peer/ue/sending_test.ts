import assert from "node:assert/strict";
import { LocalMisuseError } from "../../errors.ts";
import { answer } from "./testing/scripted_network.ts";
import { ALICE, inWorld } from "./testing/world.ts";

const BOB = "sip:bob@home1.example";

Deno.test("a UE without security knows the way in the clear, and no other", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("OPTIONS", (request) => answer(request, 200));
    const alice = await run(ue(ALICE));
    const exchange = await alice.request("OPTIONS", BOB, { way: "clear" });
    assert.equal((await run(exchange.final())).status, 200);
    const refused = (error: unknown) =>
      error instanceof LocalMisuseError &&
      /no security has no way "current"; it has "clear"/.test(error.message);
    await assert.rejects(() => alice.request("OPTIONS", BOB, { way: "current" }), refused);
  }));

Deno.test("a UE with IPsec has no ways of TLS", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    await pcscf();
    const alice = await run(ue(ALICE, { security: "ipsec-3gpp" }));
    assert.equal((await run(alice.register())).ok, true);
    await assert.rejects(() => alice.request("OPTIONS", BOB, { way: "connect" }), (error) =>
      error instanceof LocalMisuseError &&
      /no way "connect"; it has "clear", "clear-to-protected"/.test(error.message));
  }));
