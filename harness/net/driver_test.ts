import assert from "node:assert/strict";
import { buildRequest, buildResponse, StreamFramer } from "sip-codec";
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import { TransactionLayer } from "../sip/mod.ts";
import type { TransactionEvent } from "../sip/mod.ts";
import { FakeClock } from "./clock_fake.ts";
import { drive } from "./driver.ts";
import { MemoryNet } from "./memory.ts";
import { systemNet } from "./net.ts";
import { bytes, text } from "./testing/framers.ts";
import type { Endpoint, Flow, Machine, MessageSocket, Net, TransportName } from "./types.ts";

const timers = { t1: 500, t2: 4000, t4: 5000 };

function layer(name: string): TransactionLayer {
  let n = 0;
  return new TransactionLayer({ timers, ids: () => `${name}${n++}` });
}

function options(to: Endpoint) {
  return buildRequest("OPTIONS", `sip:${to.address}`, {
    "From": "<sip:a@home1.net>;tag=1",
    "To": "<sip:b@home1.net>",
    "Call-ID": "c1",
    "CSeq": "1 OPTIONS",
  });
}

/** Two layers on sockets; the second answers every request with 200. Gives what the first is told. */
async function exchange(net: Net, transport: TransportName): Promise<TransactionEvent | undefined> {
  const { clock } = net;
  const framer = () => new StreamFramer();
  const open = (address: string) => net.open(transport, { local: { address, port: 0 }, clock, framer });
  const [a, b] = [await open("127.0.0.1"), await open("127.0.0.1")];
  const [client, server] = [layer("a"), layer("b")];
  const clientDriver = drive(client, { sockets: [a], clock });
  const serverDriver = drive(server, { sockets: [b], clock });
  const serving = (async () => {
    for (let event = await serverDriver.next(); event; event = await serverDriver.next()) {
      if (event.type !== "request") continue;
      server.respond(event.key!, buildResponse(event.request, 200, { toTag: "2" }), clock.now());
      serverDriver.kick();
    }
  })();
  client.request(options(b.local), { transport, local: a.local, remote: b.local }, clock.now());
  clientDriver.kick();
  const event = await clientDriver.next();
  await Promise.all([clientDriver.close(), serverDriver.close(), serving]);
  return event;
}

Deno.test("drive() carries a transaction over real UDP and leaves nothing behind", async () => {
  const event = await exchange(systemNet, "udp");
  assert(event?.type === "response" && event.response.status === 200);
});

Deno.test("drive() carries a transaction over real TCP and leaves nothing behind", async () => {
  const event = await exchange(systemNet, "tcp");
  assert(event?.type === "response" && event.response.status === 200);
});

Deno.test("drive() carries a transaction in memory", async () => {
  const clock = new FakeClock();
  const event = await clock.run(exchange(new MemoryNet(clock), "udp"));
  assert(event?.type === "response" && event.response.status === 200);
  assert.equal(clock.waiting, 0);
});

Deno.test("drive() expires the machine when its deadline comes", async () => {
  const clock = new FakeClock();
  const net = new MemoryNet(clock, () => []);
  const a = await net.open("udp", { local: { address: "10.0.0.1", port: 5060 }, clock });
  const client = layer("a");
  const driver = drive(client, { sockets: [a], clock });
  const remote = { address: "10.0.0.2", port: 5060 };
  const start = clock.now();
  client.request(options(remote), { transport: "udp", local: a.local, remote }, clock.now());
  const event = await clock.run(driver.next());
  assert.equal(event?.type, "timeout");
  assert.equal(clock.now() - start, 64 * timers.t1);
  await driver.close();
  assert.equal(clock.waiting, 0);
});

/** A machine of bare parts. */
class Echo implements Machine<string> {
  readonly events: string[] = [];
  readonly out: { bytes: Uint8Array; to: Flow }[] = [];
  at: number | undefined;
  receive(octets: Uint8Array): void {
    if (text(octets) === "boom") throw new Error("a bug");
    this.events.push(text(octets)!);
  }
  nextEvent(): string | undefined {
    return this.events.shift();
  }
  toSend(): { bytes: Uint8Array; to: Flow }[] {
    return this.out.splice(0);
  }
  deadline(): number | undefined {
    return this.at;
  }
  expire(now: number): void {
    if (this.at === undefined || now < this.at) return;
    this.at = undefined;
    this.events.push("expired");
  }
}

