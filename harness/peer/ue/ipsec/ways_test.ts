import assert from "node:assert/strict";
import type { SipRequest } from "sip-codec";
import { LocalMisuseError, PeerViolation } from "../../../errors.ts";
import { answer } from "../testing/scripted_network.ts";
import type { ScriptedPcscf } from "../testing/scripted_pcscf.ts";
import { ALICE, inWorld, type World } from "../testing/world.ts";
import type { IpsecOptions } from "./types.ts";

const BOB = "sip:bob@home1.example";

/** A UE with the SAs of two registrations: "set 1" is old and "set 2" current. */
async function registeredTwice({ ue, run, pcscf }: World, more: Partial<IpsecOptions> = {}) {
  const network = await pcscf();
  const alice = await run(ue(ALICE, { security: { mechanism: "ipsec-3gpp", ...more } }));
  await run(alice.register());
  await run(alice.register());
  return { network, alice, ipsec: alice.ipsec! };
}

/** Which set each request of the method came under, by number. */
function setsOf(network: ScriptedPcscf, method: string): (number | undefined)[] {
  return network.of(method).map(({ set }) => set?.n);
}

Deno.test("way sends a request under any set, also under one that was deleted", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registeredTwice(world);
    const { run } = world;
    const old = ipsec.old!;
    const message = async (way: "old" | "current" | { set: string }) => {
      const exchange = await alice.request("MESSAGE", BOB, { way });
      return (await run(exchange.final())).status;
    };
    assert.equal(await message("old"), 200);
    assert.equal(old.state, "old"); // nothing has come under the current set after SM12
    assert.equal(await message("current"), 200);
    assert.equal(old.state, "deleted");
    assert.equal(await message("old"), 200);
    assert.equal(await message({ set: "set 1" }), 200);
    assert.deepEqual(setsOf(network, "MESSAGE"), [1, 2, 1, 1]);
    await assert.rejects(
      message({ set: "set 9" }),
      /no SA set "set 9"; there is "set 1" \(deleted\), "set 2" \(current\)/,
    );
    await assert.rejects(run(alice.register({ way: "new" })), LocalMisuseError);
  }));

Deno.test("way sends SM1 and SM7 where they do not belong", () =>
  inWorld(async (world) => {
    const { network, alice } = await registeredTwice(world);
    const { run } = world;
    const challenge = await run(alice.challenge({ way: "clear" }));
    assert.equal(setsOf(network, "REGISTER").at(-1), undefined);
    assert.match(challenge.request.get("Via") ?? "", new RegExp(`:${alice.local.port};`));
    assert.equal(challenge.request.has("Security-Verify"), false);
    const onOld = await run(alice.answer(challenge, { way: "current" }));
    assert.equal(setsOf(network, "REGISTER").at(-1), 2);
    assert.equal(onOld.response.status, 401); // this network takes it for a new SM1
    const inClear = await run(alice.answer(challenge, { way: "clear" }));
    assert.equal(setsOf(network, "REGISTER").at(-1), undefined);
    assert.equal(inClear.ok, false);
  }));

Deno.test("an SM1 in the clear is answered in the clear, and its SM7 may be too (7.4.2a)", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registeredTwice(world);
    const { run } = world;
    network.options = {
      // A P-CSCF that sends what failed after SM7 the way SM1 came.
      reroute: (response) =>
        response.status === 403 ? { set: undefined, flow: network.clearFlow() } : undefined,
    };
    const refused = await run(alice.register({ way: "clear", answer: { res: "wrong" } }));
    assert.equal(refused.response.status, 403);
    assert.deepEqual(ipsec.carried(refused.response), { protected: false });
    assert.equal(ipsec.discarded.length, 0);
  }));

Deno.test("clear-to-protected goes from the unprotected port to port_ps", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registeredTwice(world);
    const { run, net, clock } = world;
    const at = { address: "10.0.0.1", port: ipsec.current!.portPs };
    await network.close();
    const socket = await net.open("udp", { local: at, clock });
    const exchange = await alice.request("MESSAGE", BOB, { way: "clear-to-protected" });
    const incoming = await run(socket.receive());
    assert.deepEqual(incoming?.flow.remote, alice.local);
    assert.equal(await run(exchange.unanswered()), true);
    await socket.close();
  }));

