import assert from "node:assert/strict";
import { buildRequest, buildResponse, type SipRequest } from "sip-codec";
import { LocalMisuseError } from "../errors.ts";
import { Subscription } from "./subscription.ts";

function subscription(event = "reg"): Subscription {
  return new Subscription({
    target: "sip:alice@home1.net",
    from: "<sip:alice@home1.net>",
    fromTag: "f1",
    callId: "sub1@10.0.0.1",
    contact: "<sip:alice@10.0.0.1>",
    event,
    expires: 600_000,
  });
}

function notify(state: string, more: Record<string, string> = {}): SipRequest {
  return buildRequest("NOTIFY", "sip:alice@10.0.0.1", {
    "From": "<sip:alice@home1.net>;tag=n1",
    "To": "<sip:alice@home1.net>;tag=f1",
    "Call-ID": "sub1@10.0.0.1",
    "CSeq": "1 NOTIFY",
    "Contact": "<sip:scscf.home1.net>",
    "Record-Route": "<sip:pcscf.home1.net;lr>",
    "Event": "reg",
    "Subscription-State": state,
    ...more,
  });
}

function ok(request: SipRequest, expires = "600000") {
  return buildResponse(request, 200, {
    toTag: "n1",
    headers: {
      "Expires": expires,
      "Contact": "<sip:scscf.home1.net>",
      "Record-Route": "<sip:pcscf.home1.net;lr>",
    },
  });
}

Deno.test("Subscription becomes active, is refreshed in its dialog, and ends", () => {
  const sub = subscription();
  const first = sub.subscribe();
  assert.equal(first.get("Event"), "reg");
  assert.equal(first.expires, 600_000);
  sub.answered(first, ok(first), 0);
  assert.equal(sub.state, "notify wait");
  assert.deepEqual([sub.refreshAt, sub.expiresAt], [599_400_000, 600_000_000]);
  const came = notify("active;expires=1000");
  assert(sub.matches(came));
  sub.notified(came, 0);
  assert.equal(sub.state, "active");
  assert.equal(sub.deadline(), 500_000);
  assert.equal(sub.expire(500_000), "refresh");
  const again = sub.subscribe();
  assert.equal(again.requestUri, "sip:scscf.home1.net");
  assert.deepEqual(again.all("Route"), ["<sip:pcscf.home1.net;lr>"]);
  assert.equal(again.get("CSeq"), "2 SUBSCRIBE");
  assert.equal(again.to?.tag, "n1");
  sub.answered(again, ok(again, "2000"), 500_000);
  assert.equal(sub.expiresAt, 2_500_000);
  const last = sub.subscribe(0);
  sub.answered(last, ok(last, "0"), 500_000);
  assert.equal(sub.deadline(), undefined);
  sub.notified(notify("terminated;reason=timeout", { CSeq: "2 NOTIFY" }), 500_000);
  assert.equal(sub.state, "terminated");
  assert.equal(sub.reason, "timeout");
  assert.throws(() => sub.subscribe(), LocalMisuseError);
});

Deno.test("Subscription begins with a NOTIFY that overtakes the 2xx", () => {
  const sub = subscription();
  const first = sub.subscribe();
  sub.notified(notify("pending"), 0);
  assert.equal(sub.state, "pending");
  const again = sub.subscribe();
  assert.equal(again.requestUri, "sip:scscf.home1.net");
  assert.deepEqual(again.all("Route"), ["<sip:pcscf.home1.net;lr>"]);
  sub.answered(first, ok(first), 0);
  sub.notified(notify("something", { CSeq: "2 NOTIFY" }), 0);
  assert.equal(sub.state, "active");
});

Deno.test("Subscription.matches() looks at dialog, package and id (RFC 6665 8.2.1)", () => {
  const sub = subscription("reg;id=7");
  const first = sub.subscribe();
  assert(!sub.matches(notify("active")));
  assert(sub.matches(notify("active", { Event: "REG;id=7" })));
  assert(!sub.matches(notify("active", { "Event": "presence;id=7" })));
  assert(!sub.matches(notify("active", { "Event": "reg;id=7", "Call-ID": "other" })));
  assert(!sub.matches(notify("active", { "Event": "reg;id=7", "To": "<sip:alice@home1.net>;tag=f2" })));
  sub.answered(first, ok(first), 0);
  const fork = notify("active", { "Event": "reg;id=7", "From": "<sip:alice@home1.net>;tag=n2" });
  assert(!sub.matches(fork), "another notifier is another subscription");
});

Deno.test("Subscription answers a challenge with another SUBSCRIBE, and ends when refused or unanswered", () => {
  const sub = subscription();
  const first = sub.subscribe();
  sub.answered(first, buildResponse(first, 407), 0);
  assert.equal(sub.state, "notify wait");
  const second = sub.subscribe(600, { "Proxy-Authorization": "Digest x=y" });
  assert.equal(second.get("CSeq"), "2 SUBSCRIBE");
  sub.answered(second, buildResponse(second, 403), 0);
  assert.equal(sub.state, "terminated");
  const silent = subscription();
  silent.subscribe();
  silent.timedOut();
  assert.equal(silent.state, "terminated");
});

Deno.test("Subscription survives a refused refresh until it expires, but not 481", () => {
  const sub = subscription();
  const first = sub.subscribe();
  sub.answered(first, ok(first, "100"), 0);
  sub.notified(notify("active"), 0);
  const refresh = sub.subscribe();
  sub.answered(refresh, buildResponse(refresh, 503), 0);
  assert.equal(sub.state, "active");
  assert.equal(sub.expire(100_000), "expired");
  assert.equal(sub.state, "terminated");
  const gone = subscription();
  const begin = gone.subscribe();
  gone.answered(begin, ok(begin), 0);
  gone.notified(notify("active"), 0);
  const lost = gone.subscribe();
  gone.answered(lost, buildResponse(lost, 481), 0);
  assert.equal(gone.state, "terminated");
});

Deno.test("Subscription keeps why and until when it was ended", () => {
  const sub = subscription();
  sub.subscribe();
  sub.notified(notify("terminated;reason=probation;retry-after=30"), 0);
  assert.deepEqual([sub.reason, sub.retryAfter], ["probation", 30]);
});
