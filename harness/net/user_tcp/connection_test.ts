import assert from "node:assert/strict";
import { LocalMisuseError } from "../../errors.ts";
import { mssOf, TCP_FLAG } from "../../wire/mod.ts";
import { asSegment, events, told, Wire } from "./testing/wire.ts";

const { fin: FIN, syn: SYN, rst: RST, psh: PSH, ack: ACK } = TCP_FLAG;

function text(letters: string): Uint8Array {
  return new TextEncoder().encode(letters);
}

/** Flags of what was sent since, by sender. */
function flags(wire: Wire, from = 0): string[] {
  const names = Object.entries({ S: SYN, A: ACK, P: PSH, F: FIN, R: RST });
  return wire.sent.slice(from).map(({ from, segment }) =>
    `${from} ${names.filter(([, bit]) => segment.flags & bit).map(([name]) => name).join("")}`
  );
}

Deno.test("open() and accept() shake hands in three segments and announce their MSS", () => {
  const wire = new Wire({ mss: 1400 }, { mss: 1200 });
  wire.a.open();
  const [fields] = wire.a.toSend(0);
  assert.ok(fields);
  assert.equal(fields.flags, SYN);
  const syn = asSegment(fields, "a");
  assert.equal(mssOf(syn.options), 1400);
  wire.b.accept(syn);
  wire.run(10);
  assert.deepEqual(flags(wire), ["b SA", "a A"]);
  assert.equal(mssOf(wire.sent[0]!.segment.options), 1200);
  assert.deepEqual([wire.a.state, wire.b.state], ["established", "established"]);
  assert.deepEqual([told(wire.a), told(wire.b)], [["open"], ["open"]]);
});

Deno.test("two that open at once become one connection", () => {
  const wire = new Wire();
  wire.a.open();
  wire.b.open();
  wire.run(100);
  assert.deepEqual([wire.a.state, wire.b.state], ["established", "established"]);
  assert.deepEqual(flags(wire).slice(0, 4).sort(), ["a S", "a SA", "b S", "b SA"]);
  wire.a.send(text("hello"));
  wire.run(10);
  assert.deepEqual(told(wire.b), ["open", "hello"]);
});

Deno.test("two that open at once survive the loss of any of the first segments", () => {
  for (let lost = 0; lost < 6; lost++) {
    const wire = new Wire();
    wire.fate = (_from, _segment, n) => n === lost ? [] : [1];
    wire.a.open();
    wire.b.open();
    wire.run(60_000);
    assert.deepEqual([wire.a.state, wire.b.state], ["established", "established"], `segment ${lost} lost`);
  }
});

Deno.test("send() before the connection is open waits for it", () => {
  const wire = new Wire();
  wire.a.open();
  assert.equal(wire.a.send(text("early")), 5);
  const [syn] = wire.a.toSend(0);
  wire.b.accept(asSegment(syn!, "a"));
  wire.run(10);
  assert.deepEqual(told(wire.b), ["open", "early"]);
});

Deno.test("send() cuts the stream by the MSS of the peer", () => {
  const wire = new Wire({ mss: 100 }, { mss: 70 }).handshake();
  const before = wire.sent.length;
  wire.a.send(new Uint8Array(200));
  wire.run(10);
  const sizes = wire.sent.slice(before).filter(({ from }) => from === "a").map(({ segment }) =>
    segment.payload.length
  );
  assert.deepEqual(sizes, [70, 70, 60]);
});

Deno.test("a peer without MSS option gets 536 octets, one with a ridiculous one 64", () => {
  for (const [options, expected] of [[[], 536], [[{ kind: 2, data: Uint8Array.of(0, 1) }], 64]] as const) {
    const wire = new Wire({}, { mss: 1400 });
    const syn = { sourcePort: 5062, destinationPort: 5063, sequence: 9, flags: SYN, options };
    wire.b.accept(asSegment(syn, "a"));
    wire.flush();
    wire.forge("a", { sequence: 10, acknowledgement: 5001, flags: ACK });
    wire.step();
    wire.b.send(new Uint8Array(100_000));
    wire.flush();
    assert.equal(wire.sent.at(-1)?.segment.payload.length, expected);
  }
});

