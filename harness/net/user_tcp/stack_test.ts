import assert from "node:assert/strict";
import { EnvironmentError, LocalMisuseError } from "../../errors.ts";
import { buildTcp, parseTcp, TCP_FLAG, type TcpFields, type TcpSegment } from "../../wire/mod.ts";
import type { Endpoint } from "../types.ts";
import type { TcpConnection } from "./connection.ts";
import { TcpStack, type TcpStackOptions } from "./stack.ts";

const UE: Endpoint = { address: "192.0.2.1", port: 5062 };
const PCSCF: Endpoint = { address: "192.0.2.2", port: 5063 };
const { fin: FIN, syn: SYN, rst: RST, ack: ACK } = TCP_FLAG;

function stack(options: Partial<TcpStackOptions> = {}): TcpStack {
  let n = 0;
  const random = (octets: number) => Uint8Array.from({ length: octets }, () => n++ * 37);
  return new TcpStack({ random, mss: () => 1200, ...options });
}

/** Carries segments between two stacks until none is left. */
function carry(a: TcpStack, b: TcpStack, now = 0): void {
  for (let moved = true; moved;) {
    moved = false;
    for (const [from, to] of [[a, b], [b, a]] as const) {
      for (const { local, remote, bytes } of from.toSend(now)) {
        to.receive(bytes, { source: local.address, destination: remote.address }, now);
        moved = true;
      }
    }
  }
}

function events(of: TcpStack): string[] {
  const all = [];
  for (let event = of.nextEvent(); event; event = of.nextEvent()) all.push(event.type);
  return all;
}

function accepted(of: TcpStack): TcpConnection {
  for (let event = of.nextEvent(); event; event = of.nextEvent()) {
    if (event.type === "accepted") return event.connection;
  }
  throw new Error("nothing was accepted");
}

function told(connection: TcpConnection): string[] {
  const all = [];
  for (let event = connection.nextEvent(); event; event = connection.nextEvent()) all.push(event.type);
  return all;
}

/** Gives a stack a segment of the UE's and what it answers. */
function ask(of: TcpStack, fields: Partial<TcpFields>, now = 0): TcpSegment[] {
  const addresses = { source: UE.address, destination: PCSCF.address };
  const bytes = buildTcp(
    { sourcePort: UE.port, destinationPort: PCSCF.port, sequence: 100, flags: SYN, ...fields },
    addresses,
  );
  of.receive(bytes, addresses, now);
  return of.toSend(now).map((item) => parseTcp(item.bytes));
}

Deno.test("connect() and listen() make a connection that carries octets both ways", () => {
  const [ue, pcscf] = [stack(), stack()];
  pcscf.listen(PCSCF);
  const out = ue.connect(UE, PCSCF, 0);
  carry(ue, pcscf);
  assert.deepEqual(told(out), ["open"]);
  const inward = accepted(pcscf);
  assert.deepEqual(inward.remote, UE);
  out.send(Uint8Array.of(1));
  inward.send(Uint8Array.of(2));
  carry(ue, pcscf);
  assert.deepEqual(told(inward), ["open", "data"]);
  assert.deepEqual(told(out), ["data"]);
});

Deno.test("a stack holds many connections to one port apart", () => {
  const [ue, pcscf] = [stack(), stack()];
  pcscf.listen(PCSCF);
  const connections = Array.from({ length: 50 }, (_, i) => ue.connect({ ...UE, port: 2000 + i }, PCSCF, 0));
  for (const [i, connection] of connections.entries()) connection.send(Uint8Array.of(i));
  carry(ue, pcscf);
  const seen = new Map<number, number>();
  for (let event = pcscf.nextEvent(); event; event = pcscf.nextEvent()) {
    for (let e = event.connection.nextEvent(); e; e = event.connection.nextEvent()) {
      if (e.type === "data") seen.set(event.connection.remote.port, e.bytes[0] ?? -1);
    }
  }
  for (let i = 0; i < 50; i++) assert.equal(seen.get(2000 + i), i);
});

Deno.test("connect() to nobody is refused", () => {
  const [ue, pcscf] = [stack(), stack()];
  const out = ue.connect(UE, PCSCF, 0);
  carry(ue, pcscf);
  assert.deepEqual(out.nextEvent(), { type: "closed", how: "refused" });
  assert.equal(ue.size, 0);
});

Deno.test("connect() twice between the same endpoints is refused here, until the first is over", () => {
  const [ue, pcscf] = [stack(), stack()];
  pcscf.listen(PCSCF);
  const first = ue.connect(UE, PCSCF, 0);
  assert.throws(() => ue.connect(UE, PCSCF, 0), EnvironmentError);
  carry(ue, pcscf);
  first.close();
  accepted(pcscf).close();
  carry(ue, pcscf);
  assert.equal(first.state, "time-wait");
  const second = ue.connect(UE, PCSCF, 0);
  carry(ue, pcscf);
  assert.equal(second.state, "established");
});

