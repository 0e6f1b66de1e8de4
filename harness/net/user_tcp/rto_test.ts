import assert from "node:assert/strict";
import { RetransmissionTimeout } from "./rto.ts";

Deno.test("a timeout begins at one second and doubles up to a minute", () => {
  const rto = new RetransmissionTimeout();
  const seen = [];
  for (let i = 0; i < 8; i++, rto.backOff()) seen.push(rto.ms);
  assert.deepEqual(seen, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  rto.recovered();
  assert.equal(rto.ms, 1000);
});

Deno.test("measured() follows RFC 6298 2.2 and 2.3", () => {
  const rto = new RetransmissionTimeout();
  rto.measured(800); // SRTT 800, RTTVAR 400
  assert.equal(rto.ms, 800 + 4 * 400);
  rto.measured(1600); // RTTVAR 3/4*400 + 1/4*800 = 500, SRTT 7/8*800 + 1/8*1600 = 900
  assert.equal(rto.ms, 900 + 4 * 500);
});

Deno.test("measured() never waits less than a second", () => {
  const rto = new RetransmissionTimeout();
  for (let i = 0; i < 20; i++) rto.measured(2);
  assert.equal(rto.ms, 1000);
});

Deno.test("connected() leaves three seconds after a repeated SYN", () => {
  const rto = new RetransmissionTimeout();
  rto.backOff();
  rto.connected(true);
  assert.equal(rto.ms, 3000);
});