Deno.test("close() on either side ends both, and TIME-WAIT lasts two segment lifetimes", () => {
  const wire = new Wire().handshake();
  wire.a.send(text("bye"));
  wire.a.close();
  assert.equal(wire.a.state, "fin-wait-1");
  wire.run(5);
  assert.deepEqual([wire.a.state, wire.b.state], ["fin-wait-2", "close-wait"]);
  assert.deepEqual(told(wire.b), ["bye", "end"]);
  wire.b.send(text("last words"));
  wire.b.close();
  assert.equal(wire.b.state, "last-ack");
  wire.run(5);
  assert.deepEqual([wire.a.state, wire.b.state], ["time-wait", "closed"]);
  assert.deepEqual(told(wire.a), ["last words", "end"]);
  assert.deepEqual(told(wire.b), ["closed: finished"]);
  wire.run(59_000);
  assert.equal(wire.a.state, "time-wait");
  wire.run(1000);
  assert.equal(wire.a.state, "closed");
  assert.deepEqual(told(wire.a), ["closed: finished"]);
  assert.equal(wire.a.deadline(), undefined);
});

Deno.test("both can close at once", () => {
  const wire = new Wire().handshake();
  wire.a.close();
  wire.b.close();
  wire.flush();
  wire.step();
  assert.deepEqual([wire.a.state, wire.b.state].sort(), ["closing", "fin-wait-1"]);
  wire.run(10);
  assert.deepEqual([wire.a.state, wire.b.state], ["time-wait", "time-wait"]);
  wire.run(60_000);
  assert.deepEqual([wire.a.state, wire.b.state], ["closed", "closed"]);
});

Deno.test("close() during the handshake waits for it, and before an answer ends at once", () => {
  const wire = new Wire();
  wire.a.open();
  const [syn] = wire.a.toSend(0);
  wire.b.accept(asSegment(syn!, "a"));
  wire.b.close();
  assert.equal(wire.b.state, "syn-received");
  wire.run(10);
  assert.equal(wire.b.state, "fin-wait-2");
  assert.deepEqual(told(wire.a), ["open", "end"]);
  const alone = new Wire();
  alone.a.open();
  alone.a.close();
  assert.deepEqual(told(alone.a), ["closed: aborted"]);
});

Deno.test("send() after close() is a mistake of ours", () => {
  const wire = new Wire().handshake();
  wire.a.close();
  assert.throws(() => wire.a.send(text("x")), LocalMisuseError);
});

Deno.test("a FIN whose acknowledgement was lost is acknowledged again and TIME-WAIT begins anew", () => {
  const wire = new Wire().handshake();
  wire.a.close();
  wire.b.close();
  wire.run(10);
  assert.equal(wire.a.state, "time-wait");
  wire.run(40_000);
  const before = wire.sent.length;
  wire.forge("b", { sequence: 5001, acknowledgement: 1002, flags: FIN | ACK });
  wire.run(40_000);
  assert.deepEqual(flags(wire, before), ["a A"]);
  assert.equal(wire.a.state, "time-wait");
});

Deno.test("abort() resets the peer", () => {
  const wire = new Wire().handshake();
  wire.b.send(text("unread"));
  wire.run(5);
  wire.a.abort();
  assert.deepEqual(told(wire.a), ["unread", "closed: aborted"]);
  wire.run(5);
  assert.deepEqual(told(wire.b), ["closed: reset"]);
});

Deno.test("leave() drops what still comes and does not wait for ever for the peer's FIN", () => {
  const wire = new Wire().handshake();
  wire.a.leave(wire.now);
  wire.run(5);
  wire.b.send(new Uint8Array(150_000));
  wire.run(5000);
  assert.deepEqual(told(wire.a), []);
  assert.equal(wire.a.state, "fin-wait-2");
  wire.run(60_000);
  assert.equal(wire.a.state, "closed");
});

