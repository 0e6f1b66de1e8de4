import { strict as assert } from "node:assert";
import { scene } from "./testing/scene.ts";
import { digestSubscriber, DOMAIN } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const [alice, bob] = [digestSubscriber("alice"), digestSubscriber("bob")];
const TLS = { tls: true } as const;
const OFFER = { "Security-Client": "tls", "Require": "sec-agree", "Proxy-Require": "sec-agree" };

async function pairOver(ue: (who: typeof alice, more?: object) => Promise<TestUe>) {
  const [a, b] = [await ue(alice, { transport: "tls" }), await ue(bob)];
  assert.equal((await a.register()).status, 200);
  assert.equal((await b.register()).status, 200);
  return [a, b] as const;
}

Deno.test("TLS before registration: a call both ways on the one connection, identities asserted by it", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = await pairOver(ue);
    b.willing.add("MESSAGE");
    const preferred = { "P-Preferred-Identity": `<sip:bob@${DOMAIN}>`, "Route": a.serviceRoute.join(",") };
    const there = await a.ask(a.build("MESSAGE", `sip:bob@${DOMAIN}`, preferred, "x"));
    assert.equal(there.status, 200);
    const shown = await b.request("MESSAGE");
    assert.match(shown.get("P-Asserted-Identity") ?? "", /alice@/);
    a.willing.add("MESSAGE");
    const back = await b.ask(b.build("MESSAGE", `sip:alice@${DOMAIN}`, {}, "x"));
    assert.equal(back.status, 200);
    const came = await a.request("MESSAGE");
    assert.equal(came.via?.transport, "TLS");
  }, TLS);
});

Deno.test("TLS by security agreement: SM7 over TLS with what SM6 said, and nothing else", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const clear = await ue(alice);
    const challenge = await clear.ask(clear.registerRequest(OFFER));
    assert.equal(challenge.status, 401);
    assert.equal(challenge.get("Security-Server"), "tls;q=0.9");
    const verify = { ...OFFER, "Security-Verify": "tls;q=0.9" };
    // In the clear it is refused, whatever it says.
    assert.equal((await clear.answerChallenge(challenge, verify)).status, 494);
    assert.equal((await clear.answerChallenge(challenge)).status, 494);
    const inside = await ue(alice, { transport: "tls" });
    for (const wrong of [{}, OFFER, { ...verify, "Security-Verify": "tls;q=0.1" }]) {
      assert.equal((await inside.answerChallenge(challenge, wrong)).status, 494);
    }
    assert.equal((await inside.answerChallenge(challenge, verify)).status, 200);
    // O.2.2: REGISTER may come outside, and only that.
    assert.equal((await clear.ask(clear.registerRequest())).status, 401);
    assert.equal((await clear.ask(clear.build("MESSAGE", `sip:bob@${DOMAIN}`))).status, 403);
    const sos = { "Content-Type": "application/sdp" };
    assert.equal((await clear.ask(clear.build("INVITE", "urn:service:sos", sos))).status, 380);
    // O.4.3: on the connection a refresh needs no challenge.
    assert.equal((await inside.ask(inside.registerRequest())).status, 200);
  }, TLS);
});

Deno.test("a connection is one user's: others are refused on it, and she on others", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const a = await ue(alice, { transport: "tls" });
    const text = () => a.build("MESSAGE", `sip:bob@${DOMAIN}`, {}, "x");
    assert.equal((await a.ask(text())).status, 403);
    assert.equal((await a.register()).status, 200);
    const first = a.connection;
    await a.connect();
    assert.equal((await a.ask(text())).status, 403);
    a.connection = first;
    const b = await ue(bob);
    assert.equal(
      (await a.ask(a.registerRequest({ To: `<sip:bob@${DOMAIN}>`, Authorization: "" }))).status,
      401,
    );
    const foreign = b.registerRequest();
    await a.send(foreign);
    assert.equal((await a.response(foreign, 200)).status, 403);
    // O.2.3: in the clear not even a REGISTER.
    const clear = await ue(alice);
    assert.equal((await clear.register()).status, 403);
    assert.equal((await clear.register(OFFER)).status, 494);
  }, TLS);
});

Deno.test("a failed authentication ends the connection once it is told, a stale nonce does not", async () => {
  await scene([alice], async ({ ue }) => {
    const a = await ue(alice, { transport: "tls" });
    const wrong = await a.register({}, { password: "another" });
    assert.equal(wrong.status, 403);
    assert.equal((await a.connection!.ended(2000))?.how, "close-notify");
    await a.connect();
    const challenge = await a.ask(a.registerRequest());
    assert.equal((await a.answerChallenge(challenge)).status, 200);
    const stale = await a.answerChallenge(challenge);
    assert.equal(stale.wwwAuthenticate[0]?.parameters.get("stale"), "true");
    assert.equal((await a.answerChallenge(stale)).status, 200);
  }, TLS);
});

Deno.test("with the connection the registration is lost, and a new one is on a new connection", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = await pairOver(ue);
    await a.connection!.close("reset");
    await a.connect();
    assert.equal((await a.ask(a.build("MESSAGE", `sip:bob@${DOMAIN}`, {}, "x"))).status, 403);
    assert.equal((await b.ask(b.build("MESSAGE", `sip:alice@${DOMAIN}`, {}, "x"))).status, 480);
    assert.equal((await a.register()).status, 200);
    a.willing.add("MESSAGE");
    assert.equal((await b.ask(b.build("MESSAGE", `sip:alice@${DOMAIN}`, {}, "x"))).status, 200);
  }, TLS);
});

Deno.test("where TLS is mandatory there is no Digest in the clear", async () => {
  await scene([alice], async ({ ue, operator }) => {
    const order = { action: "security-policy", tls: "mandatory" };
    assert.equal(await operator(order), 200);
    assert.equal(await operator({ action: "security-policy", tls: "maybe" }), 400);
    const clear = await ue(alice);
    const refused = await clear.ask(clear.registerRequest());
    assert.equal(refused.status, 421);
    assert.equal(refused.get("Security-Server"), "tls;q=0.9");
    assert.equal((await clear.ask(clear.registerRequest(OFFER))).status, 401);
    const inside = await ue(alice, { transport: "tls" });
    assert.equal((await inside.register()).status, 200);
  }, TLS);
});

Deno.test("certificate and handshake: valid by the root alone, no certificate asked for, no resumption", async () => {
  await scene([alice], async ({ ue, anchor, operator }) => {
    const name = `pcscf.${DOMAIN}`;
    const trust = { anchors: [anchor], name };
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const a = await ue(alice, { transport: "tls", client: { trust, versions: [version, version] } });
      const { negotiated, peerChain, certificateRequested, session } = a.connection!;
      assert.equal(negotiated.version, version);
      assert.equal(peerChain.length, 2);
      assert.equal(certificateRequested, false);
      assert.equal(session === undefined || !negotiated.resumed, true);
      assert.equal((await a.register()).status, 200);
      if (version === "TLSv1.2") {
        const asked = a.connection!.renegotiated(2000);
        assert.equal(await operator({ action: "tls-renegotiate", impi: alice.impi }), 200);
        assert.ok(await asked);
        assert.ok(await a.connection!.renegotiate(2000));
        assert.equal((await a.ask(a.registerRequest())).status, 200);
      }
    }
  }, TLS);
});
