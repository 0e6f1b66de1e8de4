import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import { systemClock } from "./clock.ts";
import { FakeClock } from "./clock_fake.ts";
import type { StreamTransport } from "./byte_stream.ts";
import { NEW_CONNECTION, openStreamSocket } from "./stream_socket.ts";
import { openTcp } from "./tcp.ts";
import { bytes, lineFramer, text } from "./testing/framers.ts";
import type { Endpoint, Flow, SocketOptions, TapRecord } from "./types.ts";

const ANY: Endpoint = { address: "127.0.0.1", port: 0 };

function open(options: Partial<SocketOptions> = {}) {
  return openTcp({ local: ANY, clock: systemClock, framer: lineFramer, ...options });
}

function way(local: Endpoint, remote: Endpoint, connection?: string): Flow {
  return { transport: "tcp", local, remote, ...(connection === undefined ? {} : { connection }) };
}

Deno.test("openTcp() dials, answers on the same connection and reuses it", async () => {
  const [a, b] = [await open(), await open()];
  await a.send(bytes("one\n"), way(a.local, b.local));
  const first = await b.receive();
  assert(first);
  assert.equal(text(first.bytes), "one\n");
  assert.notEqual(first.flow.remote.port, a.local.port, "the listener holds its port");
  await b.send(bytes("two\n"), first.flow);
  const second = await a.receive();
  assert(second);
  assert.equal(text(second.bytes), "two\n");
  assert.deepEqual(second.flow.local, a.local);
  await a.send(bytes("three\n"), way(a.local, b.local));
  assert.equal((await b.receive())?.flow.connection, first.flow.connection);
  await Promise.all([a.close(), b.close()]);
});

Deno.test("openTcp() works over IPv6", async () => {
  const [a, b] = [
    await open({ local: { address: "::1", port: 0 } }),
    await open({ local: { address: "::1", port: 0 } }),
  ];
  await a.send(bytes("six\n"), way(a.local, b.local));
  assert.equal((await b.receive())?.flow.remote.address, "::1");
  await Promise.all([a.close(), b.close()]);
});

Deno.test('openTcp() makes a new connection for "new", and one for concurrent messages', async () => {
  const [a, b] = [await open(), await open()];
  const to = way(a.local, b.local);
  await Promise.all([a.send(bytes("1\n"), to), a.send(bytes("2\n"), to)]);
  await a.send(bytes("3\n"), { ...to, connection: NEW_CONNECTION });
  const connections = new Map<string | undefined, string | undefined>();
  for (let n = 0; n < 3; n++) {
    const incoming = await b.receive();
    connections.set(text(incoming?.bytes), incoming?.flow.connection);
  }
  assert.equal(connections.get("1\n"), connections.get("2\n"));
  assert.notEqual(connections.get("1\n"), connections.get("3\n"));
  await Promise.all([a.close(), b.close()]);
});

Deno.test("openTcp() without a listener dials from the port it was given", async () => {
  const b = await open();
  // A port that was free a moment ago.
  const probe = await open();
  const { port } = probe.local;
  await probe.close();
  const a = await open({ local: { address: "127.0.0.3", port }, listen: false });
  await a.send(bytes("x\n"), way(a.local, b.local));
  assert.deepEqual((await b.receive())?.flow.remote, { address: "127.0.0.3", port });
  await Promise.all([a.close(), b.close()]);
});

Deno.test("openTcp() cuts messages out of whatever pieces come and taps each once, whole", async () => {
  const told: TapRecord[] = [];
  const socket = await open({ tap: (record) => void told.push(record) });
  const raw = await dialRaw(socket.local);
  raw.write("on");
  raw.write("e\ntwo\nthr");
  assert.equal(text((await socket.receive())?.bytes), "one\n");
  assert.equal(text((await socket.receive())?.bytes), "two\n");
  raw.end("ee");
  await once(raw, "close");
  await until(told, (record) => record.layer === "tcp");
  assert.deepEqual(
    told.map(({ layer, bytes, note }) => [layer, text(bytes), note]),
    [
      ["sip", "one\n", undefined],
      ["sip", "two\n", undefined],
      ["tcp", "three", "connection closed in the middle of a message"],
    ],
  );
  await socket.close();
});

Deno.test("openTcp() hands up what cannot be framed and closes the connection", async () => {
  const told: TapRecord[] = [];
  const socket = await open({ tap: (record) => void told.push(record) });
  const raw = await dialRaw(socket.local);
  raw.write("good\nbad");
  assert.equal(text((await socket.receive())?.bytes), "good\n");
  raw.write("!rest");
  assert.equal(text((await socket.receive())?.bytes), "bad!rest");
  await once(raw, "close");
  assert.match(told.at(-1)?.note ?? "", /need anything else/);
  await socket.close();
});

