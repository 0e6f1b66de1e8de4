import assert from "node:assert/strict";
import { buildResponse, parseMessage, type SipMessage } from "sip-codec";
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import type { Flow } from "../net/types.ts";
import { draft, Simulation, summary } from "./testing/simulation.ts";
import { TransactionLayer } from "./transaction_layer.ts";
import { DEFAULT_TIMERS, type LayerOptions, type TransactionEvent } from "./types.ts";

const UDP: Flow = {
  transport: "udp",
  local: { address: "10.0.0.1", port: 5060 },
  remote: { address: "10.0.0.2", port: 5062 },
};
const TCP: Flow = { ...UDP, transport: "tcp", connection: "t1" };

function layer(options: Partial<LayerOptions> = {}): TransactionLayer {
  let n = 0;
  return new TransactionLayer({ timers: DEFAULT_TIMERS, ids: () => `id${++n}`, ...options });
}

function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
}

/** A request as it comes from the network. */
function incoming(method: string, via: string, more = "", uri = "sip:bob@home1.net", to = ""): Uint8Array {
  return octets(`${method} ${uri} SIP/2.0
Via: ${via}
Max-Forwards: 70
From: <sip:alice@home1.net>;tag=from1
To: <sip:bob@home1.net>${to}
Call-ID: call1@10.0.0.2
CSeq: 1 ${method}
${more}Content-Length: 0

`);
}

function events(of: TransactionLayer): TransactionEvent[] {
  const all: TransactionEvent[] = [];
  for (let event = of.nextEvent(); event; event = of.nextEvent()) all.push(event);
  return all;
}

function sent(of: TransactionLayer): { message: SipMessage; to: Flow }[] {
  return of.toSend(0).map(({ bytes, to }) => ({ message: parseMessage(bytes), to }));
}

const BRANCH = "SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bKabc";

Deno.test("request() adds a Via with our branch, sent-by and rport over UDP", () => {
  const ours = layer();
  ours.request(draft("OPTIONS"), UDP, 0);
  ours.request(draft("OPTIONS"), TCP, 0);
  const named = layer({ sentBy: { host: "pcscf.home1.net" }, rport: false });
  named.request(draft("OPTIONS"), UDP, 0);
  const six = layer();
  six.request(draft("OPTIONS"), { ...UDP, local: { address: "2001:db8::1", port: 5060 } }, 0);
  assert.deepEqual([...sent(ours), ...sent(named), ...sent(six)].map(({ message }) => message.all("Via")), [
    ["SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKid1;rport"],
    ["SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bKid2"],
    ["SIP/2.0/UDP pcscf.home1.net;branch=z9hG4bKid1"],
    ["SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bKid1;rport"],
  ]);
});

Deno.test("request() keeps a fresh Via of ours, adds one above another's, and adds one to a spiral", () => {
  const ours = layer();
  const via = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKmine";
  ours.request(draft("OPTIONS", { Via: via }), UDP, 0);
  ours.request(draft("OPTIONS", { Via: BRANCH }), UDP, 0);
  ours.request(draft("OPTIONS", { Via: via }), UDP, 0);
  assert.deepEqual(sent(ours).map(({ message }) => message.vias.length), [1, 2, 2]);
});

Deno.test('request() with via "keep" sends a forged Via and still matches its answer', () => {
  for (const via of ["SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bKx", "SIP/2.0/UDP 203.0.113.9:5060"]) {
    const ours = layer();
    const request = draft("OPTIONS", { Via: via });
    const key = ours.request(request, UDP, 0, { via: "keep" });
    const [out] = sent(ours);
    assert(out?.message.kind === "request");
    assert.deepEqual(out.message.all("Via"), [via]);
    ours.receive(buildResponse(out.message, 200).toBytes(), UDP, 0);
    const [event] = events(ours);
    assert(event?.type === "response" && event.key === key);
  }
});

