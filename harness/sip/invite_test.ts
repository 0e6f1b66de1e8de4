import assert from "node:assert/strict";
import { buildResponse } from "sip-codec";
import { LocalMisuseError } from "../errors.ts";
import { draft, type Node, Simulation, summary } from "./testing/simulation.ts";
import { DEFAULT_TIMERS, type TransactionEvent } from "./types.ts";

const { t1, t2, t4 } = DEFAULT_TIMERS;

/** Two ends; the UAS answers each new INVITE with `statuses`, one after the other at once. */
function call(sim: Simulation, ...statuses: number[]): { uac: Node; uas: Node; key: string; start: number } {
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type !== "request" || event.key === undefined) return;
    for (const status of statuses) {
      node.layer.respond(event.key, buildResponse(event.request, status, { toTag: "to1" }), sim.now);
    }
  });
  const uac = sim.node("uac", "10.0.0.1");
  const key = uac.layer.request(draft("INVITE"), uac.flow(uas.at), sim.now);
  return { uac, uas, key, start: sim.now };
}

function types(events: readonly TransactionEvent[]): string[] {
  return events.map((event) => event.type === "response" ? String(event.response.status) : event.type);
}

Deno.test("INVITE: timer A doubles, timer B gives up after 64*T1", () => {
  const sim = new Simulation("udp", () => []);
  const { uac, start } = call(sim);
  assert(sim.run());
  const times = [0, 1, 3, 7, 15, 31, 63].map((n): [string, number] => ["INVITE", n * t1]);
  assert.deepEqual(sim.log("uac", start), times);
  assert.deepEqual(types(uac.events), ["timeout"]);
  assert.equal(sim.now - start, 64 * t1);
  assert.equal(uac.layer.size, 0);
});

Deno.test("INVITE: over a stream nothing is retransmitted, timer B still gives up", () => {
  const sim = new Simulation("tcp", () => []);
  const { uac, start } = call(sim);
  assert(sim.run());
  assert.deepEqual(sim.log("uac", start), [["INVITE", 0]]);
  assert.deepEqual(types(uac.events), ["timeout"]);
});

Deno.test("INVITE: a provisional response stops timers A and B", () => {
  const sim = new Simulation();
  const { uac, start } = call(sim, 180);
  assert(sim.run());
  assert.deepEqual(sim.log("uac", start), [["INVITE", 0]]);
  assert.deepEqual(types(uac.events), ["180"]);
});

Deno.test("INVITE: the layer acknowledges a non-2xx, timers G, H, I and D run on UDP", () => {
  // The first two ACKs get lost.
  let acks = 0;
  const sim = new Simulation("udp", ({ message }) => summary(message) === "ACK" && ++acks <= 2 ? [] : [0]);
  const { uac, uas, key, start } = call(sim, 404);
  sim.run(64 * t1 - 1);
  assert.deepEqual(sim.log("uas", start), [["404", 0], ["404", t1], ["404", 3 * t1]]);
  assert.deepEqual(sim.log("uac", start), [["INVITE", 0], ["ACK", 0], ["ACK", t1], ["ACK", 3 * t1]]);
  assert.deepEqual(types(uac.events), ["404"]);
  assert.deepEqual(types(uas.events), ["request", "ack"]);
  assert.equal(uas.layer.size, 0, "timer I has ended the server transaction");
  assert.equal(uac.layer.size, 1, "timer D keeps the client transaction");
  assert(sim.run());
  assert.equal(sim.now - start, 64 * t1);
  assert.equal(uac.layer.size, 0);
  assert.equal(key, "c1");
});

Deno.test("INVITE: the ACK of a non-2xx has the INVITE's branch, Route and the response's To", () => {
  const sim = new Simulation();
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type !== "request") return;
    node.layer.respond(event.key!, buildResponse(event.request, 486, { toTag: "busy" }), sim.now);
  });
  const uac = sim.node("uac", "10.0.0.1");
  const invite = draft("INVITE", {
    Route: ["<sip:pcscf.home1.net;lr>", "<sip:scscf.home1.net;lr>"],
    Subject: "x",
  });
  uac.layer.request(invite, uac.flow(uas.at), sim.now);
  sim.run(1000);
  const [ack] = sim.sent.map(({ message }) => message).filter((message) => summary(message) === "ACK");
  assert(ack?.kind === "request");
  assert.equal(ack.requestUri, "sip:bob@home1.net");
  assert.equal(ack.via?.branch, invite.via?.branch);
  assert.equal(ack.vias.length, 1);
  assert.deepEqual(ack.all("Route"), ["<sip:pcscf.home1.net;lr>", "<sip:scscf.home1.net;lr>"]);
  assert.equal(ack.to?.tag, "busy");
  assert.equal(ack.get("CSeq"), "1 ACK");
  assert(!ack.has("Subject"));
});

