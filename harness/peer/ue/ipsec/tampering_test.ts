import assert from "node:assert/strict";
import { LocalMisuseError } from "../../../errors.ts";
import { IP_PROTOCOL } from "../../../wire/mod.ts";
import { ALICE, inWorld, type World } from "../testing/world.ts";
import type { EspTamper, IpsecOptions } from "./types.ts";

const BOB = "sip:bob@home1.example";
const octets = (text: string) => new TextEncoder().encode(text);

async function registered({ ue, run, pcscf }: World, more: Partial<IpsecOptions> = {}, transport?: "tcp") {
  const network = await pcscf();
  const security = { mechanism: "ipsec-3gpp", ...more } as const;
  const alice = await run(ue(ALICE, { security, ...(transport ? { transport } : {}) }));
  assert.equal((await run(alice.register())).ok, true);
  return { network, alice, ipsec: alice.ipsec! };
}

const TAMPERINGS: readonly (readonly [string, EspTamper, string])[] = [
  ["a wrong ICV", { icv: "wrong" }, "icv"],
  ["an unknown SPI", { spi: 0xdeadbeef }, "unknown-spi"],
  ["a dummy packet", { nextHeader: IP_PROTOCOL.none }, "dummy"],
  ["another protocol", { nextHeader: IP_PROTOCOL.icmp }, "protocol"],
  ["a sequence number that was used", { sequence: 1 }, "replay"],
  ["a flipped bit", { packet: (esp) => esp.with(20, esp[20]! ^ 1) }, "icv"],
  ["a packet that is too short", { packet: (esp) => esp.subarray(0, 7) }, "short"],
  ["tunnel mode", { mode: "tunnel" }, "opened"],
];

for (const [what, esp, result] of TAMPERINGS) {
  Deno.test(`esp sends ${what}`, () =>
    inWorld(async (world) => {
      const { network, alice } = await registered(world);
      const { run } = world;
      const before = network.arrivals.length;
      const exchange = await alice.request("MESSAGE", BOB, { esp });
      const unanswered = await run(exchange.unanswered());
      assert.equal(network.arrivals[before]?.result, result);
      assert.equal(unanswered, result !== "opened");
      assert.equal((await run(alice.message(BOB, "as it should be"))).status, 200);
    }));
}

Deno.test("esp sends under other keys, those of another pair or registration too", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registered(world);
    const { run } = world;
    const set = ipsec.current!;
    assert.deepEqual(ipsec.keys(set), set.keys);
    const wrong = [
      ipsec.keys(set, { ik: set.ck }),
      ipsec.keys({ alg: "hmac-sha-1-96", ealg: "null" }),
      { ...set.keys, integrityKey: new Uint8Array(20).fill(7) },
    ];
    for (const keys of wrong) {
      const before = network.arrivals.length;
      const exchange = await alice.request("MESSAGE", BOB, { esp: { keys } });
      assert.equal(await run(exchange.unanswered()), true);
      assert.notEqual(network.arrivals[before]?.result, "opened");
    }
    assert.throws(() => ipsec.keys({ alg: "rot13", ealg: "null" }), LocalMisuseError);
  }));

Deno.test("esp repeats a packet, loses it, and sends it from elsewhere", () =>
  inWorld(async (world) => {
    const { network, alice } = await registered(world);
    const { run } = world;
    const results = () => network.arrivals.slice(-2).map(({ result }) => result);
    await run((await alice.request("MESSAGE", BOB, { esp: { copies: 2 } })).final());
    assert.deepEqual(results(), ["opened", "replay"]);
    const before = network.arrivals.length;
    const lost = await alice.request("MESSAGE", BOB, { esp: { copies: 0 } });
    assert.equal(await run(lost.unanswered(400)), true);
    assert.equal(network.arrivals.length, before);
    await alice.ipsec!.sendOctets(alice.ipsec!.packet(-1));
    assert.equal(await run(lost.unanswered()), false);
    assert.equal(network.of("MESSAGE").length, 2);
    await alice.request("MESSAGE", BOB, { esp: { sourceAddress: "10.1.0.99" } });
    await run(alice.silent("NOTHING", 10));
    assert.equal(network.arrivals.at(-1)?.from.address, "10.1.0.99");
  }));

Deno.test("esp holds for a TCP connection until the next message on it", () =>
  inWorld(async (world) => {
    const { network, alice } = await registered(world, {}, "tcp");
    const { run } = world;
    const exchange = await alice.request("MESSAGE", BOB, { esp: { icv: "wrong" } });
    assert.equal(await run(exchange.unanswered()), true);
    assert.ok(network.arrivals.filter(({ result }) => result === "icv").length >= 1);
    // The connection has not lost anything: it goes on where it was.
    assert.equal((await run(alice.message(BOB, "again"))).status, 200);
    assert.equal((await run(exchange.final())).status, 200);
  }, "tcp"));

Deno.test("again() repeats packets as they were, sent counts them", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registered(world);
    const { run } = world;
    await run(alice.message(BOB, "one"));
    const { sent } = ipsec;
    assert.equal(sent, 2);
    await ipsec.again(-1);
    await ipsec.again(0, { sourceAddress: "10.1.0.98" });
    await run(alice.silent("NOTHING", 10));
    assert.deepEqual(network.arrivals.map(({ result }) => result), ["opened", "opened", "replay", "replay"]);
    assert.equal(ipsec.sent, 4);
    await assert.rejects(ipsec.again(9), /Packet "9" was not sent; 4 were sent/);
  }));

