import assert from "node:assert/strict";
import { buildResponse } from "sip-codec";
import { LocalMisuseError } from "../errors.ts";
import { type Dialog, uacDialog, uasDialog } from "./dialog.ts";
import { draft } from "./testing/simulation.ts";

const RECORD_ROUTE = ["<sip:p2.example.com;lr>, <sip:p1.example.com;lr>"];
const BOB = { Contact: "<sip:bob@10.0.0.2:5060>" };

function both(status = 200, recordRoute: readonly string[] = RECORD_ROUTE): { uac: Dialog; uas: Dialog } {
  const sent = draft("INVITE", { CSeq: "10 INVITE" });
  const received = recordRoute.length > 0 ? sent.clone().set("Record-Route", recordRoute) : sent.clone();
  const response = buildResponse(received, status, { toTag: "to1", headers: BOB });
  return { uac: uacDialog(sent, response), uas: uasDialog(received, response) };
}

Deno.test("uacDialog() and uasDialog() are two sides of one dialog (RFC 3261 12.1)", () => {
  const { uac, uas } = both();
  assert.deepEqual([uac.localTag, uac.remoteTag], [uas.remoteTag, uas.localTag]);
  assert.deepEqual([uac.state, uas.state], ["confirmed", "confirmed"]);
  assert.equal(uac.remoteTarget, "sip:bob@10.0.0.2:5060");
  assert.equal(uas.remoteTarget, "sip:alice@10.0.0.1:5060");
  assert.deepEqual(uac.routeSet, ["<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"]);
  assert.deepEqual(uas.routeSet, ["<sip:p2.example.com;lr>", "<sip:p1.example.com;lr>"]);
  const bye = uac.request("BYE");
  assert(uas.matches(bye));
  assert(!uac.matches(bye));
  assert(uac.matches(uas.request("BYE")));
  assert(uac.matches(buildResponse(bye, 200)));
  assert(!uas.matches(draft("BYE")));
});

Deno.test("Dialog.request() fills in what 12.2.1.1 asks for", () => {
  const { uac } = both();
  const update = uac.request("UPDATE", { "Require": "precondition" }, "v=0\r\n");
  assert.equal(update.requestUri, "sip:bob@10.0.0.2:5060");
  assert.deepEqual(update.values("Route"), ["<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"]);
  assert.equal(update.get("CSeq"), "11 UPDATE");
  assert.equal(update.get("From"), "<sip:alice@home1.net>;tag=from1");
  assert.equal(update.get("To"), "<sip:bob@home1.net>;tag=to1");
  assert.equal(update.get("Contact"), "<sip:alice@10.0.0.1:5060>");
  assert.equal(update.contentLength, 5);
  const bye = uac.request("BYE");
  assert.equal(bye.get("CSeq"), "12 BYE");
  assert(!bye.has("Contact"));
});

Deno.test("Dialog.request() gives a strict router the Request-URI", () => {
  const { uac } = both(200, ["<sip:p2.example.com;lr>, <sip:p1.example.com;transport=udp?x=y>"]);
  const bye = uac.request("BYE");
  assert.equal(bye.requestUri, "sip:p1.example.com;transport=udp");
  assert.deepEqual(bye.values("Route"), ["<sip:p2.example.com;lr>", "<sip:bob@10.0.0.2:5060>"]);
});

Deno.test("Dialog.request() sends a Record-Route that cannot be read back as it came", () => {
  const { uac } = both(200, ["<192.0.2.103>"]);
  assert.deepEqual(uac.request("BYE").all("Route"), ["<192.0.2.103>"]);
});

Deno.test("Dialog.ack() has the INVITE's CSeq number and credentials", () => {
  const { uac } = both();
  const invite = draft("INVITE", { "CSeq": "10 INVITE", "Proxy-Authorization": 'Digest username="a"' });
  uac.request("PRACK");
  const ack = uac.ack(invite);
  assert.equal(ack.get("CSeq"), "10 ACK");
  assert.equal(ack.get("Proxy-Authorization"), 'Digest username="a"');
  assert.equal(uac.request("BYE").get("CSeq"), "12 BYE");
});

Deno.test("Dialog.received() orders by CSeq, refreshes the target and ends with BYE", () => {
  const { uas } = both();
  assert.equal(uas.remoteSeq, 10);
  const update = draft("UPDATE", { CSeq: "12 UPDATE", Contact: "<sip:alice@10.0.0.7>" });
  assert.equal(uas.received(update), "new");
  assert.equal(uas.remoteTarget, "sip:alice@10.0.0.7");
  assert.equal(uas.received(update), "repeated");
  assert.equal(uas.received(draft("INFO", { CSeq: "11 INFO", Contact: "<sip:x@y>" })), "late");
  assert.equal(uas.received(draft("ACK", { CSeq: "10 ACK" })), "new");
  assert.equal(uas.received(draft("INFO", { CSeq: "13 INFO", Contact: "<sip:x@y>" })), "new");
  assert.equal(uas.remoteTarget, "sip:alice@10.0.0.7", "INFO refreshes nothing");
  assert.equal(uas.received(draft("BYE", { CSeq: "14 BYE" })), "new");
  assert.equal(uas.state, "terminated");
});

Deno.test("Dialog.answered() confirms an early dialog with the route set of the 2xx", () => {
  const { uac } = both(183);
  assert.equal(uac.state, "early");
  const invite = draft("INVITE", { CSeq: "10 INVITE" });
  const received = invite.clone().set("Record-Route", "<sip:p9.example.com;lr>");
  uac.answered(
    invite,
    buildResponse(received, 200, { toTag: "to1", headers: { Contact: "<sip:bob@10.0.0.8>" } }),
  );
  assert.equal(uac.state, "confirmed");
  assert.deepEqual(uac.routeSet, ["<sip:p9.example.com;lr>"]);
  assert.equal(uac.remoteTarget, "sip:bob@10.0.0.8");
  uac.answered(
    uac.request("UPDATE"),
    buildResponse(received, 200, { headers: { Contact: "<sip:bob@10.0.0.9>" } }),
  );
  assert.equal(uac.remoteTarget, "sip:bob@10.0.0.9");
  assert.deepEqual(uac.routeSet, ["<sip:p9.example.com;lr>"]);
});

Deno.test("Dialog.answered() ends a dialog that the other side has forgotten, or refused", () => {
  const { uac } = both();
  uac.answered(uac.request("INFO"), buildResponse(draft("INFO"), 500));
  assert.equal(uac.state, "confirmed");
  uac.answered(uac.request("INFO"), buildResponse(draft("INFO"), 481));
  assert.equal(uac.state, "terminated");
  const early = both(180).uac;
  early.answered(draft("INVITE"), buildResponse(draft("INVITE"), 486));
  assert.equal(early.state, "terminated");
  const ended = both().uac;
  ended.answered(ended.request("BYE"), buildResponse(draft("BYE"), 403));
  assert.equal(ended.state, "terminated");
});

Deno.test("a terminated dialog makes no request, and no dialog makes an ACK or CANCEL by request()", () => {
  const { uas } = both(180);
  uas.confirm();
  assert.equal(uas.state, "confirmed");
  assert.throws(() => uas.request("ACK"), LocalMisuseError);
  assert.throws(() => uas.request("CANCEL"), LocalMisuseError);
  uas.terminate();
  assert.throws(() => uas.request("BYE"), /it is terminated/);
  uas.confirm();
  assert.equal(uas.state, "terminated");
});

Deno.test("uasDialog() needs a tag of ours", () => {
  assert.throws(() => uasDialog(draft("INVITE"), buildResponse(draft("INVITE"), 200)), LocalMisuseError);
});