for (const wrongSa of ["discard", "take"] as const) {
  Deno.test(`an SM12 in the clear is noted; wrongSa "${wrongSa}"`, () =>
    inWorld(async ({ ue, run, pcscf }) => {
      const network = await pcscf();
      network.options = {
        reroute: (response) =>
          response.status === 200 ? { set: undefined, flow: network.clearFlow() } : undefined,
      };
      const alice = await run(ue(ALICE, { security: { mechanism: "ipsec-3gpp", wrongSa } }));
      const registering = alice.register();
      const found = await run(alice.ipsec!.nextDiscarded());
      assert.equal(
        found?.why,
        '200 came in the clear, needs to come under "set 1" (new) as its request went (7.4.1a)',
      );
      assert.deepEqual(found?.carried, { protected: false });
      if (wrongSa === "discard") {
        await assert.rejects(run(registering), { name: "NoAnswer" });
        assert.equal(alice.ipsec?.current, undefined);
        return;
      }
      const { ok, response } = await run(registering);
      assert.equal(ok, true);
      assert.deepEqual(alice.ipsec?.carried(response), { protected: false });
      assert.equal(alice.ipsec?.current?.name, "set 1");
    }));
}

Deno.test("an answer by a wrong way is no silence", () =>
  inWorld(async (world) => {
    const { network, alice } = await registeredTwice(world);
    const { run } = world;
    const [first] = network.sets;
    network.options = { reroute: () => ({ set: first, flow: network.flowTo(first!) }) };
    const exchange = await alice.request("MESSAGE", BOB);
    assert.equal(await run(exchange.unanswered()), false);
    assert.deepEqual(exchange.responses, []);
    assert.equal(exchange.discarded[0]?.status, 200);
    await alice.close();
    await assert.rejects(exchange.final());
  }));

Deno.test("requests of the network are taken under the current and the old SAs, and under no others", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registeredTwice(world);
    const { run } = world;
    const [first, second] = network.sets;
    await network.request("MESSAGE", first!);
    const onOld = await run(alice.incoming("MESSAGE"));
    const carried = ipsec.carried(onOld.request);
    assert.ok(carried.protected && carried.set === ipsec.old && carried.at === "port-us");
    await onOld.respond(200);
    await run(alice.silent("NOTHING", 10));
    assert.equal(network.heard.at(-1)?.set, first); // "responses go as their requests came"

    await network.request("MESSAGE", second!);
    const onCurrent = await run(alice.incoming("MESSAGE"));
    assert.equal(ipsec.old?.name, undefined);
    await onCurrent.respond(200);

    await run(alice.challenge());
    await network.request("INFO", network.latest);
    assert.match(
      (await run(ipsec.nextDiscarded()))?.why ?? "",
      /INFO came under "set 3" \(new\), before SM12/,
    );
    await network.send(
      network.build("INFO", alice.contact.match(/<([^>]+)>/)![1]!),
      { set: undefined, flow: network.clearFlow(ipsec.current!.portUs) },
    );
    const inClear = await run(ipsec.nextDiscarded());
    assert.match(inClear?.why ?? "", /INFO came in the clear/);
    assert.equal(inClear?.flow.local.port, ipsec.current!.portUs);
    assert.equal(await run(alice.silent("INFO", 10)), true);

    await network.request("INFO", first!);
    await run(alice.silent("NOTHING", 10));
    assert.equal(ipsec.strays.at(-1)?.result, "deleted");
  }));

Deno.test("a pending transaction keeps the old SAs, and its response goes by them (7.4.1a)", () =>
  inWorld(async (world) => {
    const { ue, run, pcscf } = world;
    const network = await pcscf();
    const alice = await run(ue(ALICE, { security: "ipsec-3gpp" }));
    await run(alice.register());
    network.scripts.set("INVITE", (request) => answer(request, 180));
    const call = await alice.invite(BOB);
    await run(call.exchange!.until(180));
    await network.request("OPTIONS", network.latest, "udp", { Supported: "timer" });
    await run(alice.register());
    await run(alice.message(BOB, "on the new one"));
    assert.deepEqual(alice.ipsec?.sets.map(({ state }) => state), ["old", "current"]);
    const [first] = network.sets;
    await network.send(answer(call.exchange!.request, 486), { set: first, flow: network.flowTo(first!) });
    assert.equal((await run(call.answered())).status, 486);
    assert.equal(setsOf(network, "ACK").at(-1), 1);
    assert.deepEqual(alice.ipsec?.sets.map(({ state }) => state), ["deleted", "current"]);
  }));

