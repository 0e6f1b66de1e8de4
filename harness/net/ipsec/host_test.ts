/** The host in memory, under a clock that waits for nobody. */
import assert from "node:assert/strict";
import { EnvironmentError, LocalMisuseError } from "../../errors.ts";
import { parseEspHeader } from "../../wire/esp.ts";
import { IP_PROTOCOL, parseIp, TCP_FLAG } from "../../wire/mod.ts";
import { FakeClock } from "../clock_fake.ts";
import { type Link, MemoryNet } from "../memory.ts";
import { bytes, lineFramer, text } from "../testing/framers.ts";
import type { Endpoint } from "../types.ts";
import {
  briefly,
  counter,
  flow,
  framed,
  keysOf,
  lengthFramer,
  openPair,
  SPI_A,
  SPI_B,
  TestPolicy,
} from "./testing/pair.ts";
import type { IpsecOptions } from "./types.ts";

const UE = "10.0.0.1";
const PCSCF = "10.0.0.2";
const PORT_UC = 6000;
const PORT_PS = 5063;
const NAMES = { a: "spi:0x0a0a0a0a", b: "spi:0x0b0b0b0b" };

async function memory(carrier: "raw" | "udp" = "raw", link?: Link, more: Partial<IpsecOptions> = {}) {
  const clock = new FakeClock();
  const net = new MemoryNet(clock, link);
  const carriers = carrier === "raw" ? { raw: true } : { udp: {} };
  const pair = await openPair({ net, clock, addresses: [UE, PCSCF], carriers: [carriers, carriers], more });
  return { clock, net, ...pair };
}

for (const carrier of ["raw", "udp"] as const) {
  Deno.test(`${carrier}: a message goes each way inside ESP, and both views are told`, async () => {
    const { a, b, close } = await memory(carrier);
    const ue = await a.host.open("udp", { port: PORT_UC });
    const pcscf = await b.host.open("udp", { port: PORT_PS });
    await ue.send(bytes("REGISTER"), flow("udp", ue.local, pcscf.local));
    const incoming = await pcscf.receive();
    assert(incoming);
    assert.equal(text(incoming.bytes), "REGISTER");
    assert.deepEqual(incoming.flow, {
      transport: "udp",
      local: { address: PCSCF, port: PORT_PS },
      remote: { address: UE, port: PORT_UC },
      security: NAMES.b,
    });
    await pcscf.send(bytes("401"), incoming.flow);
    const answer = await ue.receive();
    assert.equal(answer?.flow.security, NAMES.a);
    assert.equal(text(answer?.bytes), "401");
    assert.deepEqual(briefly(a.told, "sip"), [`out 8 ${NAMES.b}`, `in 3 ${NAMES.a}`]);
    const esp = a.told.filter(({ layer }) => layer === "esp");
    assert.deepEqual(esp.map(({ direction }) => direction), ["out", "in"]);
    if (carrier === "raw") {
      const ip = parseIp(esp[0]!.bytes);
      assert.deepEqual([ip.source, ip.destination, ip.protocol], [UE, PCSCF, IP_PROTOCOL.esp]);
      assert.equal(parseEspHeader(ip.payload).spi, SPI_B);
      assert.deepEqual([esp[0]?.transport, esp[0]?.local.port], ["ip", 0]);
    } else {
      assert.equal(parseEspHeader(esp[0]!.bytes).spi, SPI_B);
      assert.deepEqual([esp[0]?.transport, esp[0]?.local.port, esp[0]?.remote.port], ["udp", 4500, 4500]);
    }
    const [arrival] = b.policy.arrivals;
    assert.equal(arrival?.result, "opened");
    assert.equal(arrival?.inner?.mode, carrier === "raw" ? "transport" : "tunnel");
    await close();
  });

  Deno.test(`${carrier}: TCP inside ESP carries messages of any size both ways on one connection`, async () => {
    const { clock, a, b, close } = await memory(carrier);
    const ue = await a.host.open("tcp", { port: PORT_UC, listen: false, framer: lengthFramer });
    const pcscf = await b.host.open("tcp", { port: PORT_PS, framer: lengthFramer });
    const large = framed(200_000);
    await clock.run(ue.send(large, flow("tcp", ue.local, pcscf.local)));
    const incoming = await clock.run(pcscf.receive());
    assert.deepEqual(incoming?.bytes, large);
    assert.equal(incoming?.flow.security, NAMES.b);
    assert.deepEqual(incoming?.flow.remote, { address: UE, port: PORT_UC });
    await clock.run(pcscf.send(framed(50, 1), incoming!.flow));
    const answer = await clock.run(ue.receive());
    assert.deepEqual(answer?.bytes, framed(50, 1));
    assert.equal(answer?.flow.security, NAMES.a);
    assert.deepEqual(briefly(a.told, "sip"), [`out 200000 ${NAMES.b}`, `in 50 ${NAMES.a}`]);
    assert.ok(a.told.filter(({ layer }) => layer === "esp").every((r) => r.bytes.length <= 1400));
    await clock.run(close());
    assert.equal(clock.waiting, 0);
  });
}

