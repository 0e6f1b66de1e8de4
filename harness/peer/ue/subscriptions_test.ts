import assert from "node:assert/strict";
import type { SipRequest } from "sip-codec";
import { LocalMisuseError } from "../../errors.ts";
import { granted } from "./testing/registrar.ts";
import { answer, type ScriptedNetwork } from "./testing/scripted_network.ts";
import { DORA, inWorld } from "./testing/world.ts";

const OK = { Contact: "<sip:scscf@10.0.0.1:5060>", Expires: "600000" };

const notifyFor = (network: ScriptedNetwork, subscribe: SipRequest, seq: number): SipRequest =>
  network.request("NOTIFY", "sip:dora@10.2.0.1", {
    "Call-ID": subscribe.callId!,
    From: `${subscribe.get("To")};tag=net`,
    To: subscribe.get("From")!,
    CSeq: `${seq} NOTIFY`,
    Event: "reg",
    "Subscription-State": "active;expires=600000",
  });

Deno.test("subscribeReg() subscribes to the own IMPU; a NOTIFY may come before the 200", () =>
  inWorld(async ({ network, ue, run, clock }) => {
    network.on("REGISTER", (request) => granted(request))
      .on("SUBSCRIBE", (request) => [notifyFor(network, request, 1), answer(request, 200, OK)]);
    const dora = await ue(DORA);
    await run(dora.register());
    const subscription = await run(dora.subscribeReg());
    assert.equal(subscription.response.status, 200);
    assert.equal((await run(subscription.notify())).cseq?.seq, 1);
    await clock.advance(1);
    const [subscribe] = network.of("SUBSCRIBE");
    assert.equal(subscribe?.requestUri, "sip:dora@home1.example");
    assert.equal(subscribe?.get("Event"), "reg");
    assert.equal(subscribe?.get("Accept"), "application/reginfo+xml");
    assert.equal(subscribe?.get("Expires"), "600000");
    assert.equal(network.responses[0]?.status, 200);

    await network.send(notifyFor(network, subscribe!, 2));
    assert.equal((await run(subscription.notify())).cseq?.seq, 2);
    await assert.rejects(run(subscription.notify(20)), /Waited 20 ms for a request "NOTIFY"/);
    assert.equal(await run(dora.silent()), true);

    const ended = await run(subscription.unsubscribe());
    assert.equal(ended.status, 200);
    const last = network.of("SUBSCRIBE").at(-1);
    assert.equal(last?.get("Expires"), "0");
    assert.equal(last?.get("Event"), "reg");
    assert.equal(last?.requestUri, "sip:scscf@10.0.0.1:5060");
    assert.equal(last?.cseq?.seq, 2);
  }));

Deno.test("subscribe() gives a refusal as it is", () =>
  inWorld(async ({ network, ue, run }) => {
    network.on("SUBSCRIBE", (request) => answer(request, 403));
    const dora = await ue(DORA);
    const subscription = await run(dora.subscribe("sip:bob@home1.example", "presence", { expires: 60 }));
    assert.equal(subscription.response.status, 403);
    await assert.rejects(subscription.unsubscribe(), LocalMisuseError);
  }));
