/** Whatever the network does, both ends of a transaction come to an end, and tell their users once. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { buildResponse } from "sip-codec";
import { draft, Simulation, summary } from "./testing/simulation.ts";

/** For each message: the delays of its copies. None: lost. */
const network = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 5, arbitrary: fc.array(fc.nat(3000), { minLength: 1, maxLength: 3 }) },
  ),
  { minLength: 1, maxLength: 30 },
);

const answers = fc.array(fc.constantFrom(100, 180, 183), { maxLength: 2 })
  .chain((early) => fc.constantFrom(200, 302, 404, 486, 503, 603).map((final) => [...early, final]));

function ends(
  transport: "udp" | "tcp",
  method: string,
  delays: readonly (readonly number[])[],
  statuses: number[],
  cancelAfter: number,
) {
  // Over a stream nothing is lost, repeated or reordered.
  const link = transport === "udp" ? (_: unknown, n: number) => delays[n % delays.length]! : () => [1];
  const sim = new Simulation(transport, link);
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type !== "request" || event.key === undefined) return;
    for (const status of event.request.method === "CANCEL" ? [481] : statuses) {
      node.layer.respond(event.key, buildResponse(event.request, status, { toTag: "to1" }), sim.now);
    }
  });
  const uac = sim.node("uac", "10.0.0.1");
  const key = uac.layer.request(draft(method), uac.flow(uas.at), sim.now);
  sim.run(cancelAfter);
  if (method === "INVITE") uac.layer.cancel(key, sim.now);
  assert(sim.run(600_000), "nothing is left to happen");
  assert.equal(uac.layer.size, 0, "the client has ended");
  assert.equal(uas.layer.size, 0, "the server has ended");
  assert.equal(uac.layer.deadline() ?? uas.layer.deadline(), undefined);
  const finals = uac.events.filter((event) =>
    "key" in event && event.key === key &&
    (event.type === "timeout" || event.type === "response" && event.response.status >= 300)
  );
  const successes = uac.events.filter((event) =>
    event.type === "response" && event.key === key && event.response.status >= 200 &&
    event.response.status < 300
  );
  assert.equal(finals.length + Math.min(successes.length, 1), 1, "one outcome");
  if (method !== "INVITE") assert(successes.length <= 1);
  const requests = uas.events.filter((event) =>
    event.type === "request" && event.key !== undefined && event.request.method === method
  );
  return { sim, requests };
}

Deno.test("both ends of a non-INVITE transaction end, whatever is lost, repeated or late", () => {
  fc.assert(fc.property(network, answers, (delays, statuses) => {
    ends("udp", "OPTIONS", delays, statuses, 0);
  }));
});

Deno.test("both ends of an INVITE transaction end, cancelled or not", () => {
  fc.assert(fc.property(network, answers, fc.nat(5000), (delays, statuses, cancelAfter) => {
    ends("udp", "INVITE", delays, statuses, cancelAfter);
  }));
});

Deno.test("both ends of a transaction over a stream end after one message each way", () => {
  fc.assert(fc.property(fc.constantFrom("OPTIONS", "INVITE"), answers, (method, statuses) => {
    const { sim, requests } = ends("tcp", method, [[1]], statuses, 0);
    assert.equal(requests.length, 1);
    assert.equal(sim.sent.filter(({ message }) => summary(message) === method).length, 1);
  }));
});

Deno.test("a request that is late beyond the server's memory is new, and ends as well", () => {
  const sim = new Simulation("udp", ({ message }) => summary(message) === "OPTIONS" ? [1, 40_000] : [1]);
  const uas = sim.node("uas", "10.0.0.2", (event, node) => {
    if (event.type !== "request") return;
    node.layer.respond(event.key!, buildResponse(event.request, 200), sim.now);
  });
  const uac = sim.node("uac", "10.0.0.1");
  uac.layer.request(draft("OPTIONS"), uac.flow(uas.at), sim.now);
  assert(sim.run());
  assert.deepEqual(uac.events.map(({ type }) => type), ["response", "stray"]);
  assert.equal(uas.events.length, 2);
});