Deno.test("a reset that answers our SYN means refused; one that does not is ignored", () => {
  const wire = new Wire();
  wire.a.open();
  wire.flush();
  wire.forge("b", { sequence: 0, acknowledgement: 77, flags: RST | ACK });
  wire.forge("b", { sequence: 0, flags: RST });
  wire.run(0);
  assert.equal(wire.a.state, "syn-sent");
  wire.forge("b", { sequence: 0, acknowledgement: 1001, flags: RST | ACK });
  wire.run(0);
  assert.deepEqual(told(wire.a), ["closed: refused"]);
});

Deno.test("an acknowledgement of what was never sent is reset during the handshake", () => {
  const wire = new Wire();
  wire.fate = () => [];
  wire.a.open();
  wire.flush();
  wire.forge("b", { sequence: 1, acknowledgement: 4711, flags: SYN | ACK });
  wire.run(0);
  assert.equal(wire.a.state, "syn-sent");
  assert.deepEqual(flags(wire), ["a S", "a R"]);
  assert.equal(wire.sent.at(-1)?.segment.sequence, 4711);
});

Deno.test("only a reset with the very next sequence number is believed (RFC 5961 3.2)", () => {
  const wire = new Wire().handshake();
  const before = wire.sent.length;
  wire.forge("b", { sequence: 5001 + 70_000, flags: RST });
  wire.run(0);
  assert.deepEqual(flags(wire, before), []);
  wire.forge("b", { sequence: 5002, flags: RST });
  wire.run(0);
  assert.deepEqual(flags(wire, before), ["a A"]);
  assert.equal(wire.a.state, "established");
  wire.forge("b", { sequence: 5001, flags: RST });
  wire.run(0);
  assert.deepEqual(told(wire.a), ["closed: reset"]);
});

Deno.test("a SYN in the middle is challenged (RFC 5961 4.2)", () => {
  const wire = new Wire().handshake();
  const before = wire.sent.length;
  for (const sequence of [5001, 5100, 99]) wire.forge("b", { sequence, flags: SYN });
  wire.run(0);
  assert.equal(wire.a.state, "established");
  assert.deepEqual(flags(wire, before), ["a A", "a A", "a A"]);
});

Deno.test("acknowledgements out of range are challenged (RFC 5961 5.2), and not more than ten a second", () => {
  const wire = new Wire().handshake();
  const before = wire.sent.length;
  for (let i = 0; i < 50; i++) {
    wire.forge("b", { sequence: 5001, acknowledgement: 1002 + i, flags: ACK, payload: text("x") });
  }
  wire.run(0);
  assert.equal(wire.sent.length - before, 10);
  assert.deepEqual(told(wire.a), []);
});

Deno.test("two ends that disagree about everything do not answer each other for ever", () => {
  const wire = new Wire().handshake();
  wire.forge("b", { sequence: 0x7000_0000, acknowledgement: 0x7000_0000, flags: ACK });
  wire.forge("a", { sequence: 0x7000_0000, acknowledgement: 0x7000_0000, flags: ACK });
  wire.run(10_000);
  assert.ok(wire.sent.length < 30, `${wire.sent.length} segments`);
});

Deno.test("a lost segment is sent again after the timeout, with the timer doubling", () => {
  const wire = new Wire().handshake();
  wire.fate = (from) => from === "a" ? [] : [1];
  const start = wire.now;
  const before = wire.sent.length;
  wire.a.send(text("lost"));
  wire.run(8000);
  assert.deepEqual(wire.sent.slice(before).map(({ at }) => at - start), [0, 1000, 3000, 7000]);
  wire.fate = () => [1];
  wire.run(10_000);
  assert.deepEqual(told(wire.b), ["lost"]);
});

