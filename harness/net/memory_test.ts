import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { FakeClock } from "./clock_fake.ts";
import { type Link, MemoryNet } from "./memory.ts";
import { bytes, text } from "./testing/framers.ts";
import type { Flow, MessageSocket, TapRecord, TransportName } from "./types.ts";

async function pair(transport: TransportName, link?: Link) {
  const clock = new FakeClock();
  const net = new MemoryNet(clock, link);
  const told: TapRecord[] = [];
  const tap = (record: TapRecord) => void told.push(record);
  const a = await net.open(transport, { local: { address: "10.0.0.1", port: 5060 }, clock, tap });
  const b = await net.open(transport, { local: { address: "10.0.0.2", port: 0 }, clock });
  return { clock, net, told, a, b, way: way(a, b) };
}

function way(a: MessageSocket, b: MessageSocket): Flow {
  return { transport: a.transport, local: a.local, remote: b.local };
}

Deno.test("MemoryNet carries datagrams both ways and taps them", async () => {
  const { a, b, way, told } = await pair("udp");
  await a.send(bytes("one"), way);
  const incoming = await b.receive();
  assert(incoming);
  assert.deepEqual(incoming.flow, { transport: "udp", local: b.local, remote: a.local });
  await b.send(bytes("two"), incoming.flow);
  assert.equal(text((await a.receive())?.bytes), "two");
  assert.deepEqual(told.map(({ direction, bytes }) => [direction, text(bytes)]), [["out", "one"], [
    "in",
    "two",
  ]]);
  await Promise.all([a.close(), b.close()]);
});

Deno.test("MemoryNet loses, repeats and reorders datagrams as the link says", async () => {
  const delays = [[], [30], [10, 20]];
  const { clock, a, b, way } = await pair("udp", ({ n }) => delays[n] ?? [0]);
  for (const what of ["lost", "late", "twice"]) await a.send(bytes(what), way);
  const seen: string[] = [];
  const reading = (async () => {
    for (let got = await b.receive(); got; got = await b.receive()) {
      seen.push(`${text(got.bytes)}@${clock.now() - new FakeClock().now()}`);
    }
  })();
  await clock.advance(100);
  assert.deepEqual(seen, ["twice@10", "twice@20", "late@30"]);
  await Promise.all([a.close(), b.close(), reading]);
});

Deno.test("MemoryNet swallows datagrams to nobody and refuses connections to nobody", async () => {
  const udp = await pair("udp");
  await udp.b.close();
  await udp.a.send(bytes("x"), udp.way);
  await udp.a.close();
  const tcp = await pair("tcp");
  await tcp.b.close();
  await assert.rejects(tcp.a.send(bytes("x"), tcp.way), EnvironmentError);
  await tcp.a.close();
});

Deno.test("MemoryNet answers on the same connection and makes a new one once it is gone", async () => {
  const { net, clock, a, b, way } = await pair("tcp");
  await a.send(bytes("1"), way);
  const first = await b.receive();
  assert(first?.flow.connection);
  await b.send(bytes("2"), first.flow);
  assert.equal((await a.receive())?.flow.connection, first.flow.connection);
  await a.send(bytes("3"), { ...way, connection: "new" });
  assert.notEqual((await b.receive())?.flow.connection, first.flow.connection);
  const { local } = b;
  await b.close();
  const again = await net.open("tcp", { local, clock });
  await a.send(bytes("4"), way);
  assert.notEqual((await again.receive())?.flow.connection, first.flow.connection);
  await Promise.all([a.close(), again.close()]);
});

Deno.test("MemoryNet gives a port to one socket at a time, and ends a pending receive() on close()", async () => {
  const { net, clock, a, b } = await pair("udp");
  await assert.rejects(net.open("udp", { local: a.local, clock }), EnvironmentError);
  const pending = a.receive();
  await a.close();
  assert.equal(await pending, undefined);
  const again = await net.open("udp", { local: a.local, clock });
  await Promise.all([again.close(), b.close()]);
});