Deno.test("send() makes datagrams from and to any port, under an SA or in the clear", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registered(world);
    const { run } = world;
    const set = ipsec.current!;
    const inner = async () => {
      await run(alice.silent("NOTHING", 10));
      const { remote, local } = network.arrivals.at(-1)!.inner!;
      return [remote.port, local.port];
    };
    const message = alice.draft.request("MESSAGE", BOB).toBytes();
    await ipsec.send(message);
    assert.deepEqual(await inner(), [set.portUc, set.portPs]);
    assert.equal(network.of("MESSAGE").length, 1);
    await ipsec.send(octets("nonsense"), { fromPort: set.portUs, toPort: set.portPc });
    assert.deepEqual(await inner(), [set.portUs, set.portPc]);
    assert.equal(network.arrivals.at(-1)?.spi, set.spiPc);
    await ipsec.send(octets("nonsense"), { toPort: 5060, esp: { spi: set.spiPc } });
    await run(alice.silent("NOTHING", 10));
    assert.equal(network.arrivals.at(-1)?.spi, set.spiPc);

    const before = network.arrivals.length;
    await ipsec.send(message, { way: "clear" });
    await ipsec.send(message, { way: "clear-to-protected", fromPort: set.portUc });
    await run(alice.silent("NOTHING", 10));
    assert.equal(network.arrivals.length, before);
    assert.equal(network.unprotected.at(-1)?.method, "MESSAGE");
    await assert.rejects(ipsec.send(message, { over: "tcp" }), LocalMisuseError);
    await assert.rejects(ipsec.send(message, { way: "clear", fromPort: 1 }), /no udp socket on port "1"/);
  }));

Deno.test("connects() tells who accepts a connection", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registered(world);
    const { run } = world;
    assert.equal(await run(ipsec.connects()), true);
    assert.equal(await run(ipsec.connects({ way: { set: "set 1" } })), true);
    const exchange = await alice.request("MESSAGE", BOB, { over: "tcp" });
    assert.equal((await run(exchange.final())).status, 200);
    assert.equal(await run(ipsec.connects({ from: "port-us" })), false); // nobody listens on port_pc
    assert.equal(await run(ipsec.connects({ way: "clear-to-protected" })), false);
    assert.equal((await run(alice.message(BOB, "UDP goes on"))).status, 200);
    assert.equal(network.of("MESSAGE").length, 2);
  }));

Deno.test("packets of somebody else under SPIs that the UE does not have are nobody's strays", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registered(world);
    const { run } = world;
    const { local, remote } = network.flowTo(network.latest);
    const arrived = ipsec.arrivals.length;
    const send = (more: object) =>
      network.host.sendPacket({ local, remote, sa: network.latest.toUs, payload: octets("x"), ...more });
    await send({ overrides: { spi: 5 }, sourceAddress: "192.0.2.99" });
    await run(alice.silent("NOTHING", 10));
    assert.equal(ipsec.arrivals.length, arrived);
    await send({ overrides: { icv: "wrong" }, sourceAddress: "192.0.2.99" });
    await run(alice.silent("NOTHING", 10));
    assert.deepEqual(ipsec.strays.map(({ result }) => result), ["icv"]);
  }));

Deno.test("what the network sends wrongly is kept: wrong ICV, replays, dummies, foreign ports", () =>
  inWorld(async (world) => {
    const { network, alice, ipsec } = await registered(world);
    const { run } = world;
    const set = network.latest;
    const message = () => network.build("MESSAGE", alice.contact.match(/<([^>]+)>/)![1]!).toBytes();
    const { local, remote } = network.flowTo(set);
    const send = (more: object) =>
      network.host.sendPacket({ local, remote, sa: set.toUs, payload: message(), ...more });
    await send({ overrides: { icv: "wrong" } });
    await send({ copies: 2 });
    await send({ nextHeader: IP_PROTOCOL.none });
    await send({ local: { ...local, port: 9999 } });
    await send({ remote: { ...remote, port: ipsec.current!.portUc } });
    await send({ overrides: { spi: 5 } });
    assert.equal((await run(alice.incoming("MESSAGE"))).request.method, "MESSAGE");
    await run(alice.silent("NOTHING", 10));
    assert.deepEqual(ipsec.strays.map(({ result }) => result), [
      "icv",
      "replay",
      "dummy",
      "selector",
      "selector",
      "unknown-spi",
    ]);
    assert.equal(await run(alice.silent("MESSAGE", 10)), true);
    // SM12 had number 1; a packet with a wrong ICV has its number all the same.
    assert.deepEqual(ipsec.sequences(ipsec.current!.spiUs), [1, 2, 3, 3, 4, 5, 6]);
    assert.equal(ipsec.arrivals.length, 8);
    assert.equal(ipsec.arrivals[0]?.inner?.mode, "transport");
  }));

Deno.test("espSa gives Wireshark the keys of all SAs", () =>
  inWorld(async (world) => {
    const { ipsec } = await registered(world);
    const { spiUc, spiPs } = ipsec.current!;
    assert.equal(ipsec.espSa.length, 4);
    const hex = (spi: number) => `"0x${spi.toString(16).padStart(8, "0")}"`;
    assert.ok(ipsec.espSa.some((line) => line.startsWith(`"IPv4","*","10.0.0.1",${hex(spiPs)},"AES-CBC`)));
    assert.ok(ipsec.espSa.some((line) => line.startsWith(`"IPv4","10.0.0.1","*",${hex(spiUc)},"AES-CBC`)));
  }));

Deno.test("tamper alters what a protected message says", () =>
  inWorld(async (world) => {
    const { network, alice } = await registered(world);
    const { run } = world;
    await run(alice.register({
      answer: { tamper: (request) => void request.set("Security-Verify", "tls;q=0.1") },
    }));
    assert.equal(network.of("REGISTER").at(-1)?.message.get("Security-Verify"), "tls;q=0.1");
    assert.equal(network.of("REGISTER").at(-1)?.set?.n, 2);
  }));