Deno.test("a listener in TIME-WAIT takes a new connection of the same endpoints at once", () => {
  const [ue, pcscf] = [stack(), stack()];
  pcscf.listen(PCSCF);
  const first = ue.connect(UE, PCSCF, 0);
  carry(ue, pcscf);
  const inward = accepted(pcscf);
  inward.close();
  carry(ue, pcscf);
  first.close();
  carry(ue, pcscf);
  assert.deepEqual([inward.state, first.state, ue.size, pcscf.size], ["time-wait", "closed", 0, 1]);
  const second = ue.connect(UE, PCSCF, 1);
  carry(ue, pcscf, 1);
  assert.equal(second.state, "established");
});

Deno.test("what belongs to no connection is reset (RFC 9293 3.10.7.1), but a reset is not", () => {
  const nobody = stack();
  const answer = (fields: Partial<TcpFields>) =>
    ask(nobody, fields).map(({ flags, sequence, acknowledgement }) => [flags, sequence, acknowledgement]);
  assert.deepEqual(answer({}), [[RST | ACK, 0, 101]]);
  assert.deepEqual(answer({ flags: ACK, acknowledgement: 7 }), [[RST, 7, 0]]);
  assert.deepEqual(answer({ flags: FIN, payload: new Uint8Array(10) }), [[RST | ACK, 0, 111]]);
  assert.deepEqual(answer({ flags: RST }), []);
  nobody.listen(PCSCF);
  assert.deepEqual(answer({ flags: ACK, acknowledgement: 7 }), [[RST, 7, 0]]);
});

Deno.test("receive() drops what is malformed or has a wrong checksum", () => {
  const pcscf = stack();
  pcscf.listen(PCSCF);
  const addresses = { source: UE.address, destination: PCSCF.address };
  const syn = buildTcp({ sourcePort: 1, destinationPort: PCSCF.port, sequence: 1, flags: SYN }, addresses);
  syn[4] = 0xff;
  assert.equal(pcscf.receive(syn, addresses, 0), "malformed");
  assert.equal(pcscf.receive(Uint8Array.of(1, 2, 3), addresses, 0), "malformed");
  assert.deepEqual(pcscf.toSend(0), []);
});

Deno.test("handshakes that nobody finishes are bounded, and nobody hears of them", () => {
  const pcscf = stack({ backlog: 3 });
  pcscf.listen(PCSCF);
  const answers = [1, 2, 3, 4, 5].map((port) => ask(pcscf, { sourcePort: port }).length);
  assert.deepEqual(answers, [1, 1, 1, 0, 0]);
  assert.deepEqual(events(pcscf), []);
  // The first gives up: there is room again.
  ask(pcscf, { sourcePort: 1, sequence: 101, flags: RST });
  assert.equal(ask(pcscf, { sourcePort: 6 }).length, 1);
  assert.deepEqual(events(pcscf), []);
});

Deno.test("deadline() is the first of all connections', and expire() repeats what is due", () => {
  const ue = stack();
  ue.connect(UE, PCSCF, 0);
  ue.toSend(0);
  ue.connect({ ...UE, port: 1 }, PCSCF, 500);
  ue.toSend(500);
  assert.equal(ue.deadline(), 1000);
  ue.expire(1000);
  assert.deepEqual(ue.toSend(1000).map(({ local }) => local.port), [UE.port]);
  assert.equal(ue.deadline(), 1500);
});

Deno.test("abort() resets what is open and leaves nothing", () => {
  const [ue, pcscf] = [stack(), stack()];
  pcscf.listen(PCSCF);
  ue.connect(UE, PCSCF, 0);
  carry(ue, pcscf);
  const inward = accepted(pcscf);
  ue.abort();
  carry(ue, pcscf);
  assert.equal(inward.state, "closed");
  assert.deepEqual([ue.size, pcscf.size, ue.deadline()], [0, 0, undefined]);
});

Deno.test("listen() has a single listener per endpoint; unlisten() makes room", () => {
  const pcscf = stack();
  pcscf.listen(PCSCF);
  assert.throws(() => pcscf.listen(PCSCF), LocalMisuseError);
  pcscf.unlisten(PCSCF);
  pcscf.listen(PCSCF);
});

Deno.test("initial sequence numbers differ by endpoints and move on with time", () => {
  const isn = (port: number, now: number) => {
    const ue = stack();
    ue.connect({ ...UE, port }, PCSCF, now);
    return parseTcp(ue.toSend(now)[0]!.bytes).sequence;
  };
  assert.notEqual(isn(1, 0), isn(2, 0));
  assert.equal((isn(1, 1000) - isn(1, 0)) >>> 0, 250_000);
});
