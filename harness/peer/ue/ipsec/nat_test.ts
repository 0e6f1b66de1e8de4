import assert from "node:assert/strict";
import type { SipRequest } from "sip-codec";
import { LocalMisuseError } from "../../../errors.ts";
import { NAT_KEEPALIVE, parseEspHeader } from "../../../wire/esp.ts";
import { ALICE, inWorld, type World } from "../testing/world.ts";
import type { IpsecOptions } from "./types.ts";

const BOB = "sip:bob@home1.example";
const UE = "10.1.0.1";

async function behindNat({ ue, run, pcscf }: World, more: Partial<IpsecOptions> = {}, transport?: "tcp") {
  const network = await pcscf();
  const security = { mechanism: "ipsec-3gpp", nat: true, ...more } as const;
  const alice = await run(ue(ALICE, { security, ...(transport ? { transport } : {}) }));
  return { network, alice, ipsec: alice.ipsec! };
}

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`behind a NAT a UE goes on in UDP-encapsulated tunnel mode, over ${transport} (M.7)`, () =>
    inWorld(async (world) => {
      const { network, alice, ipsec } = await behindNat(world, {}, transport === "tcp" ? "tcp" : undefined);
      const { run } = world;
      assert.equal((await run(alice.register())).ok, true);
      const [first, answered] = network.of("REGISTER");
      const [sm1, sm7] = [first?.message as SipRequest, answered?.message as SipRequest];
      const hidden = ipsec.nat!.privateAddress;
      assert.match(hidden, /^192\.168\./);
      assert.deepEqual(sm1.securityClient.map(({ params }) => params.get("mod")), [
        ...Array(4).fill("trans"),
        ...Array(4).fill("UDP-enc-tun"),
      ]);
      assert.equal(sm1.via?.host, hidden);
      assert.match(sm1.get("Contact") ?? "", new RegExp(`@${hidden}:`));
      assert.equal(first?.flow.remote.address, UE);
      assert.notEqual(first?.flow.remote.port, sm1.via?.port);

      const set = ipsec.current!;
      assert.equal(set.mode, "UDP-enc-tun");
      assert.equal(sm7.via?.host, UE);
      assert.equal(sm7.via?.port, set.portUs);
      assert.match(sm7.get("Contact") ?? "", new RegExp(`@${UE}:${set.portUs}[;>]`));
      assert.equal(sm7.get("Security-Client"), sm1.get("Security-Client"));
      const arrival = network.arrivals.find(({ inner }) => inner)!;
      assert.equal(arrival.carrier, "udp");
      assert.equal(arrival.inner?.mode, "tunnel");
      assert.deepEqual(arrival.inner?.remote, { address: UE, port: set.portUc });
      assert.deepEqual(arrival.from, ipsec.nat?.public);
      assert.notEqual(arrival.from.port, 4500);

      await network.request("MESSAGE", network.latest, transport);
      await run(alice.incoming("MESSAGE").then((incoming) => incoming.respond(200)));
      assert.equal((await run(alice.message(BOB, "out"))).status, 200);
      const down = ipsec.arrivals.at(-1);
      assert.deepEqual([down?.from, down?.inner?.mode], [{ address: "10.0.0.1", port: 4500 }, "tunnel"]);
      assert.deepEqual(down?.to, { address: hidden, port: 4500 });
    }, transport));
}

Deno.test("a re-registration in a tunnel stays in it, at the public address (M.7.4.1a)", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await behindNat(world);
    const { run } = world;
    await run(alice.register());
    await run(alice.register());
    assert.deepEqual(ipsec.sets.map(({ mode, state }) => `${mode} ${state}`), [
      "UDP-enc-tun old",
      "UDP-enc-tun current",
    ]);
    const sm1 = network.of("REGISTER")[2];
    assert.equal(sm1?.set?.n, 1);
    assert.equal((sm1?.message as SipRequest).via?.host, UE);
  }));

Deno.test("rebind() moves the UE to another port, where the network finds it after its next packet", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await behindNat(world);
    const { run } = world;
    await run(alice.register());
    const before = ipsec.nat!.public;
    await ipsec.nat!.rebind();
    assert.notDeepEqual(ipsec.nat!.public, before);
    await network.request("MESSAGE", network.latest);
    assert.equal(await run(alice.silent("MESSAGE")), true);
    assert.equal((await run(alice.message(BOB, "here I am"))).status, 200);
    assert.deepEqual(network.latest.outer, ipsec.nat!.public);
    await network.request("INFO", network.latest);
    assert.equal((await run(alice.incoming("INFO"))).request.method, "INFO");
  }));

