import assert from "node:assert/strict";
import { buildResponse, type SipRequest } from "sip-codec";
import { LocalMisuseError } from "../errors.ts";
import { refreshAfter, Registration, type RegistrationSetup } from "./registration.ts";

const CONTACT = '<sip:alice@10.0.0.1:5060>;+sip.instance="<urn:uuid:1>"';

function registration(more: Partial<RegistrationSetup> = {}): Registration {
  return new Registration({
    aor: "sip:alice@home1.net",
    registrar: "sip:home1.net",
    contact: CONTACT,
    callId: "reg1@10.0.0.1",
    fromTag: "t1",
    ...more,
  });
}

function ok(request: SipRequest, contact = "<sip:alice@10.0.0.1:5060>;expires=3600") {
  return buildResponse(request, 200, {
    headers: {
      "Contact": ["<sip:other@10.0.0.9>;expires=77", contact],
      "Service-Route": "<sip:orig@scscf.home1.net;lr>",
      "P-Associated-URI": "<sip:alice@home1.net>, <tel:+15551>",
    },
  });
}

Deno.test("refreshAfter() is 600 s before the end above 1200 s, else half (TS 24.229 5.1.1.4.1)", () => {
  assert.deepEqual([600_000, 1201, 1200, 60].map(refreshAfter), [599_400, 601, 600, 30]);
});

Deno.test("Registration goes through challenge, registration, refresh with challenge, deregistration", () => {
  const reg = registration();
  const first = reg.register();
  assert.equal(first.requestUri, "sip:home1.net");
  assert.equal(first.get("Expires"), "600000");
  assert.equal(first.get("Contact"), CONTACT);
  assert.equal(reg.state, "registering");
  assert.equal(reg.received(buildResponse(first, 100), 0), "registering");
  assert.equal(reg.received(buildResponse(first, 401), 0), "challenged");
  const second = reg.answer({ headers: { Authorization: 'Digest username="a"' } });
  assert.equal(second.get("Authorization"), 'Digest username="a"');
  assert.equal(second.get("Call-ID"), first.get("Call-ID"));
  assert.deepEqual([first.cseq?.seq, second.cseq?.seq], [1, 2]);
  assert.equal(reg.received(buildResponse(second, 401), 0), "challenged", "once more");
  assert.equal(reg.received(ok(reg.answer()), 1000), "registered");
  assert.equal(reg.granted, 3600);
  assert.deepEqual([reg.refreshAt, reg.expiresAt], [1000 + 3_000_000, 1000 + 3_600_000]);
  assert.deepEqual(reg.serviceRoute, ["<sip:orig@scscf.home1.net;lr>"]);
  assert.deepEqual(reg.associatedUris, ["<sip:alice@home1.net>", "<tel:+15551>"]);

  assert.equal(reg.deadline(), 3_001_000);
  assert.equal(reg.expire(3_000_999), undefined);
  assert.equal(reg.expire(3_001_000), "refresh");
  assert.equal(reg.expire(3_001_000), undefined);
  assert.equal(reg.deadline(), 3_601_000);
  const refresh = reg.refresh();
  assert.equal(reg.received(buildResponse(refresh, 401), 3_001_100), "re-challenged");
  assert(reg.registered, "the binding lives on");
  assert.equal(reg.received(ok(reg.answer()), 3_001_200), "registered");
  assert.equal(reg.expiresAt, 3_001_200 + 3_600_000);

  const out = reg.deregister();
  assert.equal(out.get("Expires"), "0");
  assert.equal(reg.received(buildResponse(out, 401), 0), "de-registering");
  const again = reg.answer();
  assert.equal(again.get("Expires"), "0");
  assert.equal(reg.received(buildResponse(again, 200), 0), "unregistered");
  assert(!reg.registered);
  assert.deepEqual(reg.serviceRoute, []);
  assert.equal(reg.deadline(), undefined);
});

Deno.test("Registration forgets nothing when a refresh is refused or unanswered, until the binding expires", () => {
  const reg = registration();
  reg.received(ok(reg.register()), 0);
  assert.equal(reg.received(buildResponse(reg.refresh(), 503), 0), "registered");
  reg.refresh();
  assert.equal(reg.timedOut(), "registered");
  assert(reg.registered);
  assert.equal(reg.expire(3_600_000), "expired");
  assert.equal(reg.state, "unregistered");
  const late = registration();
  late.received(ok(late.register()), 0);
  late.refresh();
  assert.equal(late.expire(3_600_000), "expired");
  assert.equal(late.state, "registering", "the refresh under way is a first registration now");
});

Deno.test("Registration is none after 403, timeout, a 200 without its contact, or when the network ends it", () => {
  const reg = registration();
  assert.equal(reg.received(buildResponse(reg.register(), 403), 0), "unregistered");
  reg.register();
  assert.equal(reg.timedOut(), "unregistered");
  assert.equal(reg.received(ok(reg.register(), "<sip:mallory@10.0.0.1>"), 0), "unregistered");
  reg.received(ok(reg.register()), 0);
  assert.equal(reg.removed(), "unregistered");
  assert.equal(reg.seq, 4);
});

Deno.test("Registration takes the time from the contact, from Expires, or from what it asked for", () => {
  const granted = (contact: string, expires?: string, asked: number | null = 500) => {
    const reg = registration({ expires: asked });
    const response = ok(reg.register(), contact);
    if (expires) response.set("Expires", expires);
    reg.received(response, 0);
    return reg.granted;
  };
  assert.equal(granted("<sip:alice@10.0.0.1:5060>;expires=60", "90"), 60);
  assert.equal(granted("<sip:alice@10.0.0.1:5060>", "90"), 90);
  assert.equal(granted("<sip:alice@10.0.0.1:5060>"), 500);
  assert.equal(granted("<sip:alice@10.0.0.1:5060>;expires=0"), undefined);
  const silent = registration({ expires: null });
  assert(!silent.register().has("Expires"));
});

Deno.test("Registration remembers the shortest time of a 423", () => {
  const reg = registration();
  const response = buildResponse(reg.register({ expires: 5 }), 423, { headers: { "Min-Expires": "60" } });
  assert.equal(reg.received(response, 0), "unregistered");
  assert.equal(reg.minExpires, 60);
});

Deno.test("Registration refuses what its state does not allow, and changes nothing", () => {
  const reg = registration();
  assert.throws(() => reg.refresh(), LocalMisuseError);
  assert.throws(() => reg.deregister(), LocalMisuseError);
  reg.register();
  assert.throws(
    () => reg.register(),
    (error) => error instanceof LocalMisuseError && error.message.includes('state "registering"'),
  );
  assert.equal(reg.seq, 1);
});

Deno.test("a refused deregistration leaves the binding, an unanswered one is taken as done", () => {
  const reg = registration();
  reg.received(ok(reg.register()), 0);
  assert.equal(reg.received(buildResponse(reg.deregister(), 403), 0), "registered");
  assert(reg.registered);
  reg.deregister();
  assert.equal(reg.timedOut(), "unregistered");
});
