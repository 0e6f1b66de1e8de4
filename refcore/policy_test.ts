import { strict as assert } from "node:assert";
import { scene } from "./testing/scene.ts";
import { akaSubscriber, digestSubscriber } from "./testing/subscribers.ts";

const alice = akaSubscriber("alice");
const bob = digestSubscriber("bob", { otherSet: ["sip:bob.club@home1.net"] });
const guarded = digestSubscriber("guarded", { traits: ["proxy-auth"] });

Deno.test("policy: AKA without security agreement can be refused", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    assert.equal((await phone.ask(phone.registerRequest())).status, 403);
  }, { policy: { akaWithoutSecAgree: false } });
});

Deno.test("policy: an associated source re-registers unchallenged, another one does not", async () => {
  await scene([bob], async ({ ue, operator }) => {
    const [phone, stranger] = [await ue(bob), await ue(bob)];
    await phone.register();
    assert.equal((await phone.ask(phone.registerRequest())).status, 200);
    assert.equal((await stranger.ask(stranger.registerRequest())).status, 401);
    await operator({ action: "reauthenticate", impi: bob.impi });
    assert.equal((await phone.ask(phone.registerRequest())).status, 401);
  }, { policy: { trustIpAssociation: true } });
});

Deno.test("policy: another IMPU from an associated source need not be authenticated", async () => {
  await scene([bob], async ({ ue }) => {
    const [phone, stranger] = [await ue(bob), await ue(bob)];
    await phone.register();
    const headers = { "To": "<sip:bob.club@home1.net>" };
    assert.equal((await stranger.ask(stranger.registerRequest(headers))).status, 401);
    assert.equal((await phone.ask(phone.registerRequest(headers))).status, 200);
  }, { policy: { authenticateFurtherImpus: false } });
});

Deno.test("policy: nextnonce authenticates the next REGISTER", async () => {
  await scene([bob], async ({ ue }) => {
    const phone = await ue(bob);
    const challenge = await phone.ask(phone.registerRequest());
    const ok = await phone.answerChallenge(challenge);
    const nonce = ok.authenticationInfo!.get("nextnonce")!;
    assert.equal((await phone.answerChallenge(challenge, {}, { nonce })).status, 200);
    assert.equal((await phone.answerChallenge(challenge, {}, { nonce })).status, 401);
  }, { policy: { nextNonce: true } });
});

Deno.test("policy: a wrong Proxy-Authorization can be rejected", async () => {
  await scene([guarded, bob], async ({ ue }) => {
    const [g, b] = [await ue(guarded), await ue(bob)];
    await g.register();
    await b.register();
    const challenge = await g.ask(g.build("MESSAGE", b.impu, { "Contact": "" }));
    const proof = g.credentials(challenge, "MESSAGE", b.impu, { password: "guess" });
    const answer = await g.ask(g.build("MESSAGE", b.impu, { "Contact": "", "Proxy-Authorization": proof }));
    assert.equal(answer.status, 403);
  }, { policy: { proxyAuthFailure: "reject" } });
});

Deno.test("policy: an old password dies after its time though the new one was never used", async () => {
  await scene([bob], async ({ ue, operator, core }) => {
    const phone = await ue(bob);
    await phone.register();
    await operator({ action: "change-password", impi: bob.impi, password: "new" });
    const { clock } = core.options.net;
    await clock.wait(clock.now() + 60);
    assert.equal((await phone.register()).status, 403);
  }, { policy: { oldPasswordLifetime: 50 } });
});