Deno.test("both carriers serve one socket; the way says which a packet takes", async () => {
  const clock = new FakeClock();
  const net = new MemoryNet(clock);
  const both = { raw: true, udp: {} };
  const { a, b, close } = await openPair({ net, clock, addresses: [UE, PCSCF], carriers: [both, both] });
  const ue = await a.host.open("udp", { port: PORT_UC });
  const pcscf = await b.host.open("udp", { port: PORT_PS });
  for (const carrier of ["raw", "udp"] as const) {
    a.policy.way = () => ({ sa: a.policy.out, carrier });
    await ue.send(bytes(carrier), flow("udp", ue.local, pcscf.local));
    assert.equal(text((await pcscf.receive())?.bytes), carrier);
    assert.equal(b.policy.arrivals.at(-1)?.carrier, carrier);
  }
  await close();
});

Deno.test("behind a NAT the inner address is the public one, and the answer goes where the packet came from", async () => {
  const clock = new FakeClock();
  const net = new MemoryNet(clock);
  const { a, b, close } = await openPair({
    net,
    clock,
    addresses: [UE, PCSCF],
    carriers: [{ udp: {} }, { udp: {} }],
  });
  const nat = await net.open("udp", { local: { address: "203.0.113.7", port: 31_000 }, clock });
  const forward = async (to: Endpoint) => {
    const got = await nat.receive();
    assert(got);
    await nat.send(got.bytes, flow("udp", nat.local, to));
  };
  const ue = await a.host.open("udp", { port: PORT_UC, address: "203.0.113.7" });
  const pcscf = await b.host.open("udp", { port: PORT_PS });
  a.policy.way = () => ({ sa: a.policy.out, outer: nat.local });
  await ue.send(bytes("SM7"), flow("udp", ue.local, pcscf.local));
  await forward({ address: PCSCF, port: 4500 });
  const incoming = await pcscf.receive();
  assert.deepEqual(incoming?.flow.remote, { address: "203.0.113.7", port: PORT_UC });
  const { from } = b.policy.arrivals[0]!;
  assert.deepEqual(from, nat.local);
  b.policy.way = () => ({ sa: b.policy.out, outer: from });
  await pcscf.send(bytes("SM12"), incoming!.flow);
  await forward({ address: UE, port: 4500 });
  const answer = await ue.receive();
  assert.deepEqual([text(answer?.bytes), answer?.flow.local.address], ["SM12", "203.0.113.7"]);
  await nat.close();
  await close();
});

