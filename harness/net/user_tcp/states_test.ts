import assert from "node:assert/strict";
import { LocalMisuseError } from "../../errors.ts";
import { nextState, type TcpState, type TcpTransition, TRANSITIONS } from "./states.ts";

// RFC 9293 figure 5, read off edge by edge.
const FIGURE: [TcpState, TcpTransition, TcpState][] = [
  ["closed", "open", "syn-sent"],
  ["closed", "accept", "syn-received"],
  ["syn-sent", "syn", "syn-received"],
  ["syn-sent", "syn-ack", "established"],
  ["syn-sent", "close", "closed"],
  ["syn-received", "acked", "established"],
  ["established", "close", "fin-wait-1"],
  ["established", "fin", "close-wait"],
  ["fin-wait-1", "acked", "fin-wait-2"],
  ["fin-wait-1", "fin", "closing"],
  ["fin-wait-2", "fin", "time-wait"],
  ["closing", "acked", "time-wait"],
  ["close-wait", "close", "last-ack"],
  ["last-ack", "acked", "closed"],
  ["time-wait", "over", "closed"],
];

Deno.test("nextState() has the edges of RFC 9293 figure 5", () => {
  for (const [from, transition, to] of FIGURE) assert.equal(nextState(from, transition), to);
});

Deno.test("nextState() has no other edges but what ends a connection out of turn", () => {
  for (const [from, row] of Object.entries(TRANSITIONS)) {
    for (const [transition, to] of Object.entries(row)) {
      const known = FIGURE.some(([state, event]) => state === from && event === transition);
      const ending = to === "closed" &&
        (transition === "gone" || (from === "fin-wait-2" && transition === "over"));
      assert.ok(known || ending, `${from} ${transition}`);
    }
  }
});

Deno.test("nextState() refuses what the table does not list and names what it does", () => {
  assert.throws(
    () => nextState("time-wait", "close"),
    (error) => error instanceof LocalMisuseError && /"time-wait".*"over", "gone"/.test(error.message),
  );
});
