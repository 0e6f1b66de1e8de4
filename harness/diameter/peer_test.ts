import assert from "node:assert/strict";
import { APPLICATION, avp, type DiameterMessage, RESULT, valueOf } from "../wire/diameter/mod.ts";
import { CX, type DiameterEvent, type DiameterNode, DiameterPeer, type DiameterPeerOptions } from "./peer.ts";

const NODE: DiameterNode = {
  host: "scscf.ims.example",
  realm: "ims.example",
  addresses: ["127.0.0.1"],
  product: "test",
  applications: [CX],
};

function joined(
  options: { client?: Partial<DiameterPeerOptions>; server?: Partial<DiameterPeerOptions> } = {},
) {
  const client = new DiameterPeer({
    role: "initiator",
    self: NODE,
    random: () => 0xffff_ffff,
    ...options.client,
  });
  const server = new DiameterPeer({
    role: "responder",
    self: { ...NODE, host: "hss.ims.example" },
    random: () => 7,
    ...options.server,
  });
  client.connected(0);
  server.connected(0);
  const pump = (now: number) => {
    for (let busy = true; busy;) {
      const [up, down] = [client.toSend(), server.toSend()];
      for (const bytes of up) server.receive(bytes, now);
      for (const bytes of down) client.receive(bytes, now);
      busy = up.length + down.length > 0;
    }
  };
  pump(0);
  return { client, server, pump };
}

function events(peer: DiameterPeer): DiameterEvent[] {
  const all: DiameterEvent[] = [];
  for (let event = peer.nextEvent(); event; event = peer.nextEvent()) all.push(event);
  return all;
}

Deno.test("DiameterPeer exchanges capabilities, and requests find their answers in any order", () => {
  const { client, server, pump } = joined();
  assert.deepEqual(events(client).map(({ type }) => type), ["open"]);
  const [opened] = events(server);
  assert(opened?.type === "open");
  assert.deepEqual(opened.peer, NODE);
  const one = client.request("User-Authorization", APPLICATION.cx, [avp("Session-Id", "1")], 1);
  const two = client.request("Multimedia-Auth", APPLICATION.cx, [avp("Session-Id", "2")], 1);
  pump(1);
  const requests = events(server).flatMap((event) => event.type === "request" ? [event.request] : []);
  for (const request of requests.toReversed()) server.answer(request, request.avps);
  pump(2);
  const answers = events(client).map((event) =>
    event.type === "answer" && [event.key, valueOf(event.answer.avps, "Session-Id")]
  );
  assert.deepEqual(answers, [[two, "2"], [one, "1"]]);
});

Deno.test("DiameterPeer refuses a peer without a common application, and says so with CEA", () => {
  const { client, server } = joined({ client: { self: { ...NODE, applications: [{ id: 1, vendor: 0 }] } } });
  const [closed] = events(client);
  assert(closed?.type === "closed");
  assert.match(closed.why, new RegExp(`${RESULT.DIAMETER_NO_COMMON_APPLICATION}`));
  assert.deepEqual(events(server).map(({ type }) => type), ["closed"]);
});

Deno.test("DiameterPeer sends a watchdog into silence, and gives up where none is answered", () => {
  const { client, server, pump } = joined({ client: { watchdogMs: 1000 } });
  assert.equal(client.deadline(), 1000);
  client.expire(1000);
  pump(1010); // DWR, DWA
  assert.equal(client.deadline(), 2010);
  client.expire(2010);
  assert.equal(client.toSend().length, 1); // lost
  client.expire(client.deadline()!);
  assert.deepEqual(events(client).map(({ type }) => type), ["open", "closed"]);
  assert(server.open);
});

Deno.test("DiameterPeer gives up a request that nobody answers", () => {
  const { client } = joined({ client: { answerMs: 500 } });
  events(client);
  const key = client.request("Location-Info", APPLICATION.cx, [], 10);
  client.toSend();
  assert.equal(client.deadline(), 510);
  client.expire(510);
  const [timeout] = events(client);
  assert(timeout?.type === "timeout");
  assert.equal(timeout.key, key);
});

Deno.test("DiameterPeer takes leave", () => {
  const { client, server, pump } = joined();
  client.disconnect(5);
  pump(5);
  assert.deepEqual(events(client).at(-1), { type: "closed", why: "we have taken leave" });
  assert.deepEqual(events(server).at(-1), { type: "closed", why: "the peer has taken leave" });
});

Deno.test("DiameterPeer tells of octets that are no message, and answers an application it has not", () => {
  const { client, server, pump } = joined();
  events(server);
  server.receive(new Uint8Array([1, 0, 0, 20]), 1);
  assert.deepEqual(events(server).map(({ type }) => type), ["malformed"]);
  events(client);
  client.request("User-Data", APPLICATION.e2, [avp("Session-Id", "9")], 1);
  pump(1);
  const [answer] = events(client);
  assert(answer?.type === "answer");
  const { error, avps }: DiameterMessage = answer.answer;
  assert(error);
  assert.equal(valueOf(avps, "Result-Code"), RESULT.DIAMETER_APPLICATION_UNSUPPORTED);
});