async function echo(onSendError?: (item: { to: Flow }, error: Error) => void) {
  const clock = new FakeClock();
  const net = new MemoryNet(clock);
  const open = (port: number): Promise<MessageSocket> =>
    net.open("tcp", { local: { address: "10.0.0.1", port }, clock });
  const [socket, other] = [await open(5060), await open(5070)];
  const machine = new Echo();
  const driver = drive(machine, { sockets: [socket], clock, ...(onSendError ? { onSendError } : {}) });
  const to: Flow = { transport: "tcp", local: socket.local, remote: other.local };
  return { clock, machine, driver, other, to };
}

Deno.test("next() gives events in order and undefined after close()", async () => {
  const { machine, driver, other } = await echo();
  machine.events.push("1", "2");
  assert.equal(await driver.next(), "1");
  assert.equal(await driver.next(), "2");
  const pending = driver.next();
  await assert.rejects(driver.next(), LocalMisuseError);
  await driver.close();
  await driver.close();
  assert.equal(await pending, undefined);
  assert.equal(await driver.next(), undefined);
  await other.close();
});

Deno.test("next() rejects when something cannot be sent, and goes on after that", async () => {
  const { machine, driver, other, to } = await echo();
  machine.out.push({ bytes: bytes("x"), to: { ...to, remote: { address: "10.9.9.9", port: 1 } } });
  machine.out.push({ bytes: bytes("x"), to: { ...to, transport: "ws" } });
  const errors = [await driver.next().catch((error) => error), await driver.next().catch((error) => error)];
  assert(errors.some((error) => error instanceof EnvironmentError));
  assert(
    errors.some((error) => error instanceof LocalMisuseError && /tcp 10.0.0.1:5060/.test(error.message)),
  );
  machine.events.push("on");
  assert.equal(await driver.next(), "on");
  await Promise.all([driver.close(), other.close()]);
});

Deno.test("onSendError takes what could not be sent, and what the machine makes of it is told", async () => {
  const failed: string[] = [];
  const parts = await echo((item, error) => {
    failed.push(`${item.to.remote.address} ${error.name}`);
    parts.machine.events.push("failed");
  });
  const { machine, driver, other, to } = parts;
  machine.out.push({ bytes: bytes("x"), to: { ...to, remote: { address: "10.9.9.9", port: 1 } } });
  assert.equal(await driver.next(), "failed");
  assert.deepEqual(failed, ["10.9.9.9 EnvironmentError"]);
  await Promise.all([driver.close(), other.close()]);
});

Deno.test("next() rejects when the machine throws, and goes on after that", async () => {
  const { driver, other, to } = await echo();
  const back: Flow = { transport: "tcp", local: other.local, remote: to.local };
  await other.send(bytes("boom"), back);
  await other.send(bytes("fine"), back);
  await assert.rejects(driver.next(), /a bug/);
  assert.equal(await driver.next(), "fine");
  await Promise.all([driver.close(), other.close()]);
});

Deno.test("kick() arms an earlier deadline and disarms one that went away", async () => {
  const { clock, machine, driver, other } = await echo();
  const start = clock.now();
  machine.at = start + 1000;
  driver.kick();
  machine.at = start + 10;
  driver.kick();
  assert.equal(clock.waiting, 1);
  assert.equal(await clock.run(driver.next()), "expired");
  assert.equal(clock.now(), start + 10);
  machine.at = start + 50;
  driver.kick();
  machine.at = undefined;
  driver.kick();
  assert.equal(clock.waiting, 0);
  machine.at = start + 60;
  driver.kick();
  machine.at = start + 90;
  assert.equal(await clock.run(driver.next()), "expired");
  assert.equal(clock.now(), start + 90);
  await Promise.all([driver.close(), other.close()]);
});
