import { strict as assert } from "node:assert";
import { parseRegInfo } from "../harness/sip/mod.ts";
import { scene } from "./testing/scene.ts";
import { akaSubscriber, digestSubscriber } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const alice = akaSubscriber("alice", { implicitSet: ["tel:+15550101"] });
const bob = digestSubscriber("bob");
const guarded = digestSubscriber("guarded", { traits: ["proxy-auth"] });

/** The next NOTIFY, answered and taken apart. */
async function notified(ue: TestUe) {
  const notify = await ue.request("NOTIFY");
  await ue.answer(notify, 200);
  const info = parseRegInfo(notify.text());
  const [registration] = info.registrations;
  const [contact] = registration!.contacts;
  return { notify, info, state: registration!.state, event: contact?.event, expires: contact?.expires };
}

async function subscribe(ue: TestUe): Promise<number> {
  const request = ue.build("SUBSCRIBE", ue.impu, {
    "Event": "reg",
    "Expires": "600",
    "Accept": "application/reginfo+xml",
  });
  return (await ue.ask(request)).status;
}

Deno.test("reg-event: full state, then shortened, and the re-registration is challenged", async () => {
  await scene([alice, bob], async ({ ue, operator }) => {
    for (const subscriber of [alice, bob]) {
      const phone = await ue(subscriber);
      await phone.register();
      assert.equal(await subscribe(phone), 200);
      const first = await notified(phone);
      assert.deepEqual(first.info.registrations.map(({ aor }) => aor), [
        ...subscriber.impus,
        ...subscriber.implicitSet,
      ]);
      assert.equal(first.state, "active");
      assert.equal(await operator({ action: "reauthenticate", impi: subscriber.impi }), 200);
      const second = await notified(phone);
      assert.equal(second.event, "shortened");
      assert.equal(second.expires, 2);
      const challenge = await phone.ask(phone.registerRequest());
      assert.equal(challenge.status, 401);
      assert.equal((await phone.answerChallenge(challenge)).status, 200);
      assert.equal((await notified(phone)).event, "refreshed");
    }
  });
});

Deno.test("reg-event: deactivated when the network ends the registration", async () => {
  await scene([alice], async ({ ue, operator }) => {
    const phone = await ue(alice);
    await phone.register();
    await subscribe(phone);
    await notified(phone);
    assert.equal(await operator({ action: "deregister", impi: alice.impi }), 200);
    const { notify, state, event } = await notified(phone);
    assert.equal(state, "terminated");
    assert.equal(event, "deactivated");
    assert.equal(notify.subscriptionState?.value, "terminated");
  });
});

Deno.test("reg-event: nobody else's registration is shown, and the user's own end is told", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const spy = b.build("SUBSCRIBE", a.impu, { "Event": "reg", "Expires": "600" });
    assert.equal((await b.ask(spy)).status, 403);
    await subscribe(a);
    await notified(a);
    assert.equal((await a.register({ Expires: "0" })).status, 200);
    assert.equal((await notified(a)).event, "unregistered");
  });
});

Deno.test("a registration ends at its expiry and the margin, not before", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await b.register();
    await a.register({ Expires: "1" });
    await subscribe(a);
    await notified(a);
    const message = b.build("MESSAGE", a.impu, { "Contact": "" });
    await b.send(message);
    await a.answer(await a.request("MESSAGE"), 200);
    assert.equal((await b.response(message)).status, 200);
    // The NOTIFY of the end is the event to wait for.
    assert.equal((await notified(a)).event, "expired");
    assert.equal((await b.ask(b.build("MESSAGE", a.impu, { "Contact": "" }))).status, 480);
  }, { timers: { minExpires: 1000, expiryMargin: 200 } });
});

Deno.test("an unanswered challenge dies after reg-await-auth", async () => {
  await scene([bob], async ({ ue, core }) => {
    const phone = await ue(bob);
    const challenge = await phone.ask(phone.registerRequest());
    await core.options.net.clock.wait(core.options.net.clock.now() + 60);
    const late = await phone.answerChallenge(challenge);
    assert.equal(late.status, 401);
    assert.equal(late.wwwAuthenticate[0]!.parameters.get("stale"), "true");
    assert.equal((await phone.answerChallenge(late)).status, 200);
  }, { timers: { regAwaitAuth: 50 } });
});

Deno.test("password change: old and new in transition, the old one dies with the first success of the new", async () => {
  await scene([bob], async ({ ue, operator }) => {
    const phone = await ue(bob);
    const old = bob.digest!.password;
    await phone.register();
    assert.equal(await operator({ action: "change-password", impi: bob.impi, password: "new secret" }), 200);
    assert.equal((await phone.register({}, { password: old })).status, 200);
    assert.equal((await phone.register({}, { password: "new secret" })).status, 200);
    assert.equal((await phone.register({}, { password: old })).status, 403);
    assert.equal((await phone.register({}, { password: "new secret" })).status, 200);
  });
});

Deno.test("proxy authentication: challenge, answer, next count, replay, wrong password, foreign user", async () => {
  await scene([guarded, bob], async ({ ue }) => {
    const [g, b] = [await ue(guarded), await ue(bob)];
    await g.register();
    await b.register();
    const send = async (credentials: Record<string, string>) => {
      const message = g.build("MESSAGE", b.impu, { "Contact": "", ...credentials });
      b.willing.add("MESSAGE");
      const answer = await g.ask(message);
      if (answer.status === 200) assert.equal((await b.request("MESSAGE")).has("Proxy-Authorization"), false);
      return answer;
    };
    const proof = (challenge: Awaited<ReturnType<typeof send>>, lie = {}) => ({
      "Proxy-Authorization": g.credentials(challenge, "MESSAGE", b.impu, lie),
    });
    const challenge = await send({});
    assert.equal(challenge.status, 407);
    assert.equal(challenge.proxyAuthenticate[0]!.parameters.get("realm"), "home1.net");
    assert.equal((await send(proof(challenge))).status, 200);
    assert.equal((await send(proof(challenge, { nc: "00000002" }))).status, 200);
    const replay = await send(proof(challenge, { nc: "00000002" }));
    assert.equal(replay.status, 407);
    assert.equal(replay.proxyAuthenticate[0]!.parameters.get("stale"), "true");
    const wrong = await send(proof(replay, { password: "wrong" }));
    assert.equal(wrong.status, 407);
    assert.equal(wrong.proxyAuthenticate[0]!.parameters.has("stale"), false);
    assert.equal((await send({ "Proxy-Authorization": g.credentials(wrong, "INVITE", b.impu) })).status, 407);
    const foreign = proof(wrong, { username: bob.impi, password: bob.digest!.password });
    assert.equal((await send(foreign)).status, 403);
    assert.equal(
      (await send({ "Proxy-Authorization": proof(wrong, { response: "" })["Proxy-Authorization"] })).status,
      407,
    );
  });
});

Deno.test("the operator interface says what is wrong with an order", async () => {
  await scene([bob], async ({ core, operator }) => {
    assert.equal(await operator({ action: "reauthenticate", impi: "nobody@home1.net" }), 404);
    assert.equal(await operator({ action: "reauthenticate", impi: bob.impi }), 404);
    assert.equal(await operator({ action: "explode" }), 400);
    assert.equal(await operator({ action: "change-password", impi: bob.impi }), 400);
    assert.equal(await operator({ action: "reset" }), 200);
    const get = await fetch(core.operatorUrl);
    assert.equal(get.status, 405);
    await get.text();
  });
});