Deno.test("request() sends other octets in the message's place and retransmits them", () => {
  const ours = layer();
  const bytes = octets("garbage");
  const key = ours.request(draft("OPTIONS"), UDP, 0, { bytes });
  ours.expire(DEFAULT_TIMERS.t1);
  const out = ours.toSend(0);
  assert.deepEqual(out.map((item) => [item.bytes, item.key]), [[bytes, key], [bytes, key]]);
});

Deno.test("request() refuses what could not be matched, and a branch in use", () => {
  const ours = layer();
  assert.throws(() => ours.request(draft("OPTIONS").remove("Call-ID"), UDP, 0), LocalMisuseError);
  assert.throws(() => ours.request(draft("OPTIONS").set("CSeq", "x"), UDP, 0), LocalMisuseError);
  ours.request(draft("OPTIONS", { Via: BRANCH }), UDP, 0, { via: "keep" });
  assert.throws(
    () => ours.request(draft("OPTIONS", { Via: BRANCH }), UDP, 0, { via: "keep" }),
    /branch "z9hG4bKabc" is under way/,
  );
  assert.equal(ours.size, 1);
});

Deno.test("request() sends an ACK once, without a transaction", () => {
  const ours = layer();
  ours.request(draft("ACK"), UDP, 0);
  assert.equal(sent(ours).length, 1);
  assert.equal(ours.size, 0);
  assert.equal(ours.deadline(), undefined);
});

Deno.test("receive() fills in received and rport (RFC 3261 18.2.1, RFC 3581)", () => {
  const cases: [string, string][] = [
    ["SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1", "SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1"],
    [
      "SIP/2.0/UDP 192.168.0.9:5060;branch=z9hG4bK2",
      "SIP/2.0/UDP 192.168.0.9:5060;branch=z9hG4bK2;received=10.0.0.2",
    ],
    [
      "SIP/2.0/UDP ue.home1.net;rport;branch=z9hG4bK3",
      "SIP/2.0/UDP ue.home1.net;rport=5062;branch=z9hG4bK3;received=10.0.0.2",
    ],
    [
      "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK4;rport, SIP/2.0/UDP a.net;branch=z9hG4bK5",
      "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK4;rport=5062;received=10.0.0.2",
    ],
  ];
  for (const [via, expected] of cases) {
    const ours = layer();
    ours.receive(incoming("OPTIONS", via), UDP, 0);
    const [event] = events(ours);
    assert(event?.type === "request");
    assert.equal(event.request.values("Via")[0], expected);
    assert.equal(event.request.vias.length, via.split(",").length);
  }
});

Deno.test("respond() goes to the source port with rport, to the sent-by port without, back on a connection", () => {
  const cases: [string, Flow, Partial<Flow>][] = [
    ["SIP/2.0/UDP 10.0.0.9:7000;branch=z9hG4bK1", UDP, { remote: { address: "10.0.0.2", port: 7000 } }],
    ["SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1", UDP, { remote: { address: "10.0.0.2", port: 5060 } }],
    ["SIP/2.0/UDP 10.0.0.9:7000;branch=z9hG4bK1;rport", UDP, { remote: { address: "10.0.0.2", port: 5062 } }],
    ["SIP/2.0/UDP 10.0.0.9;maddr=10.0.0.7;branch=z9hG4bK1", UDP, {
      remote: { address: "10.0.0.7", port: 5060 },
    }],
    ["SIP/2.0/TCP 10.0.0.9:7000;branch=z9hG4bK1", TCP, {
      remote: { address: "10.0.0.2", port: 7000 },
      connection: "t1",
    }],
  ];
  for (const [via, flow, expected] of cases) {
    const ours = layer();
    ours.receive(incoming("OPTIONS", via), flow, 0);
    const [event] = events(ours);
    assert(event?.type === "request");
    ours.respond(event.key!, buildResponse(event.request, 200), 0);
    assert.deepEqual(ours.toSend(0)[0]?.to, { ...flow, ...expected });
  }
});

