import assert from "node:assert/strict";
import { buildResponse } from "sip-codec";
import { LocalMisuseError } from "../errors.ts";
import { draft, type Node, Simulation } from "./testing/simulation.ts";
import { DEFAULT_TIMERS, type TransactionEvent } from "./types.ts";

const { t1, t2, t4 } = DEFAULT_TIMERS;

function exchange(sim: Simulation, ...statuses: number[]): { uac: Node; uas: Node; start: number } {
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type !== "request") return;
    for (const status of statuses) {
      node.layer.respond(event.key!, buildResponse(event.request, status), sim.now);
    }
  });
  const uac = sim.node("uac", "10.0.0.1");
  uac.layer.request(draft("REGISTER"), uac.flow(uas.at), sim.now);
  return { uac, uas, start: sim.now };
}

function types(events: readonly TransactionEvent[]): string[] {
  return events.map((event) => event.type === "response" ? String(event.response.status) : event.type);
}

Deno.test("non-INVITE: timer E doubles up to T2, timer F gives up after 64*T1", () => {
  const sim = new Simulation("udp", () => []);
  const { uac, start } = exchange(sim);
  assert(sim.run());
  const times = [0, t1, 3 * t1, 7 * t1, ...[1, 2, 3, 4, 5, 6, 7].map((n) => 7 * t1 + n * t2)];
  assert.deepEqual(sim.log("uac", start).map(([, at]) => at), times);
  assert.deepEqual(types(uac.events), ["timeout"]);
  assert.equal(sim.now - start, 64 * t1);
});

Deno.test("non-INVITE: over a stream nothing is retransmitted, timer F still gives up", () => {
  const sim = new Simulation("tcp", () => []);
  const { uac, start } = exchange(sim);
  assert(sim.run());
  assert.equal(sim.log("uac", start).length, 1);
  assert.deepEqual(types(uac.events), ["timeout"]);
});

Deno.test("non-INVITE: after a provisional response timer E runs at T2", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uac, uas, start } = exchange(sim, 100);
  sim.run(t1 + 2 * t2);
  assert.deepEqual(sim.log("uac", start).map(([, at]) => at), [0, t1, t1 + t2, t1 + 2 * t2]);
  assert.equal(uas.events.length, 1);
  assert.equal(sim.log("uas", start).length, 4, "each retransmission draws the provisional response again");
  assert(sim.run());
  assert.equal(types(uac.events).at(-1), "timeout");
});

Deno.test("non-INVITE: timer K keeps the client T4, timer J the server 64*T1 on UDP", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uac, uas, start } = exchange(sim, 200);
  sim.run(t4 - 1);
  assert.equal(uac.layer.size, 1);
  sim.run(1);
  assert.equal(uac.layer.size, 0);
  sim.run(64 * t1 - t4 - 1);
  assert.equal(uas.layer.size, 1);
  assert(sim.run());
  assert.equal(sim.now - start, 64 * t1);
  assert.equal(uas.layer.size, 0);
  assert.deepEqual(types(uac.events), ["200"]);
});

Deno.test("non-INVITE: timers K and J are zero over a stream", () => {
  const sim = new Simulation("tcp", () => [0]);
  const { uac, uas } = exchange(sim, 200);
  sim.run(0);
  assert.equal(uac.layer.size + uas.layer.size, 0);
  assert.equal(uac.layer.deadline() ?? uas.layer.deadline(), undefined);
});

Deno.test("non-INVITE: a lost final response is repeated for the retransmitted request and passed up once", () => {
  const sim = new Simulation("udp", ({ from }, n) => from === "uas" && n < 4 ? [] : [0, 2, 5]);
  const { uac, uas } = exchange(sim, 200);
  assert(sim.run());
  assert.deepEqual(types(uac.events), ["200"]);
  assert.deepEqual(types(uas.events), ["request"]);
});

Deno.test("non-INVITE: before any response retransmissions are absorbed silently", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uas, start } = exchange(sim);
  sim.run(10 * t1);
  assert.equal(uas.events.length, 1);
  assert.equal(sim.log("uas", start).length, 0);
});

Deno.test("non-INVITE: a second final response is a misuse and changes nothing", () => {
  const sim = new Simulation("udp", () => [0]);
  const { uas } = exchange(sim, 200);
  sim.run(0);
  const [event] = uas.events;
  assert(event?.type === "request");
  assert.throws(
    () => uas.layer.respond(event.key!, buildResponse(event.request, 500), sim.now),
    (error) =>
      error instanceof LocalMisuseError &&
      error.message.startsWith(
        'REGISTER server transaction cannot take "respond 3xx-6xx" in state "completed"',
      ),
  );
  assert.deepEqual(uas.layer.toSend(sim.now), []);
});