Deno.test("wrong packets are told with what is wrong, and reach nobody", async () => {
  const { a, b, close } = await memory();
  const pcscf = await b.host.open("udp", { port: PORT_PS });
  const local = { address: UE, port: PORT_UC };
  const remote = pcscf.local;
  const payload = bytes("X");
  const wrongKeys = { ...keysOf(), integrityKey: new Uint8Array(20) };
  const first = await a.host.sendPacket({ local, remote, payload });
  assert.equal(text((await pcscf.receive())?.bytes), "X");
  await a.host.sendEsp(first, { to: remote });
  await a.host.sendPacket({ local, remote, payload, overrides: { icv: "wrong" } });
  await a.host.sendPacket({ local, remote, payload, overrides: { spi: 0x77 } });
  await a.host.sendPacket({
    local,
    remote,
    payload,
    overrides: { keys: wrongKeys },
  });
  await a.host.sendPacket({ local, remote, payload, nextHeader: IP_PROTOCOL.none });
  await a.host.sendPacket({ local, remote, payload, nextHeader: 89 });
  await a.host.sendPacket({ local, remote, payload, nextHeader: IP_PROTOCOL.tcp });
  await a.host.sendPacket({ local, remote, payload, nextHeader: IP_PROTOCOL.ipv4 });
  await a.host.sendPacket({ local, remote, payload, overrides: { sequence: 100_000 } });
  await a.host.sendPacket({ local, remote, payload, overrides: { sequence: 50 } });
  await a.host.sendEsp(Uint8Array.of(1, 2, 3), { to: remote });
  assert.equal(text((await pcscf.receive())?.bytes), "X", "far ahead is no crime");
  assert.deepEqual(b.policy.arrivals.map(({ result }) => result), [
    "opened",
    "replay",
    "icv",
    "unknown-spi",
    "icv",
    "dummy",
    "protocol",
    "malformed",
    "not-ip",
    "opened",
    "stale",
    "short",
  ]);
  const notes = b.told.filter(({ layer, direction }) => layer === "esp" && direction === "in").map((
    { note },
  ) => note);
  assert.match(notes[1] ?? "", /replay: SPI 0x0b0b0b0b, sequence number 1/);
  assert.match(notes[3] ?? "", /no SA with this SPI: SPI 0x00000077/);
  await close();
});

Deno.test("a packet can come from an address of someone else, with checksums that fit", async () => {
  const { a, b, close } = await memory();
  const pcscf = await b.host.open("udp", { port: PORT_PS });
  const local = { address: UE, port: PORT_UC };
  await a.host.sendPacket({ local, remote: pcscf.local, payload: bytes("1"), sourceAddress: "10.9.9.9" });
  assert.equal((await pcscf.receive())?.flow.remote.address, "10.9.9.9");
  await a.host.sendPacket({
    local: { address: "10.8.8.8", port: 1 },
    remote: pcscf.local,
    payload: bytes("2"),
  });
  assert.deepEqual((await pcscf.receive())?.flow.remote, { address: "10.8.8.8", port: 1 });
  await close();
});

Deno.test("copies are sent as often as told; none at all still uses a sequence number", async () => {
  const { a, b, close } = await memory();
  const pcscf = await b.host.open("udp", { port: PORT_PS });
  const packet = { local: { address: UE, port: 1 }, remote: pcscf.local, payload: bytes("x") };
  await a.host.sendPacket({ ...packet, copies: 3 });
  await a.host.sendPacket({ ...packet, copies: 0 });
  await a.host.sendPacket(packet);
  await pcscf.receive();
  await pcscf.receive();
  assert.deepEqual(b.policy.arrivals.map(({ result, sequence }) => [result, sequence]), [
    ["opened", 1],
    ["replay", 1],
    ["replay", 1],
    ["opened", 3],
  ]);
  await close();
});

Deno.test("the policy hears which SA the sender asked for", async () => {
  const { a, b, close } = await memory();
  const ue = await a.host.open("udp", { port: PORT_UC });
  const asked: unknown[] = [];
  a.policy.way = (packet) => {
    asked.push(packet);
    return "drop";
  };
  await ue.send(bytes("x"), {
    ...flow("udp", ue.local, { address: PCSCF, port: 1 }),
    security: "spi:0x00000001",
  });
  assert.deepEqual(asked, [{
    transport: "udp",
    local: { address: UE, port: PORT_UC },
    remote: { address: PCSCF, port: 1 },
    security: "spi:0x00000001",
  }]);
  assert.match(a.told.at(-1)?.note ?? "", /policy drops/);
  assert.deepEqual(b.told, []);
  await close();
});