Deno.test("sentBy and replyTo can follow the flow: protected ports differ by direction (TS 33.203 7.1)", () => {
  const ours = layer({
    sentBy: ({ local }) => ({ host: local.address, port: local.port + 1 }),
    replyTo: (_request, from) => ({ ...from, local: { ...from.local, port: 6000 } }),
  });
  ours.request(draft("OPTIONS"), UDP, 0);
  assert.equal(sent(ours)[0]?.message.via?.port, 5061);
  ours.receive(incoming("OPTIONS", BRANCH), UDP, 0);
  const [event] = events(ours);
  assert(event?.type === "request");
  ours.respond(event.key!, buildResponse(event.request, 200), 0);
  assert.equal(ours.toSend(0)[0]?.to.local.port, 6000);
});

Deno.test("receive() tells retransmissions by branch, sent-by and method", () => {
  const ours = layer();
  ours.receive(incoming("OPTIONS", BRANCH), UDP, 0);
  ours.receive(incoming("OPTIONS", BRANCH), UDP, 0);
  ours.receive(incoming("OPTIONS", BRANCH.toUpperCase().replace("Z9HG4BK", "z9hG4bK")), UDP, 0);
  assert.equal(events(ours).length, 1);
  // Another sent-by, another branch (a merged request), another method: all new.
  ours.receive(incoming("OPTIONS", "SIP/2.0/UDP 10.0.0.2:5063;branch=z9hG4bKabc"), UDP, 0);
  ours.receive(incoming("OPTIONS", `${BRANCH}2`), UDP, 0);
  ours.receive(incoming("MESSAGE", BRANCH), UDP, 0);
  assert.deepEqual(events(ours).map(({ type }) => type), ["request", "request", "request"]);
  assert.equal(ours.size, 4);
});

Deno.test("receive() tells the transactions of RFC 2543 peers, their ACK by the To tag", () => {
  const ours = layer();
  const via = "SIP/2.0/UDP 10.0.0.2:5062";
  ours.receive(incoming("INVITE", via), UDP, 0);
  ours.receive(incoming("INVITE", via), UDP, 0);
  const [invite, ...rest] = events(ours);
  assert(invite?.type === "request" && rest.length === 0);
  ours.respond(invite.key!, buildResponse(invite.request, 486, { toTag: "busy" }), 0);
  ours.receive(incoming("ACK", via, "", undefined, ";tag=other"), UDP, 0);
  assert.deepEqual(events(ours).map((event) => event.type === "request" && event.key), [undefined]);
  ours.receive(incoming("ACK", via, "", undefined, ";tag=busy"), UDP, 0);
  assert.deepEqual(events(ours).map(({ type }) => type), ["ack"]);
  ours.receive(incoming("INVITE", via, "", "sip:carol@home1.net"), UDP, 0);
  assert.deepEqual(events(ours).map(({ type }) => type), ["request"]);
});

Deno.test("receive() answers a CANCEL with 200 in the INVITE's name, whether or not it still has an effect", () => {
  const ours = layer();
  ours.receive(incoming("INVITE", BRANCH), UDP, 0);
  const [invite] = events(ours);
  assert(invite?.type === "request");
  ours.respond(invite.key!, buildResponse(invite.request, 180, { toTag: "to1" }), 0);
  ours.toSend(0);
  ours.receive(incoming("CANCEL", BRANCH), UDP, 0);
  ours.receive(incoming("CANCEL", BRANCH), UDP, 0);
  assert.deepEqual(events(ours).map((event) => [event.type, "key" in event && event.key]), [[
    "cancel",
    invite.key,
  ]]);
  const answers = sent(ours);
  assert.deepEqual(answers.map(({ message }) => [summary(message), message.get("CSeq"), message.to?.tag]), [
    ["200", "1 CANCEL", "to1"],
    ["200", "1 CANCEL", "to1"],
  ]);
  const late = layer();
  late.receive(incoming("INVITE", BRANCH), UDP, 0);
  const [answered] = events(late);
  assert(answered?.type === "request");
  late.respond(answered.key!, buildResponse(answered.request, 200, { toTag: "to1" }), 0);
  late.toSend(0);
  late.receive(incoming("CANCEL", BRANCH), UDP, 0);
  assert.deepEqual(events(late), []);
  assert.deepEqual(sent(late).map(({ message }) => summary(message)), ["200"]);
});