Deno.test("a gap is filled with the missing segment, and one acknowledgement covers all", () => {
  const wire = new Wire().handshake();
  const before = wire.sent.length;
  wire.fate = (_from, _segment, n) => n === before ? [] : [1];
  wire.a.send(new Uint8Array(350));
  wire.run(500);
  assert.deepEqual(told(wire.b), []);
  wire.run(1000);
  assert.equal(events(wire.b).length, 4);
  const again = wire.sent.slice(before + 4).filter(({ from }) => from === "a");
  assert.deepEqual(again.map(({ segment }) => segment.payload.length), [100]);
});

Deno.test("silence ends a connection after a hundred seconds, a SYN after three minutes", () => {
  const wire = new Wire().handshake();
  wire.fate = () => [];
  wire.a.send(text("anyone?"));
  wire.run(99_000);
  assert.equal(wire.a.state, "established");
  wire.run(62_000);
  assert.deepEqual(told(wire.a), ["closed: timeout"]);
  const alone = new Wire();
  alone.fate = () => [];
  alone.a.open();
  alone.run(179_000);
  assert.equal(alone.a.state, "syn-sent");
  alone.run(62_000);
  assert.deepEqual(told(alone.a), ["closed: timeout"]);
});

Deno.test("a reader that stops closes the window; probes find it open again, and none of it is lost", () => {
  const wire = new Wire({}, { limits: { receiveBuffer: 1000 } }).handshake();
  const data = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
  wire.a.send(data);
  wire.run(300_000);
  assert.equal(wire.a.state, "established", "a closed window is no silence");
  assert.equal(wire.sent.at(-1)?.segment.window, 0);
  const got: number[] = [];
  for (let turn = 0; turn < 100 && got.length < data.length; turn++) {
    for (const event of events(wire.b)) if (event.type === "data") got.push(...event.bytes);
    wire.run(1000);
  }
  assert.deepEqual(got, [...data]);
});

Deno.test("reading tells the peer of a window that was closed, even if no probe comes", () => {
  const wire = new Wire({}, { limits: { receiveBuffer: 400 } }).handshake();
  wire.a.send(new Uint8Array(800));
  wire.run(100);
  const before = wire.sent.length;
  events(wire.b);
  wire.run(10);
  assert.equal(flags(wire, before)[0], "b A");
  assert.equal(events(wire.b).length, 4);
});

Deno.test("the right edge of the window never moves left", () => {
  const wire = new Wire({}, { limits: { receiveBuffer: 1000 } }).handshake();
  wire.a.send(new Uint8Array(4000));
  for (let i = 0; i < 200; i++) {
    wire.step();
    if (i % 7 === 0) wire.b.nextEvent();
  }
  let edge = 0;
  for (const { from, segment } of wire.sent) {
    if (from !== "b") continue;
    assert.ok(segment.acknowledgement + segment.window >= edge);
    edge = segment.acknowledgement + segment.window;
  }
});

Deno.test("send() takes what there is room for and tells when there is more", () => {
  const wire = new Wire({ limits: { sendBuffer: 300 } }).handshake();
  assert.equal(wire.a.send(new Uint8Array(1000)), 300);
  assert.equal(wire.a.send(new Uint8Array(1)), 0);
  assert.deepEqual(told(wire.a), []);
  wire.run(5);
  assert.ok(told(wire.a).includes("room"));
  assert.equal(wire.a.room, 300);
});

Deno.test("no more than ten segments are under way, and one after a timeout", () => {
  const wire = new Wire().handshake();
  wire.fate = () => [];
  let before = wire.sent.length;
  wire.a.send(new Uint8Array(5000));
  wire.flush();
  assert.equal(wire.sent.length - before, 10);
  before = wire.sent.length;
  wire.run(1500);
  assert.equal(wire.sent.length - before, 1);
});

Deno.test("octets behind a FIN are no part of the stream", () => {
  const wire = new Wire().handshake();
  wire.forge("b", { sequence: 5003, acknowledgement: 1001, flags: ACK, payload: text("forged") });
  wire.forge("b", { sequence: 5001, acknowledgement: 1001, flags: ACK | FIN, payload: text("ok") });
  wire.run(0);
  const heard = told(wire.a).join("");
  assert.match(heard, /^ok/);
});