Deno.test("what the policy does not take reaches nobody, and is told", async () => {
  const { a, b, close } = await memory();
  const pcscf = await b.host.open("udp", { port: PORT_PS });
  b.policy.verdict = "drop";
  const packet = { local: { address: UE, port: 1 }, remote: pcscf.local, payload: bytes("x") };
  await a.host.sendPacket(packet);
  await a.host.sendPacket({ ...packet, remote: { ...pcscf.local, port: 99 } });
  b.policy.verdict = "take";
  await a.host.sendPacket({ ...packet, remote: { ...pcscf.local, port: 99 } });
  await a.host.sendPacket({ ...packet, payload: bytes("last") });
  assert.equal(text((await pcscf.receive())?.bytes), "last");
  const notes = b.told.filter(({ note }) => note !== undefined);
  assert.deepEqual(briefly(notes, "esp"), [
    "in 0 dropped by the policy",
    "in 0 dropped by the policy",
    "in 0 dropped: nobody has port 99",
  ]);
  await close();
});

Deno.test("clear text goes out and comes in on the port of the same number, as a flow without security", async () => {
  const { a, b, close } = await memory();
  const ue = await a.host.open("udp", { port: PORT_UC });
  const pcscf = await b.host.open("udp", { port: PORT_PS });
  a.policy.way = () => "clear";
  await ue.send(bytes("clear"), flow("udp", ue.local, pcscf.local));
  const incoming = await pcscf.receive();
  assert.deepEqual(incoming?.flow, flow("udp", pcscf.local, ue.local));
  assert.deepEqual(briefly(a.told, "sip"), ["out 5"]);
  assert.deepEqual(briefly(b.told, "esp"), []);
  await close();
});

Deno.test("without `clear` a socket hears and says nothing in the clear, but holds the port", async () => {
  const { net, clock, a, b, close } = await memory();
  const ue = await a.host.open("udp", { port: PORT_UC, clear: false });
  const pcscf = await b.host.open("udp", { port: PORT_PS, clear: false });
  await assert.rejects(net.open("udp", { local: { address: UE, port: PORT_UC }, clock }), EnvironmentError);
  a.policy.way = () => "clear";
  await assert.rejects(ue.send(bytes("x"), flow("udp", ue.local, pcscf.local)), LocalMisuseError);
  const stranger = await net.open("udp", { local: { address: UE, port: 1 }, clock });
  await stranger.send(bytes("unheard"), flow("udp", stranger.local, pcscf.local));
  a.policy.way = () => a.policy.out;
  await ue.send(bytes("heard"), flow("udp", ue.local, pcscf.local));
  assert.equal(text((await pcscf.receive())?.bytes), "heard");
  await stranger.close();
  await close();
});

Deno.test("a TCP connection can be in the clear as a whole, beside one inside ESP", async () => {
  const { clock, a, b, close } = await memory();
  const options = { framer: lineFramer };
  const ue = await a.host.open("tcp", { ...options, port: PORT_UC, listen: false });
  const pcscf = await b.host.open("tcp", { ...options, port: PORT_PS });
  const to = flow("tcp", ue.local, pcscf.local);
  await clock.run(ue.send(bytes("inside\n"), to));
  assert.equal((await clock.run(pcscf.receive()))?.flow.security, NAMES.b);
  a.policy.connects = () => "clear";
  await clock.run(ue.send(bytes("clear\n"), to));
  const incoming = await clock.run(pcscf.receive());
  assert.equal(text(incoming?.bytes), "clear\n");
  assert.equal(incoming?.flow.security, undefined);
  await clock.run(pcscf.send(bytes("too\n"), incoming!.flow));
  assert.equal((await clock.run(ue.receive()))?.flow.security, undefined);
  await clock.run(close());
});

Deno.test("reserve() holds ports until they are used, and close() lets them go", async () => {
  const { net, clock, a, close } = await memory();
  const ports = await a.host.reserve(4);
  assert.equal(new Set(ports).size, 4);
  for (const port of ports) {
    assert.ok(port >= 1024 && port < 32_768 && ![4500, 5060, 5061].includes(port));
    await assert.rejects(net.open("udp", { local: { address: UE, port }, clock }), EnvironmentError);
  }
  const [port = 0] = ports;
  const udp = await a.host.open("udp", { port });
  const tcp = await a.host.open("tcp", { port, framer: lineFramer });
  assert.deepEqual([udp.local.port, tcp.local.port], [port, port]);
  await assert.rejects(a.host.open("udp", { port }), LocalMisuseError);
  await udp.close();
  await tcp.close();
  await assert.rejects(net.open("udp", { local: { address: UE, port }, clock }), EnvironmentError);
  await close();
  const free = await net.open("udp", { local: { address: UE, port }, clock });
  await free.close();
});

