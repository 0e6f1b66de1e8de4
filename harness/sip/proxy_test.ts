import assert from "node:assert/strict";
import { buildResponse, parseUri, type Uri } from "sip-codec";
import {
  addRecordRoute,
  addRoutes,
  bestResponse,
  decrementMaxForwards,
  forwardRequest,
  forwardResponse,
  nextHop,
  refusal,
  takeOwnRoute,
} from "./proxy.ts";
import { draft } from "./testing/simulation.ts";

const isOurs = (uri: Uri) => uri.host === "p1.example.com";

Deno.test("refusal() lets a request pass, or says why not", () => {
  assert.equal(refusal(draft("INVITE")), undefined);
  assert.equal(refusal(draft("INVITE", {}, "tel:+15551234")), undefined);
  assert.deepEqual(refusal(draft("INVITE", { "Max-Forwards": "0" })), { status: 483 });
  assert.deepEqual(refusal(draft("INVITE", {}, "mailto:bob@home1.net")), { status: 416 });
  assert.deepEqual(refusal(draft("INVITE", { "Max-Forwards": "x" })), { status: 400 });
  const demanding = draft("INVITE", { "Proxy-Require": "sec-agree, foo" });
  assert.deepEqual(refusal(demanding, ["sec-agree"]), { status: 420, headers: { Unsupported: "foo" } });
});

Deno.test("decrementMaxForwards() counts down, and begins at 70", () => {
  assert.equal(decrementMaxForwards(draft("INVITE", { "Max-Forwards": "9" })).maxForwards, 8);
  assert.equal(decrementMaxForwards(draft("INVITE").remove("Max-Forwards")).maxForwards, 70);
});

Deno.test("takeOwnRoute() takes the first Route if it is ours, and gives it", () => {
  const request = draft("INVITE", { Route: "<sip:token@p1.example.com;lr>, <sip:p2.example.com;lr>" });
  assert.equal(takeOwnRoute(request, isOurs)?.user, "token");
  assert.deepEqual(request.values("Route"), ["<sip:p2.example.com;lr>"]);
  assert.equal(takeOwnRoute(request, isOurs), undefined);
  assert.equal(request.requestUri, "sip:bob@home1.net");
});

// RFC 3261 16.12.1.2: a strict router put our Record-Route into the Request-URI.
Deno.test("takeOwnRoute() undoes what a strict router did", () => {
  const request = draft(
    "BYE",
    { Route: "<sip:p3.middle.com>, <sip:bob@b.example.com>" },
    "sip:p1.example.com;lr",
  );
  assert.equal(takeOwnRoute(request, isOurs), undefined);
  assert.equal(request.requestUri, "sip:bob@b.example.com");
  assert.deepEqual(request.values("Route"), ["<sip:p3.middle.com>"]);
});

Deno.test("takeOwnRoute() leaves a Request-URI of ours alone when there is no Route", () => {
  const request = draft("REGISTER", {}, "sip:p1.example.com");
  takeOwnRoute(request, isOurs);
  assert.equal(request.requestUri, "sip:p1.example.com");
});

Deno.test("nextHop() is the first Route, or the Request-URI", () => {
  const loose = draft("INVITE", { Route: "<sip:p2.example.com:5070;lr>" });
  assert.equal(nextHop(loose).hostPort, "p2.example.com:5070");
  assert.deepEqual(loose.values("Route"), ["<sip:p2.example.com:5070;lr>"]);
  assert.equal(nextHop(draft("INVITE")).host, "home1.net");
});

Deno.test("nextHop() makes a strict router the Request-URI", () => {
  const strict = draft("INVITE", { Route: "<sip:p3.middle.com>, <sip:p4.domain.com;lr>" });
  assert.equal(nextHop(strict).host, "p3.middle.com");
  assert.equal(strict.requestUri, "sip:p3.middle.com");
  assert.deepEqual(strict.values("Route"), ["<sip:p4.domain.com;lr>", "<sip:bob@home1.net>"]);
});

Deno.test("forwardRequest() leaves the request as it came and gives a copy for one branch", () => {
  const request = draft("INVITE", { "Record-Route": "<sip:p0.example.com;lr>" });
  const before = request.toString();
  const { request: copy, next } = forwardRequest(request, {
    target: "sip:bob@10.0.0.9:5070",
    recordRoute: "sip:p1.example.com",
    routes: ["sip:term@p2.example.com;lr", parseUri("sip:p3.example.com;lr")],
  });
  assert.equal(request.toString(), before);
  assert.equal(copy.requestUri, "sip:bob@10.0.0.9:5070");
  assert.equal(copy.maxForwards, 69);
  assert.deepEqual(copy.values("Record-Route"), ["<sip:p1.example.com;lr>", "<sip:p0.example.com;lr>"]);
  assert.deepEqual(copy.values("Route"), ["<sip:term@p2.example.com;lr>", "<sip:p3.example.com;lr>"]);
  assert.equal(next.user, "term");
});

Deno.test("addRecordRoute() and addRoutes() put theirs first", () => {
  const request = draft("INVITE", { Route: "<sip:c;lr>" });
  addRecordRoute(request, parseUri("sip:p1.example.com:5060;transport=tcp"));
  assert.deepEqual(request.all("Record-Route"), ["<sip:p1.example.com:5060;transport=tcp;lr>"]);
  addRoutes(request, ["sip:a;lr", "sip:b;lr"]);
  assert.deepEqual(request.values("Route"), ["<sip:a;lr>", "<sip:b;lr>", "<sip:c;lr>"]);
});

Deno.test("forwardResponse() takes our Via away, and forwards nothing without another", () => {
  const request = draft("INVITE", {
    Via: ["SIP/2.0/UDP p1;branch=z9hG4bK1, SIP/2.0/UDP ue;branch=z9hG4bK2", "SIP/2.0/UDP x;branch=z9hG4bK3"],
  });
  const once = forwardResponse(buildResponse(request, 200));
  assert.deepEqual(once?.vias.map(({ branch }) => branch), ["z9hG4bK2", "z9hG4bK3"]);
  const twice = once && forwardResponse(once);
  assert.equal(twice?.vias.length, 1);
  assert.equal(twice && forwardResponse(twice), undefined);
});

Deno.test("bestResponse() prefers 6xx, then the lowest class, then a challenge", () => {
  const best = (...statuses: number[]) =>
    bestResponse(statuses.map((status) => buildResponse(draft("INVITE"), status)))?.status;
  assert.equal(best(), undefined);
  assert.equal(best(404, 603, 302), 603);
  assert.equal(best(503, 404, 302), 302);
  assert.equal(best(404, 407, 500), 407);
  assert.equal(best(503, 500), 500);
  assert.equal(best(486, 404), 486);
});
