/** Whatever octets come, the layer tells of them or keeps silent: it never throws, and never stops working. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { buildResponse } from "sip-codec";
import type { Flow } from "../net/types.ts";
import { draft } from "./testing/simulation.ts";
import { TransactionLayer } from "./transaction_layer.ts";
import { DEFAULT_TIMERS } from "./types.ts";

const FLOW: Flow = {
  transport: "udp",
  local: { address: "10.0.0.1", port: 5060 },
  remote: { address: "10.0.0.2", port: 5060 },
};

const VIA = "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKpeer;rport";

const splice = fc.record({
  at: fc.nat(600),
  length: fc.nat(12),
  insert: fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.constantFrom('"', "<", ">", ",", ";", "\r\n", "\0", "tag=x;tag=y"),
  ),
});

function mutilated(
  text: string,
  splices: readonly { at: number; length: number; insert: string }[],
): Uint8Array {
  for (const { at, length, insert } of splices) {
    const start = at % (text.length + 1);
    text = text.slice(0, start) + insert + text.slice(start + length);
  }
  return new TextEncoder().encode(text);
}

Deno.test("receive() takes any mutilated request, response, ACK, PRACK and CANCEL", () => {
  const kinds = ["INVITE", "ACK", "PRACK", "CANCEL", "OPTIONS", "401", "200", "183"];
  const message = fc.record({ kind: fc.constantFrom(...kinds), splices: fc.array(splice, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
      let n = 0;
      const layer = new TransactionLayer({ timers: DEFAULT_TIMERS, ids: () => `id${n++}` });
      const invite = draft("INVITE", { Route: "<sip:p.home1.net;lr>" });
      layer.request(invite, FLOW, 0);
      for (const [index, { kind, splices }] of messages.entries()) {
        const whole = /^\d/.test(kind)
          ? buildResponse(invite, Number(kind), { toTag: "to1", headers: { RSeq: "1", Require: "100rel" } })
          : draft(kind, { Via: VIA, ...(kind === "PRACK" ? { RAck: "1 1 INVITE" } : {}) });
        layer.receive(mutilated(whole.toString(), splices), FLOW, index * 100);
        for (let event = layer.nextEvent(); event; event = layer.nextEvent()) {
          if (event.type !== "request" || event.key === undefined) continue;
          const status = event.request.method === "INVITE" ? 183 : 200;
          const response = buildResponse(event.request, status, { toTag: "to1", headers: { RSeq: "1" } });
          layer.respond(event.key, response, index * 100, { untilAcknowledged: true });
        }
        layer.toSend(index * 100);
        layer.expire(index * 100);
      }
      const alive = draft("OPTIONS", { Via: `${VIA.replace("peer", "alive")}` });
      layer.receive(alive.toBytes(), FLOW, 10_000);
      assert.equal(layer.nextEvent()?.type, "request");
    }),
    { numRuns: 400 },
  );
});

Deno.test("receive() takes any octets", () => {
  const layer = new TransactionLayer({ timers: DEFAULT_TIMERS, ids: () => "x" });
  fc.assert(fc.property(fc.uint8Array(), (octets) => {
    layer.receive(octets, FLOW, 0);
    assert(["malformed", "keepalive"].includes(layer.nextEvent()!.type));
  }));
});