Deno.test("a socket's port is free again when it closes", async () => {
  const { a, close } = await memory();
  for (let i = 0; i < 3; i++) {
    const udp = await a.host.open("udp", { port: PORT_UC });
    const tcp = await a.host.open("tcp", { port: PORT_UC, framer: lineFramer });
    const pending = udp.receive();
    await udp.close();
    await udp.close();
    await tcp.close();
    assert.equal(await pending, undefined);
    await assert.rejects(udp.send(bytes("x"), flow("udp", udp.local, udp.local)), LocalMisuseError);
    await assert.rejects(tcp.send(bytes("x"), flow("tcp", udp.local, udp.local)), LocalMisuseError);
  }
  await close();
});

Deno.test("open() over a port that is taken says so and leaves nothing behind", async () => {
  const { net, clock, a, close } = await memory();
  const taken = await net.open("tcp", { local: { address: UE, port: PORT_UC }, clock });
  await assert.rejects(a.host.open("tcp", { port: PORT_UC, framer: lineFramer }), EnvironmentError);
  await taken.close();
  const socket = await a.host.open("tcp", { port: PORT_UC, framer: lineFramer });
  await socket.close();
  await assert.rejects(a.host.open("tcp", { port: PORT_UC }), LocalMisuseError);
  await close();
});

Deno.test("messages over TCP arrive through a network that loses, repeats and reorders ESP packets", async () => {
  const random = counter(99);
  const chance = () => (random(1)[0] ?? 0) / 256;
  const link: Link = () =>
    chance() < 0.2 ? [] : chance() < 0.2 ? [1 + chance() * 50, 60] : [1 + chance() * 50];
  const { clock, a, b, close } = await memory("raw", link);
  const ue = await a.host.open("tcp", {
    port: PORT_UC,
    listen: false,
    framer: lengthFramer,
    limits: { connectMs: 600_000, sendMs: 600_000 },
  });
  const pcscf = await b.host.open("tcp", { port: PORT_PS, framer: lengthFramer });
  const messages = Array.from({ length: 30 }, (_, i) => framed(500 + 300 * i, i));
  const sending = (async () => {
    for (const message of messages) await ue.send(message, flow("tcp", ue.local, pcscf.local));
  })();
  for (const message of messages) assert.deepEqual((await clock.run(pcscf.receive()))?.bytes, message);
  await clock.run(sending);
  await clock.run(close());
});

Deno.test("a connection to a port where nobody listens is refused inside ESP", async () => {
  const { clock, a, b, close } = await memory();
  const ue = await a.host.open("tcp", { port: PORT_UC, listen: false, framer: lineFramer });
  await assert.rejects(
    clock.run(ue.send(bytes("x\n"), flow("tcp", ue.local, { address: PCSCF, port: PORT_PS }))),
    (error) => error instanceof EnvironmentError && /refused/.test(error.message),
  );
  // Reaching nobody at all takes as long as it may.
  b.policy.verdict = "drop";
  await assert.rejects(
    clock.run(ue.send(bytes("x\n"), flow("tcp", ue.local, { address: PCSCF, port: PORT_PS }))),
    (error) => error instanceof EnvironmentError && /does not answer/.test(error.message),
  );
  await clock.run(close());
});

Deno.test("a connection whose SA the policy takes away fails at once", async () => {
  const { clock, a, b, close } = await memory();
  const ue = await a.host.open("tcp", { port: PORT_UC, listen: false, framer: lineFramer });
  const pcscf = await b.host.open("tcp", { port: PORT_PS, framer: lineFramer });
  const to = flow("tcp", ue.local, pcscf.local);
  await clock.run(ue.send(bytes("x\n"), to));
  await clock.run(pcscf.receive());
  a.policy.way = () => "drop";
  await clock.run(ue.send(bytes("lost\n"), to)); // taken by our TCP, as by any
  assert.match(a.told.at(-1)?.note ?? "", /the policy drops it/);
  await assert.rejects(
    clock.run(ue.send(bytes("y\n"), to)),
    (error) => error instanceof EnvironmentError && /the policy drops it/.test(error.message),
  );
  await clock.run(close());
});