Deno.test("send() says that a connection was refused, and what to do", async () => {
  const gone = await open();
  await gone.close();
  const told: TapRecord[] = [];
  const socket = await open({ tap: (record) => void told.push(record) });
  await assert.rejects(
    socket.send(bytes("x\n"), way(socket.local, gone.local)),
    (error) =>
      error instanceof EnvironmentError && /refused/.test(error.message) && /listens/.test(error.remedy),
  );
  assert.match(told[0]?.note ?? "", /refused/);
  await socket.close();
});

Deno.test("send() on a connection that is gone makes a new one to the same place", async () => {
  const [a, b] = [await open(), await open()];
  await a.send(bytes("1\n"), way(a.local, b.local));
  const first = await b.receive();
  assert(first);
  const raw = await dialRaw(b.local);
  raw.write("2\n");
  const second = await b.receive();
  raw.destroy();
  await a.send(bytes("3\n"), way(a.local, b.local, second?.flow.connection));
  assert.equal((await b.receive())?.flow.connection, first.flow.connection);
  await Promise.all([a.close(), b.close()]);
});

Deno.test("a connection that the other side reset is told to the tap and replaced", async () => {
  const told: TapRecord[] = [];
  const a = await open({ tap: (record) => void told.push(record) });
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.once("data", () => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const lost: Flow[] = [];
  a.onLost = (flow) => void lost.push(flow);
  await a.send(bytes("1\n"), way(a.local, { address: "127.0.0.1", port }));
  await until(told, (record) => record.layer === "tcp");
  assert.match(told.at(-1)?.note ?? "", /reset|closed/);
  assert.deepEqual(lost.map(({ connection }) => connection), [told[0]?.connection]);
  await a.send(bytes("2\n"), way(a.local, { address: "127.0.0.1", port }));
  await until(told, (record) => record.layer === "tcp", 2);
  assert.equal(sockets.length, 2);
  await a.close();
  await new Promise((resolve) => void server.close(resolve));
});

Deno.test("close() ends a pending receive(), its connections and its listener", async () => {
  const socket = await open();
  const raw = await dialRaw(socket.local);
  raw.write("x\n");
  await socket.receive();
  const pending = socket.receive();
  const closed = once(raw, "close");
  await Promise.all([socket.close(), socket.close()]);
  assert.equal(await pending, undefined);
  await closed;
  await assert.rejects(socket.send(bytes("x\n"), way(socket.local, socket.local)), LocalMisuseError);
  const again = await open({ local: socket.local });
  await again.close();
});

Deno.test("openTcp() needs a framer, and a port that is free", async () => {
  await assert.rejects(openTcp({ local: ANY, clock: systemClock }), LocalMisuseError);
  const first = await open();
  await assert.rejects(
    open({ local: first.local }),
    (error) => error instanceof EnvironmentError && /the port is taken/.test(error.message),
  );
  await first.close();
});

Deno.test("openTcp() accepts no more connections than its limit", async () => {
  const told: TapRecord[] = [];
  const socket = await open({ limits: { connections: 1 }, tap: (record) => void told.push(record) });
  const one = await dialRaw(socket.local);
  one.write("1\n");
  await socket.receive();
  const two = await dialRaw(socket.local);
  await once(two, "close");
  assert.match(told.at(-1)?.note ?? "", /not accepted, 1 are open/);
  one.destroy();
  await socket.close();
});

Deno.test("openTcp() stops reading while too many messages wait", async () => {
  const socket = await open({ limits: { waitingMessages: 4 } });
  const raw = await dialRaw(socket.local);
  for (let n = 0; n < 50; n++) raw.write(`${n}\n`);
  for (let n = 0; n < 50; n++) assert.equal(text((await socket.receive())?.bytes), `${n}\n`);
  raw.destroy();
  await socket.close();
});

Deno.test("send() gives up on a target that does not answer", async () => {
  const clock = new FakeClock();
  const silent: StreamTransport = {
    name: "tcp",
    listen: () => Promise.reject(new Error("not here")),
    dial: (_local, _remote, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  };
  const options = { local: ANY, clock, framer: lineFramer, listen: false };
  const socket = await openStreamSocket(silent, options);
  const sent = socket.send(bytes("x\n"), way(ANY, { address: "192.0.2.1", port: 5060 }));
  await assert.rejects(
    clock.run(sent),
    (error) => error instanceof EnvironmentError && /does not answer/.test(error.message),
  );
  assert.equal(clock.now() - new FakeClock().now(), 5000);
  const late = socket.send(bytes("x\n"), way(ANY, { address: "192.0.2.1", port: 5060 })).catch((error) =>
    error
  );
  await socket.close();
  assert(await late instanceof EnvironmentError);
  assert.equal(clock.waiting, 0);
});

async function dialRaw(to: Endpoint): Promise<Socket> {
  const socket = connect(to.port, to.address);
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "connect");
  return socket;
}

function once(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve) => void socket.once(event, () => resolve()));
}

/** Until the tap has told `count` such records: waits for the event loop, not for a time. */
async function until(told: TapRecord[], wanted: (record: TapRecord) => boolean, count = 1): Promise<void> {
  while (told.filter(wanted).length < count) await new Promise((resolve) => setTimeout(resolve, 0));
}