Deno.test("receive() passes a CANCEL of nothing up as a request", () => {
  const ours = layer();
  ours.receive(incoming("CANCEL", BRANCH), UDP, 0);
  const [event] = events(ours);
  assert(event?.type === "request" && event.key !== undefined);
  ours.respond(event.key, buildResponse(event.request, 481), 0);
  assert.deepEqual(sent(ours).map(({ message }) => summary(message)), ["481"]);
});

Deno.test("receive() calls a response stray that has another branch, method or sent-by", () => {
  const ours = layer();
  ours.request(draft("OPTIONS"), UDP, 0);
  const [out] = sent(ours);
  assert(out?.message.kind === "request");
  const right = buildResponse(out.message, 200);
  const wrong = [
    right.clone().set("Via", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKother"),
    right.clone().set("Via", "SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKid1"),
    right.clone().set("CSeq", "1 MESSAGE"),
  ];
  for (const response of wrong) ours.receive(response.toBytes(), UDP, 0);
  assert.deepEqual(events(ours).map(({ type }) => type), ["stray", "stray", "stray"]);
  ours.receive(right.toBytes(), UDP, 0);
  assert.deepEqual(events(ours).map(({ type }) => type), ["response"]);
});

Deno.test("receive() gives what is no message, or lacks what each must have, with its error", () => {
  const ours = layer();
  ours.receive(octets("hello"), UDP, 0);
  for (const field of ["Via", "From", "To", "Call-ID", "CSeq"]) {
    const text = new TextDecoder().decode(incoming("OPTIONS", BRANCH)).replace(
      new RegExp(`${field}: .*\r\n`),
      "",
    );
    ours.receive(octets(text.replaceAll("\r\n", "\n")), UDP, 0);
  }
  ours.receive(
    octets(
      "OPTIONS sip:a SIP/2.0\nCSeq: 1 BYE\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\nFrom: <sip:a>\nTo: <sip:a>\nCall-ID: 1\n\n",
    ),
    UDP,
    0,
  );
  const told = events(ours);
  assert.equal(told.length, 7);
  for (const [index, event] of told.entries()) {
    assert(event.type === "malformed" && event.error instanceof SyntaxError);
    assert.equal(event.message !== undefined, index > 0);
  }
  assert.equal(ours.size, 0);
});

Deno.test("respondStateless() answers a request that has no transaction", () => {
  const ours = layer();
  ours.receive(
    octets(
      new TextDecoder().decode(incoming("OPTIONS", BRANCH)).replace(/CSeq: .*\r\n/, "CSeq: 1 BYE\r\n")
        .replaceAll("\r\n", "\n"),
    ),
    UDP,
    0,
  );
  const [event] = events(ours);
  assert(event?.type === "malformed" && event.message?.kind === "request");
  ours.respondStateless(buildResponse(event.message, 400), event.flow);
  assert.deepEqual(sent(ours).map(({ message, to }) => [summary(message), to.remote.port]), [["400", 5062]]);
});

Deno.test("respondStateless() goes back where the request came from if its Via cannot be read", () => {
  const ours = layer();
  ours.receive(incoming("INVITE", "SIP/2.0/UDP 192.0.2.15;;,;,,"), UDP, 0);
  const [event] = events(ours);
  assert(event?.type === "malformed" && event.message?.kind === "request");
  ours.respondStateless(buildResponse(event.message, 400), event.flow);
  assert.deepEqual(ours.toSend(0).map(({ to }) => to), [UDP]);
});

Deno.test("receive() tells keep-alives, and answers them on a stream if asked to (RFC 5626)", () => {
  const ours = layer({ answerKeepAlives: true });
  ours.receive(octets("\n\n"), TCP, 0);
  ours.receive(octets("\n"), TCP, 0);
  ours.receive(octets("\n\n"), UDP, 0);
  assert.deepEqual(events(ours).map((event) => event.type === "keepalive" && event.kind), [
    "ping",
    "pong",
    "ping",
  ]);
  assert.deepEqual(ours.toSend(0), [{ bytes: octets("\n"), to: TCP }]);
  const silent = layer();
  silent.receive(octets("\n\n"), TCP, 0);
  assert.deepEqual(silent.toSend(0), []);
});

Deno.test("sendFailed() ends a request, leaves an INVITE's server side, and tells of both", () => {
  const error = new EnvironmentError("no route", "make one");
  const ours = layer();
  const key = ours.request(draft("OPTIONS"), UDP, 0);
  ours.sendFailed(ours.toSend(0)[0]!, error, 0);
  ours.sendRaw(octets("x"), UDP);
  ours.sendFailed(ours.toSend(0)[0]!, error, 0);
  ours.receive(incoming("INVITE", BRANCH), UDP, 0);
  const told = events(ours);
  assert.deepEqual(told.slice(0, 2), [
    { type: "transportError", key, error, flow: UDP },
    { type: "transportError", key: undefined, error, flow: UDP },
  ]);
  const invite = told[2];
  assert(invite?.type === "request");
  ours.respond(invite.key!, buildResponse(invite.request, 180), 0);
  ours.sendFailed(ours.toSend(0)[0]!, error, 0);
  assert.equal(events(ours)[0]?.type, "transportError");
  ours.respond(invite.key!, buildResponse(invite.request, 486), 0);
  assert.equal(ours.size, 1);
});

Deno.test("abandon() forgets without a word", () => {
  const ours = layer();
  const key = ours.request(draft("INVITE"), UDP, 0);
  ours.receive(incoming("INVITE", BRANCH), UDP, 0);
  const [invite] = events(ours);
  assert(invite?.type === "request");
  ours.respond(invite.key!, buildResponse(invite.request, 200, { toTag: "x" }), 0, {
    untilAcknowledged: true,
  });
  ours.abandon(key);
  ours.abandon(invite.key!);
  assert.equal(ours.size, 0);
  assert.equal(ours.deadline(), undefined);
});

Deno.test("two layers make a call through a proxy of one", () => {
  const sim = new Simulation("udp", () => [5]);
  const uas = sim.node("uas", "10.0.0.3", (event, node) => {
    if (event.type !== "request" || event.key === undefined) return;
    node.layer.respond(event.key, buildResponse(event.request, 200, { toTag: "to1" }), sim.now);
  });
  const branches = new Map<string, string>();
  const proxy = sim.node("proxy", "10.0.0.2", (event, node) => {
    if (event.type === "request" && event.key !== undefined) {
      branches.set(node.layer.request(event.request.clone(), node.flow(uas.at), sim.now), event.key);
    }
    if (event.type === "response" && event.response.status >= 200) {
      const copy = event.response.clone();
      copy.set("Via", copy.values("Via").slice(1));
      node.layer.respond(branches.get(event.key)!, copy, sim.now);
    }
  });
  const uac = sim.node("uac", "10.0.0.1");
  uac.layer.request(draft("MESSAGE"), uac.flow(proxy.at), sim.now);
  assert(sim.run());
  assert.deepEqual(uac.events.map((event) => event.type === "response" && event.response.status), [200]);
  assert.equal(uac.layer.size + proxy.layer.size + uas.layer.size, 0);
});