Deno.test("keep-alives go out from SM7 on, every 20 s, and when a case says so (RFC 3948 4)", () =>
  inWorld(async (world) => {
    const { alice, ipsec } = await behindNat(world);
    const { run, clock, tapped } = world;
    const keepAlives = () =>
      tapped.filter(({ direction, layer, bytes }) =>
        direction === "out" && layer !== "sip" && bytes.length === 1 && bytes[0] === NAT_KEEPALIVE[0]
      ).length;
    await run(alice.challenge());
    assert.equal(keepAlives(), 0);
    await run(alice.register());
    assert.equal(keepAlives(), 1);
    await clock.advance(40_000);
    assert.equal(keepAlives(), 3);
    await ipsec.nat!.keepAlive();
    assert.equal(keepAlives(), 4);
    await run(alice.deregister());
    await clock.advance(60_000);
    assert.equal(keepAlives(), 4);
  }));

Deno.test("a UE that was not told the mode behind a NAT does not go on (M.7.2)", () =>
  inWorld(async (world) => {
    const { network, alice } = await behindNat(world);
    const { run } = world;
    network.options = { server: (elements) => elements.map((text) => text.replace(/;mod=[^;]+/, "")) };
    assert.match((await run(alice.register())).abandoned ?? "", /no mode is named, and there is a NAT/);
    network.options = { server: (elements) => elements.map((text) => text.replace("UDP-enc-tun", "trans")) };
    assert.match((await run(alice.register())).abandoned ?? "", /"trans", whose packets this UE does not/);
  }));

Deno.test("a UE without a NAT that offers both modes goes on in transport mode", () =>
  inWorld(async (world) => {
    const modes = ["trans", "UDP-enc-tun"] as const;
    const { network, alice, ipsec } = await behindNat(world, { nat: false, modes });
    const { run } = world;
    await run(alice.register());
    assert.equal(ipsec.current?.mode, "trans");
    assert.ok(network.arrivals.every(({ carrier }) => carrier === "raw"));
    // The other carrier is open all the same: for packets that go the wrong way.
    const exchange = await alice.request("MESSAGE", BOB, { esp: { carrier: "udp" } });
    await run(alice.silent("NOTHING", 10));
    assert.equal(network.arrivals.at(-1)?.carrier, "udp");
    assert.ok(exchange.request);
    await assert.rejects(run(ipsec.nat!.rebind()), LocalMisuseError);
  }));

Deno.test("esp and sendOctets() send what Annex M does not have", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await behindNat(world, { carriers: ["udp", "raw"] });
    const { run } = world;
    await run(alice.register());
    const last = async () => {
      await run(alice.silent("NOTHING", 10));
      return network.arrivals.at(-1)!;
    };
    await alice.request("MESSAGE", BOB, { esp: { innerSource: "192.168.1.1" } });
    assert.equal((await last()).inner?.remote.address, "192.168.1.1");
    await alice.request("MESSAGE", BOB, { esp: { carrier: "raw" } });
    assert.deepEqual([(await last()).carrier, (await last()).inner?.mode], ["raw", "transport"]);
    const count = network.arrivals.length;
    await alice.request("MESSAGE", BOB, { esp: { outer: { port: 4501 } } });
    await last();
    assert.equal(network.arrivals.length, count);

    await ipsec.again(0, { otherPort: true });
    const replayed = await last();
    assert.equal(replayed.result, "replay");
    assert.notDeepEqual(replayed.from, ipsec.nat?.public);
    await ipsec.sendOctets(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    assert.equal((await last()).result, "unknown-spi");
    assert.equal(parseEspHeader(ipsec.packet(-1)).spi, 0x01020304);
  }));

Deno.test("the private address may be told, and so may any way of SM7", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await behindNat(world, { nat: { privateAddress: "172.16.0.9" } });
    const { run } = world;
    const challenge = await run(alice.challenge());
    assert.equal(challenge.request.via?.host, "172.16.0.9");
    const sm7 = await run(alice.answer(challenge, { way: "clear" }));
    assert.equal(sm7.ok, false);
    const [, inClear] = network.of("REGISTER");
    assert.equal(inClear?.set, undefined);
    assert.equal((inClear?.message as SipRequest).via?.host, "172.16.0.9");
    assert.equal(ipsec.current, undefined);
  }));
