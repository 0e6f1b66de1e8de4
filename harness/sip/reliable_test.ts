import assert from "node:assert/strict";
import { buildResponse } from "sip-codec";
import { LocalMisuseError } from "../errors.ts";
import { uacDialog, uasDialog } from "./dialog.ts";
import { prackFor, ReliableReceiver, ReliableSender } from "./reliable.ts";
import { draft } from "./testing/simulation.ts";

function provisional(status = 183, headers: Record<string, string> = {}) {
  return buildResponse(draft("INVITE"), status, {
    toTag: "to1",
    headers: { Contact: "<sip:bob@10.0.0.2>", ...headers },
  });
}

Deno.test("ReliableReceiver takes reliable responses in order, each once (RFC 3262 4)", () => {
  const receiver = new ReliableReceiver();
  const reliable = (rseq: number) => provisional(183, { RSeq: String(rseq), Require: "100rel" });
  assert.equal(receiver.received(provisional()), "unreliable");
  assert.equal(receiver.received(provisional(183, { RSeq: "3" })), "unreliable");
  assert.equal(receiver.received(provisional(100, { RSeq: "3", Require: "100rel" })), "unreliable");
  assert.equal(receiver.received(reliable(3)), "new");
  assert.equal(receiver.received(reliable(3)), "repeated");
  assert.equal(receiver.received(reliable(5)), "early");
  assert.equal(receiver.received(reliable(4)), "new");
  assert.equal(receiver.received(reliable(5)), "new");
  assert.equal(receiver.received(reliable(4)), "repeated");
  assert.equal(receiver.last, 5);
});

Deno.test("ReliableSender numbers its responses and knows their PRACKs", () => {
  const sender = new ReliableSender(7);
  const first = sender.number(provisional(180));
  const second = sender.number(provisional(183, { Require: "precondition" }));
  assert.deepEqual([first.rseq, second.rseq], [7, 8]);
  assert.deepEqual(second.require, ["precondition", "100rel"]);
  assert(sender.waiting);
  assert.equal(sender.acknowledge(draft("PRACK", { RAck: "9 1 INVITE" })), undefined);
  assert.equal(sender.acknowledge(draft("PRACK", { RAck: "7 2 INVITE" })), undefined);
  assert.equal(sender.acknowledge(draft("PRACK")), undefined);
  assert.equal(sender.acknowledge(draft("PRACK", { RAck: "7 1 INVITE" })), first);
  assert.equal(sender.acknowledge(draft("PRACK", { RAck: "7 1 INVITE" })), undefined);
  assert.equal(sender.acknowledge(draft("PRACK", { RAck: "8 1 INVITE" })), second);
  assert(!sender.waiting);
});

Deno.test("prackFor() acknowledges what the sender numbered", () => {
  const sender = new ReliableSender(1);
  const ringing = sender.number(provisional(180));
  const dialog = uacDialog(draft("INVITE"), ringing);
  const prack = prackFor(dialog, ringing);
  assert.equal(prack.get("RAck"), "1 1 INVITE");
  assert.equal(prack.get("CSeq"), "2 PRACK");
  assert(uasDialog(draft("INVITE"), ringing).matches(prack));
  assert.equal(sender.acknowledge(prack), ringing);
  assert.throws(() => prackFor(dialog, provisional()), LocalMisuseError);
});

Deno.test("ReliableSender refuses what cannot be reliable", () => {
  const sender = new ReliableSender(1);
  assert.throws(() => sender.number(provisional(100)), LocalMisuseError);
  assert.throws(() => sender.number(provisional(200)), LocalMisuseError);
  assert.throws(() => new ReliableSender(0), LocalMisuseError);
});