Deno.test("INVITE: timer G doubles up to T2, timer H reports that no ACK came", () => {
  const sim = new Simulation("udp", ({ from }) => from === "uas" ? [] : [0]);
  const { uas } = call(sim, 404);
  // The UAC repeats its INVITE and so draws a further 404 each time: look at the timers alone.
  const start = sim.now;
  sim.run(0);
  uas.layer.expire(sim.now);
  const times: number[] = [];
  while (uas.layer.size > 0) {
    const at = uas.layer.deadline()!;
    uas.layer.expire(at);
    for (const { bytes } of uas.layer.toSend(at)) if (bytes.length > 0) times.push(at - start);
  }
  assert.deepEqual(times, [t1, 3 * t1, 7 * t1, ...[1, 2, 3, 4, 5, 6, 7].map((n) => 7 * t1 + n * t2)]);
  assert.equal(uas.layer.nextEvent()?.type, "timeout");
});

Deno.test("INVITE: over a stream a non-2xx is sent once, timers D and I are zero, H still waits for the ACK", () => {
  const sim = new Simulation("tcp", () => [0]);
  const { uac, uas, start } = call(sim, 404);
  sim.run(0);
  assert.deepEqual(sim.log("uas", start), [["404", 0]]);
  assert.equal(uac.layer.size + uas.layer.size, 0);

  const deaf = new Simulation("tcp", ({ message }) => summary(message) === "ACK" ? [] : [0]);
  const other = call(deaf, 404);
  assert(deaf.run());
  assert.deepEqual(types(other.uas.events), ["request", "timeout"]);
  assert.equal(deaf.now - other.start, 64 * t1);
});

Deno.test("INVITE: timer 100 answers for a slow user after 200 ms", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uac, start } = call(sim);
  assert(sim.run());
  assert.deepEqual(sim.log("uas", start), [["100", 200]]);
  assert.deepEqual(types(uac.events), ["100"]);
});

Deno.test("INVITE: every 2xx is passed up until timer M, the ACK goes to the user, timer L ends the server", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uac, uas, key, start } = call(sim, 200);
  sim.run(0);
  const invite = uas.events[0];
  assert(invite?.type === "request" && invite.key !== undefined);
  // A fork's 2xx, and a retransmission.
  uas.layer.respond(invite.key, buildResponse(invite.request, 200, { toTag: "to2" }), sim.now);
  uas.layer.respond(invite.key, buildResponse(invite.request, 200, { toTag: "to1" }), sim.now);
  sim.run(0);
  assert.deepEqual(types(uac.events), ["200", "200", "200"]);
  uac.layer.request(draft("ACK", { To: "<sip:bob@home1.net>;tag=to1" }), uac.flow(uas.at), sim.now);
  sim.run(0);
  const ack = uas.events.at(-1);
  assert(ack?.type === "request" && ack.key === undefined && ack.request.method === "ACK");
  assert.equal(uac.layer.size + uas.layer.size, 2);
  assert(sim.run());
  assert.equal(sim.now - start, 64 * t1);
  assert.equal(uac.layer.size + uas.layer.size, 0);
  assert.equal(key, "c1");
  assert.throws(
    () => uas.layer.respond(invite.key!, buildResponse(invite.request, 200), sim.now),
    LocalMisuseError,
  );
});

Deno.test("INVITE: retransmissions after a 2xx are absorbed (RFC 6026)", () => {
  const sim = new Simulation("udp", ({ from }) => from === "uas" ? [] : [0]);
  const { uas } = call(sim, 200);
  sim.run(20 * t1);
  assert.equal(uas.events.filter(({ type }) => type === "request").length, 1);
  assert.equal(sim.log("uas", 0).length, 1);
});

Deno.test("INVITE: timer C cancels a proxy's INVITE, each 101-199 restarts it", () => {
  const sim = new Simulation("udp", () => [0]);
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type === "request" && event.key !== undefined) {
      node.layer.respond(event.key, buildResponse(event.request, 180), sim.now);
    }
    if (event.type === "cancel") {
      const invite = node.events.find((earlier) => earlier.type === "request");
      assert(invite?.type === "request");
      node.layer.respond(event.key, buildResponse(invite.request, 487, { toTag: "x" }), sim.now);
    }
  });
  const proxy = sim.node("proxy", "10.0.0.1");
  const start = sim.now;
  proxy.layer.request(draft("INVITE"), proxy.flow(uas.at), sim.now, { timerC: 181_000 });
  sim.run(100_000);
  const invite = uas.events[0];
  assert(invite?.type === "request");
  uas.layer.respond(invite.key!, buildResponse(invite.request, 100), sim.now);
  uas.layer.respond(invite.key!, buildResponse(invite.request, 183), sim.now);
  assert(sim.run());
  const cancel = sim.log("proxy", start).find(([what]) => what === "CANCEL");
  assert.equal(cancel?.[1], 281_000);
  assert.deepEqual(types(proxy.events), ["180", "100", "183", "200", "487"]);
});