Deno.test("close() of a host resets its connections for the other side", async () => {
  const { clock, a, b, close } = await memory();
  const ue = await a.host.open("tcp", { port: PORT_UC, listen: false, framer: lineFramer });
  const pcscf = await b.host.open("tcp", { port: PORT_PS, framer: lineFramer });
  await clock.run(ue.send(bytes("x\n"), flow("tcp", ue.local, pcscf.local)));
  await clock.run(pcscf.receive());
  await clock.run(a.host.close());
  await clock.advance(10);
  assert.match(briefly(b.told, "tcp").join(), /connection (closed|reset)/);
  await assert.rejects(a.host.open("udp", { port: 1 }), LocalMisuseError);
  await assert.rejects(a.host.sendEsp(bytes("x"), { to: pcscf.local }), LocalMisuseError);
  await clock.run(close());
  assert.equal(clock.waiting, 0);
});

Deno.test("a message that completes under another SA names that one", async () => {
  const { clock, a, b, close } = await memory();
  const ue = await a.host.open("tcp", { port: PORT_UC, listen: false, framer: lineFramer });
  const pcscf = await b.host.open("tcp", { port: PORT_PS, framer: lineFramer });
  const to = flow("tcp", ue.local, pcscf.local);
  await clock.run(ue.send(bytes("one\n"), to));
  assert.equal((await clock.run(pcscf.receive()))?.flow.security, NAMES.b);
  // The other direction's SA is known to both in this test: under it the next message goes.
  const [theirs, ours] = [b.policy.inbound.bind(b.policy), a.policy.way];
  const foreign = new TestPolicy(a.policy.in_, b.policy.out);
  b.policy.inbound = (spi) => spi === SPI_A ? foreign.out : theirs(spi);
  a.policy.way = () => a.policy.in_;
  await clock.run(ue.send(bytes("two\n"), to));
  assert.equal((await clock.run(pcscf.receive()))?.flow.security, NAMES.a);
  a.policy.way = ours;
  await clock.run(close());
});

Deno.test("keepAlive() sends 0xFF at once and every twenty seconds; the other end sees and ignores it", async () => {
  const { clock, a, b, close } = await memory("udp");
  const { stop } = a.host.keepAlive({ address: PCSCF, port: 4500 });
  await clock.advance(41_000);
  assert.deepEqual(briefly(a.told, "udp"), ["out 1", "out 1", "out 1"]);
  assert.deepEqual(briefly(b.told, "udp"), ["in 1", "in 1", "in 1"]);
  assert.deepEqual(b.told[0]?.bytes, Uint8Array.of(0xff));
  stop();
  await clock.advance(100_000);
  assert.equal(a.told.length, 3);
  a.host.keepAlive({ address: PCSCF, port: 4500 }, 1000);
  await close();
  assert.equal(clock.waiting, 0);
});

Deno.test("IKE and rubbish on the port of encapsulation are told and ignored", async () => {
  const { net, clock, b, close } = await memory("udp");
  const stranger = await net.open("udp", { local: { address: "10.0.0.3", port: 4500 }, clock });
  const to = flow("udp", stranger.local, { address: PCSCF, port: 4500 });
  await stranger.send(new Uint8Array(20), to);
  await stranger.send(Uint8Array.of(1, 2), to);
  await clock.advance(1);
  assert.deepEqual(briefly(b.told, "udp"), [
    "in 20 IKE: not for us",
    "in 2 neither ESP nor IKE nor a keep-alive",
  ]);
  assert.deepEqual(b.policy.arrivals, []);
  await stranger.close();
  await close();
});