Deno.test("a response takes another way where a case says so", () =>
  inWorld(async (world) => {
    const { network, alice } = await registeredTwice(world);
    const { run } = world;
    const heard = async () => {
      await run(alice.silent("NOTHING", 10));
      return network.heard.at(-1);
    };
    await network.request("MESSAGE", network.latest);
    const first = await run(alice.incoming("MESSAGE"));
    await first.respond(200, { way: "old" });
    assert.equal((await heard())?.set?.n, 1);

    await network.request("MESSAGE", network.latest);
    const second = await run(alice.incoming("MESSAGE"));
    await second.respond(200, { esp: { icv: "wrong" } });
    await heard();
    assert.equal(network.arrivals.at(-1)?.result, "icv");

    await network.request("MESSAGE", network.latest);
    const third = await run(alice.incoming("MESSAGE"));
    const before = network.heard.length;
    await third.respond(200, { way: "clear" });
    await heard();
    assert.equal(network.heard.length, before);
    assert.equal(network.clearResponses.length, 1);
  }));

Deno.test("forget() loses SAs without a word, and the next SM1 is in the clear with other ports", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registeredTwice(world);
    const { run } = world;
    const lost = ipsec.current!;
    ipsec.forget(ipsec.old);
    assert.equal(ipsec.old, undefined);
    assert.equal(ipsec.current, lost);
    ipsec.forget();
    assert.equal(ipsec.current, undefined);
    assert.equal((await run(alice.register())).ok, true);
    assert.deepEqual(setsOf(network, "REGISTER").slice(-2), [undefined, 3]);
    assert.notEqual(alice.ipsec!.current!.portUs, lost.portUs);
    assert.throws(() => ipsec.forget({ ...lost }), LocalMisuseError);
  }));

Deno.test("send() and sendRaw() go under the SAs too, or where they are told to", () =>
  inWorld(async (world) => {
    const { network, alice } = await registeredTwice(world);
    const { run } = world;
    const request = alice.draft.request("MESSAGE", BOB);
    assert.equal((await run((await alice.send(request, { way: "old" })).final())).status, 200);
    await alice.sendRaw(alice.draft.request("MESSAGE", BOB).toBytes());
    assert.ok(await run(alice.stray()));
    assert.deepEqual(setsOf(network, "MESSAGE"), [1, 2]);

    const sm1 = alice.draft.register();
    const exchange = await alice.send(sm1, { way: "clear" });
    const challenge = alice.takeApart(await run(exchange.final()), exchange.request);
    assert.equal(challenge.request.get("Security-Client"), alice.ipsec?.client[0]);
    assert.equal((await run(alice.answer(challenge))).ok, true);
  }));

Deno.test("calls go under the SAs in both directions", () =>
  inWorld(async (world) => {
    const { network, alice } = await registeredTwice(world);
    const { run } = world;
    network.scripts.set("INVITE", (request) => {
      const ok = answer(request, 200, { Contact: "<sip:bob@10.0.0.1:7777>" });
      return ok;
    });
    const call = await alice.invite(BOB);
    assert.equal((await run(call.answered())).status, 200);
    assert.equal((await run(call.hangUp({ way: "current" }))).status, 200);
    assert.deepEqual(["INVITE", "ACK", "BYE"].map((method) => setsOf(network, method)), [[2], [2], [2]]);
    const ack = network.of("ACK")[0]?.message as SipRequest;
    assert.equal(ack.has("Proxy-Require"), false);
    assert.equal(ack.via?.params.has("rport"), false);
    assert.equal(ack.via?.port, alice.ipsec?.current?.portUs);

    await network.request("INVITE", network.latest);
    const incoming = await run(alice.acceptCall());
    await run(alice.silent("NOTHING", 10));
    assert.equal(network.heard.at(-1)?.set?.n, 2);
    assert.ok(incoming.established);
  }));

Deno.test("carried() is for what came", () =>
  inWorld(async (world) => {
    const { alice, ipsec } = await registeredTwice(world);
    assert.throws(() => ipsec.carried(alice.draft.register()), LocalMisuseError);
    const foreign = alice.takeApart(answer(alice.draft.register(), 401), alice.draft.register());
    await assert.rejects(world.run(alice.answer(foreign)), PeerViolation);
  }));
