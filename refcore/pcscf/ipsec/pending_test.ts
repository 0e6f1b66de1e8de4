import { strict as assert } from "node:assert";
import { buildRequest, buildResponse, type SipRequest } from "sip-codec";
import { FakeClock } from "../../../harness/net/mod.ts";
import { Scheduler } from "../../scheduler.ts";
import { PendingTransactions } from "./pending.ts";

function request(method: string, branch: string, seq = 1): SipRequest {
  return buildRequest(method, "sip:bob@home1.net", [
    ["Via", `SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK${branch}`],
    ["From", "<sip:alice@home1.net>;tag=1"],
    ["To", "<sip:bob@home1.net>"],
    ["Call-ID", "call"],
    ["CSeq", `${seq} ${method === "ACK" || method === "CANCEL" ? method : method}`],
  ]);
}

async function withPending(
  run: (pending: PendingTransactions, idle: () => number, clock: FakeClock) => void,
) {
  const clock = new FakeClock(1_000_000);
  const scheduler = new Scheduler(clock);
  let count = 0;
  run(new PendingTransactions({ scheduler, t1: 500, onIdle: () => void count++ }), () => count, clock);
  await scheduler.close();
}

Deno.test("PendingTransactions: a request is pending until its final response", async () => {
  await withPending((pending, idle) => {
    const message = request("MESSAGE", "1");
    pending.saw(message);
    pending.saw(message);
    assert.equal(pending.idle, false);
    assert.equal(pending.holds(buildResponse(message, 200, { toTag: "2" })), true);
    assert.equal(pending.holds(request("MESSAGE", "2")), false);
    pending.saw(buildResponse(message, 100));
    assert.equal(pending.idle, false);
    pending.saw(buildResponse(message, 202, { toTag: "2" }));
    assert.deepEqual([pending.idle, idle()], [true, 1]);
  });
});

Deno.test("PendingTransactions: an INVITE is pending until its ACK, by its branch or by its dialog", async () => {
  await withPending((pending, idle) => {
    for (const [branch, ack, status] of [["a", "a", 486], ["b", "other", 200]] as const) {
      const invite = request("INVITE", branch);
      pending.saw(invite);
      const cancel = request("CANCEL", branch);
      assert.deepEqual([pending.holds(cancel), pending.holdsBranch(cancel)], [true, true]);
      pending.saw(buildResponse(invite, 180, { toTag: "2" }));
      pending.saw(buildResponse(invite, status, { toTag: "2" }));
      assert.equal(pending.idle, false);
      const acknowledgement = request("ACK", ack);
      assert.equal(pending.holdsBranch(acknowledgement), branch === ack);
      assert.equal(pending.holds(acknowledgement), true);
      pending.saw(acknowledgement);
    }
    assert.equal(idle(), 2);
  });
});

Deno.test("PendingTransactions: clear() forgets without a word", async () => {
  await withPending((pending, idle) => {
    pending.saw(request("MESSAGE", "1"));
    pending.clear();
    assert.deepEqual([pending.idle, idle()], [true, 0]);
  });
});