Deno.test("a message too long for a datagram inside ESP is refused, and sent over TCP it passes", async () => {
  const { a, b, close } = await memory();
  const ue = await a.host.open("udp", { port: PORT_UC });
  const pcscf = await b.host.open("udp", { port: PORT_PS });
  const to = flow("udp", ue.local, pcscf.local);
  await ue.send(new Uint8Array(65_000), to);
  assert.equal((await pcscf.receive())?.bytes.length, 65_000);
  await assert.rejects(
    ue.send(new Uint8Array(65_001), to),
    (error) =>
      error instanceof EnvironmentError && /65001 octets.*65000/.test(error.message) &&
      /TCP/.test(error.remedy),
  );
  await close();
});

Deno.test("a lonely TCP segment is answered with a reset", async () => {
  const { clock, a, b, close } = await memory();
  await a.host.sendPacket({
    local: { address: UE, port: 1 },
    remote: { address: PCSCF, port: 2 },
    payload: new Uint8Array(0),
    tcp: { sequence: 1, flags: TCP_FLAG.syn },
  });
  await clock.advance(1);
  assert.deepEqual(b.policy.arrivals.map(({ result, inner }) => [result, inner?.transport]), [[
    "opened",
    "tcp",
  ]]);
  assert.deepEqual(a.policy.arrivals.map(({ result, inner }) => [result, inner?.transport]), [[
    "opened",
    "tcp",
  ]]);
  await close();
});

Deno.test("nothing is sent to an address that must not be sent to", async () => {
  const allow = (address: string) => {
    if (address !== PCSCF) throw new EnvironmentError(`"${address}" is outside the scope`, "…");
  };
  const { clock, a, close } = await memory("udp", undefined, { allow });
  const ue = await a.host.open("udp", { port: PORT_UC });
  const tcp = await a.host.open("tcp", { port: PORT_UC, framer: lineFramer });
  const outside = { address: "192.0.2.9", port: 1 };
  const scope = (error: unknown) =>
    error instanceof EnvironmentError && /outside the scope/.test(error.message);
  await assert.rejects(ue.send(bytes("x"), flow("udp", ue.local, outside)), scope);
  await assert.rejects(clock.run(tcp.send(bytes("x\n"), flow("tcp", ue.local, outside))), scope);
  a.policy.way = () => ({ sa: a.policy.out, outer: outside });
  await assert.rejects(ue.send(bytes("x"), flow("udp", ue.local, { address: PCSCF, port: 1 })), scope);
  a.policy.way = () => "clear";
  a.policy.connects = () => "clear";
  await assert.rejects(ue.send(bytes("x"), flow("udp", ue.local, outside)), scope);
  await assert.rejects(clock.run(tcp.send(bytes("x\n"), flow("tcp", ue.local, outside))), scope);
  assert.throws(() => a.host.keepAlive(outside), scope);
  await assert.rejects(a.host.sendEsp(bytes("x"), { to: outside }), scope);
  assert.deepEqual(briefly(a.told, "esp").filter((line) => !line.includes("scope")), []);
  await clock.run(close());
});

Deno.test("an IPsec host needs a carrier, and what it has not it does not use", async () => {
  const clock = new FakeClock();
  const net = new MemoryNet(clock);
  const open = (carriers: IpsecOptions["carriers"]) =>
    openPair({ net, clock, addresses: [UE, PCSCF], carriers: [carriers, carriers] });
  await assert.rejects(open({}), LocalMisuseError);
  const { a, close } = await open({ raw: true });
  const packet = {
    local: { address: UE, port: 1 },
    remote: { address: PCSCF, port: 2 },
    payload: bytes("x"),
  };
  assert.throws(() => a.host.keepAlive(packet.remote), LocalMisuseError);
  await assert.rejects(a.host.sendPacket({ ...packet, carrier: "udp" }), LocalMisuseError);
  assert.equal(a.host.encapsulation, undefined);
  await close();
});

Deno.test("the UDP carrier refuses what only raw IP can do", async () => {
  const { a, close } = await memory("udp");
  const packet = {
    local: { address: UE, port: 1 },
    remote: { address: PCSCF, port: 2 },
    payload: bytes("x"),
  };
  await assert.rejects(a.host.sendPacket({ ...packet, sourceAddress: "10.9.9.9" }), LocalMisuseError);
  await assert.rejects(a.host.sendPacket({ ...packet, clear: true }), LocalMisuseError);
  await close();
});