Deno.test("cancel() waits for a provisional response, and the INVITE ends with 487", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uac, uas, key, start } = call(sim);
  const cancel = uac.layer.cancel(key, sim.now);
  assert.equal(uac.layer.cancel(key, sim.now), cancel, "once is enough");
  sim.run(150);
  assert.deepEqual(sim.log("uac", start), [["INVITE", 0]]);
  sim.run(50);
  const [request, event] = uas.events;
  assert(request?.type === "request" && event?.type === "cancel");
  assert.equal(event.key, request.key);
  uas.layer.respond(event.key, buildResponse(request.request, 487, { toTag: "to1" }), sim.now);
  assert(sim.run());
  assert.deepEqual(sim.log("uac", start), [["INVITE", 0], ["CANCEL", 200], ["ACK", 200]]);
  assert.deepEqual(
    uac.events.map((each) => each.type === "response" && [each.key, each.response.status]),
    [[key, 100], [cancel, 200], [key, 487]],
  );
  assert.equal(uac.layer.size + uas.layer.size, 0);
});

Deno.test("cancel() ends the INVITE after 64*T1 if no final response comes", () => {
  const sim = new Simulation("udp", ({ message }) => summary(message) === "CANCEL" ? [] : [0]);
  const { uac, key } = call(sim, 180);
  sim.run(0);
  const cancel = uac.layer.cancel(key, sim.now);
  const start = sim.now;
  assert(sim.run());
  assert.equal(sim.now - start, 64 * t1);
  assert.deepEqual(
    uac.events.slice(1).map((event) => event.type === "timeout" && event.key).sort(),
    [key, cancel].sort(),
  );
});

Deno.test("cancel() has no effect after the final response and refuses other methods", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uac, uas, key } = call(sim, 486);
  sim.run(0);
  assert.equal(uac.layer.cancel(key, sim.now), undefined);
  assert.equal(uac.layer.cancel("c77", sim.now), undefined);
  const options = uac.layer.request(draft("OPTIONS"), uac.flow(uas.at), sim.now);
  assert.throws(() => uac.layer.cancel(options, sim.now), LocalMisuseError);
});

Deno.test("an illegal answer throws and changes nothing", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uas } = call(sim, 486);
  sim.run(0);
  const [invite] = uas.events;
  assert(invite?.type === "request");
  const before = uas.layer.deadline();
  for (const status of [180, 200, 500]) {
    assert.throws(
      () => uas.layer.respond(invite.key!, buildResponse(invite.request, status), sim.now),
      (error) => error instanceof LocalMisuseError && /cannot take "respond/.test(error.message),
    );
  }
  assert.equal(uas.layer.deadline(), before);
  assert.deepEqual(uas.layer.toSend(sim.now), []);
  assert.equal(t4, 5000);
});

Deno.test("respond() repeats a 2xx until its ACK when told to", () => {
  const sim = new Simulation("udp", () => [0]);
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type !== "request" || event.key === undefined) return;
    const ok = buildResponse(event.request, 200, { toTag: "to1" });
    node.layer.respond(event.key, ok, sim.now, { untilAcknowledged: true });
  });
  const uac = sim.node("uac", "10.0.0.1");
  const start = sim.now;
  uac.layer.request(draft("INVITE"), uac.flow(uas.at), sim.now);
  sim.run(15 * t1 + t2);
  const times = [0, 1, 3, 7].map((n) => n * t1);
  assert.deepEqual(sim.log("uas", start).map(([, at]) => at), [...times, 7 * t1 + t2, 7 * t1 + 2 * t2]);
  uac.layer.request(draft("ACK", { To: "<sip:bob@home1.net>;tag=to1" }), uac.flow(uas.at), sim.now);
  sim.run();
  assert.equal(sim.log("uas", start).length, 6);
  assert.deepEqual(types(uas.events), ["request", "request"]);
});

Deno.test("respond() reports a 2xx that nobody acknowledges, after 64*T1", () => {
  const sim = new Simulation("tcp", () => [0]);
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type !== "request" || event.key === undefined) return;
    const ok = buildResponse(event.request, 200, { toTag: "to1" });
    node.layer.respond(event.key, ok, sim.now, { untilAcknowledged: true });
  });
  const uac = sim.node("uac", "10.0.0.1");
  const start = sim.now;
  uac.layer.request(draft("INVITE"), uac.flow(uas.at), sim.now);
  assert(sim.run());
  assert.deepEqual(types(uas.events), ["request", "timeout"]);
  assert.equal(sim.now - start, 64 * t1);
});

Deno.test("respond() repeats a reliable 1xx until its PRACK, without a bound on the interval (RFC 3262)", () => {
  const sim = new Simulation("udp", () => [0]);
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type !== "request" || event.request.method !== "INVITE") return;
    const ringing = buildResponse(event.request, 183, {
      toTag: "to1",
      headers: { RSeq: "5", Require: "100rel" },
    });
    node.layer.respond(event.key!, ringing, sim.now, { untilAcknowledged: true });
  });
  const uac = sim.node("uac", "10.0.0.1");
  const start = sim.now;
  uac.layer.request(draft("INVITE"), uac.flow(uas.at), sim.now);
  sim.run(20 * t1);
  const prack = draft("PRACK", { To: "<sip:bob@home1.net>;tag=to1", CSeq: "2 PRACK", RAck: "5 1 INVITE" });
  uac.layer.request(prack, uac.flow(uas.at), sim.now);
  sim.run(60_000);
  assert.deepEqual(sim.log("uas", start).map(([, at]) => at), [0, 1, 3, 7, 15].map((n) => n * t1));
});
