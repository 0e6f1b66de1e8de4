import assert from "node:assert/strict";
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import { systemClock } from "./clock.ts";
import { bytes, text } from "./testing/framers.ts";
import type { Endpoint, Flow, TapRecord } from "./types.ts";
import { openUdp } from "./udp.ts";

const ANY: Endpoint = { address: "127.0.0.1", port: 0 };

function open(local: Endpoint = ANY, records: TapRecord[] = []) {
  return openUdp({ local, clock: systemClock, tap: (record) => void records.push(record) });
}

function way(local: Endpoint, remote: Endpoint): Flow {
  return { transport: "udp", local, remote };
}

Deno.test("openUdp() carries a message each way and taps every octet", async () => {
  const told: TapRecord[] = [];
  const a = await open(ANY, told);
  const b = await open({ address: "127.0.0.2", port: 0 });
  await a.send(bytes("one"), way(a.local, b.local));
  const incoming = await b.receive();
  assert(incoming);
  assert.equal(text(incoming.bytes), "one");
  assert.deepEqual(incoming.flow, way(b.local, a.local));
  await b.send(bytes("two"), incoming.flow);
  assert.equal(text((await a.receive())?.bytes), "two");
  assert.deepEqual(
    told.map(({ direction, layer, bytes, remote }) => [direction, layer, text(bytes), remote]),
    [["out", "sip", "one", b.local], ["in", "sip", "two", b.local]],
  );
  await Promise.all([a.close(), b.close()]);
});

Deno.test("openUdp() works over IPv6", async () => {
  const a = await open({ address: "::1", port: 0 });
  const b = await open({ address: "::1", port: 0 });
  await a.send(bytes("six"), way(a.local, b.local));
  assert.deepEqual((await b.receive())?.flow.remote, a.local);
  await Promise.all([a.close(), b.close()]);
});

Deno.test("openUdp() keeps what arrives while nobody reads, each message on its own", async () => {
  const a = await open();
  const b = await open();
  for (const what of ["1", "2", "3"]) await a.send(bytes(what), way(a.local, b.local));
  for (const what of ["1", "2", "3"]) assert.equal(text((await b.receive())?.bytes), what);
  await Promise.all([a.close(), b.close()]);
});

Deno.test("close() ends a pending receive() and can be called twice", async () => {
  const socket = await open();
  const pending = socket.receive();
  await socket.close();
  await socket.close();
  assert.equal(await pending, undefined);
  assert.equal(await socket.receive(), undefined);
  await assert.rejects(socket.send(bytes("x"), way(socket.local, socket.local)), LocalMisuseError);
});

Deno.test("receive() has a single reader", async () => {
  const socket = await open();
  const pending = socket.receive();
  assert.throws(() => void socket.receive(), LocalMisuseError);
  await socket.close();
  await pending;
});

Deno.test("openUdp() says which address or port cannot be had, and what to do", async () => {
  const first = await open();
  await assert.rejects(
    open(first.local),
    (error) =>
      error instanceof EnvironmentError && error.message.includes(`:${first.local.port}"`) &&
      error.remedy !== "",
  );
  await assert.rejects(
    open({ address: "192.0.2.77", port: 0 }),
    (error) => error instanceof EnvironmentError && /does not have the address/.test(error.message),
  );
  await first.close();
});

Deno.test("send() says why the system does not take a datagram", async () => {
  const told: TapRecord[] = [];
  const socket = await open(ANY, told);
  await assert.rejects(
    socket.send(bytes("x"), way(socket.local, { address: "::1", port: 5060 })),
    (error) => error instanceof EnvironmentError && /another family/.test(error.message),
  );
  await assert.rejects(
    socket.send(new Uint8Array(70_000), way(socket.local, socket.local)),
    (error) => error instanceof EnvironmentError && /too long/.test(error.message),
  );
  assert.match(told.at(-1)?.note ?? "", /too long/);
  await socket.close();
});

Deno.test("send() to a closed port is silence, and the socket goes on", async () => {
  const gone = await open();
  await gone.close();
  const a = await open();
  const b = await open();
  await a.send(bytes("x"), way(a.local, gone.local));
  await b.send(bytes("y"), way(b.local, a.local));
  assert.equal(text((await a.receive())?.bytes), "y");
  await Promise.all([a.close(), b.close()]);
});
