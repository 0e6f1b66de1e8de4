import type { SipResponse } from "sip-codec";
import { ha1, rspauth } from "../harness/crypto/mod.ts";
import { effect, first, reach } from "./testing/effects.ts";
import type { Scene } from "./testing/scene.ts";
import { akaSubscriber, digestSubscriber } from "./testing/subscribers.ts";
import type { Lie, TestUe } from "./testing/ue.ts";

const alice = akaSubscriber("alice");
const bob = digestSubscriber("bob", {
  implicitSet: ["sip:bob.work@home1.net"],
  otherSet: ["sip:bob.club@home1.net"],
});
const carol = digestSubscriber("carol");
const subscribers = [alice, bob, carol];

const challengeOf = (response: SipResponse) => response.wwwAuthenticate[0]!.parameters;

async function challenge(ue: TestUe): Promise<SipResponse> {
  return await ue.ask(ue.registerRequest());
}

effect("the challenge as written", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(bob);
    const headers = { "Security-Client": "ipsec-3gpp;alg=hmac-sha-1-96;spi-c=1;spi-s=2;port-c=3;port-s=4" };
    const response = await phone.ask(phone.registerRequest(headers));
    const field = response.get("WWW-Authenticate")!.replace(/nonce="[^"]*", /, "");
    return `${field}${response.has("Security-Server") ? " Security-Server" : ""}`;
  },
  honest: 'Digest realm="home1.net", algorithm=MD5, qop="auth"',
  broken: {
    "scscf/misquotes-challenge": 'Digest realm="home1.net", algorithm="MD5", qop=auth',
    "scscf/omits-algorithm": 'Digest realm="home1.net", qop="auth"',
    "pcscf/offers-ipsec-with-digest": 'Digest realm="home1.net", algorithm=MD5, qop="auth" Security-Server',
  },
});

effect("a nonce", {
  subscribers,
  observe: async ({ ue }) =>
    challengeOf(await challenge(await ue(bob))).get("nonce")!.startsWith("00000000") ? "clock" : "random",
  honest: "random",
  broken: { "scscf/nonce-from-clock": "clock" },
});

effect("a first REGISTER: plain, without Authorization, behind a NAT", {
  subscribers,
  observe: async ({ ue }) => {
    const [plain, natted] = [await ue(bob), await ue(bob, { claimedHost: "10.1.1.1" })];
    return `${await first(plain)} ${await first(plain, { "Authorization": "" })} ${await first(natted)}`;
  },
  honest: "401 401 403",
  broken: {
    "scscf/refuses-plain-digest": "403 403 403",
    "pcscf/refuses-register-without-outbound": "439 439 439",
    "pcscf/refuses-register-without-authorization": "401 400 403",
    "icscf/demands-authorization": "401 400 403",
    "pcscf/accepts-natted-without-outbound": "401 401 401",
    "pcscf/lets-natted-users-share": "401 401 401",
    "pcscf/demands-sec-agree": "421 421 421",
  },
});

effect("SM7 with a lie in it", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(bob);
    const lies: Lie[] = [
      { qop: undefined, nc: undefined, cnonce: undefined },
      { uri: "sip:other.net" },
      { username: carol.impi },
      { response: "almost" },
      { nc: "00000000" },
    ];
    const statuses = [];
    for (const lie of lies) statuses.push((await answerWith(phone, lie)).status);
    return statuses.join(" ");
  },
  honest: "400 403 403 403 400",
  broken: {
    "scscf/accepts-legacy-response": "200 403 403 403 400",
    "scscf/ignores-digest-uri": "400 200 403 403 400",
    "scscf/ignores-username": "400 403 200 403 400",
    "scscf/compares-response-prefix": "400 403 403 200 400",
    "scscf/accepts-nonce-count-zero": "400 403 403 403 200",
  },
});

/** `almost`: a response of which only the first digits are right. */
async function answerWith(ue: TestUe, lie: Lie): Promise<SipResponse> {
  const asked = await challenge(ue);
  if (lie["response"] !== "almost") return await ue.answerChallenge(asked, {}, lie);
  const right = ue.credentials(asked, "REGISTER", "sip:home1.net");
  const Authorization = right.replace(
    /response="(.{8}).*?"/,
    (_, start) => `response="${start}${"0".repeat(24)}"`,
  );
  return await ue.ask(ue.registerRequest({ Authorization }));
}

effect("somebody else's credentials: for the IMPU challenged, on somebody else's nonce, for a foreign IMPU", {
  subscribers,
  observe: async ({ ue }) => {
    const [b, c] = [await ue(bob), await ue(carol)];
    const derived = await b.ask(b.registerRequest({ "Authorization": "" }));
    const other = await b.answerChallenge(derived, {}, {
      username: carol.impi,
      password: carol.digest!.password,
    });
    const stolen = await c.answerChallenge(await challenge(b));
    return `${other.status} ${stolen.status} ${await first(c, { "To": "<sip:bob@home1.net>" })}`;
  },
  honest: "403 401 403",
  broken: {
    "scscf/accepts-any-impi-in-answer": "200 401 403",
    "scscf/accepts-any-issued-nonce": "403 200 403",
    "hss/digest-vector-for-foreign-impu": "401 401 401",
  },
});

effect("a second REGISTER of the Call-ID, and one for another IMPU", {
  subscribers,
  observe: async ({ ue }) => {
    const [b, c] = [await ue(bob), await ue(carol)];
    await c.ask(c.registerRequest());
    const second = await first(c, { "Authorization": "" });
    await b.register();
    return `${second} ${await first(b, { "To": "<sip:bob.club@home1.net>" })}`;
  },
  honest: "401 401",
  broken: { "scscf/accepts-second-register": "200 401", "scscf/second-impu-without-challenge": "401 200" },
});

effect("what a registration brings", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(bob, { outbound: true });
    const short = await phone.register({ "Expires": "2" });
    const long = await phone.register({ "Expires": "600" });
    return `${short.associatedUris.length} ${long.contact?.params.get("expires")} ${long.require.join()}`;
  },
  honest: "2 600 outbound",
  broken: {
    "scscf/registers-explicit-impu-only": "1 600 outbound",
    "scscf/refresh-keeps-expiry": "2 2 outbound",
    "pcscf/adds-no-flow-token": "2 600 ",
  },
});

effect("rspauth", {
  subscribers,
  observe: async ({ ue, operator }) => {
    const phone = await ue(bob);
    await phone.register();
    await operator({ action: "change-password", impi: bob.impi, password: "new" });
    const asked = await challenge(phone);
    const info = (await phone.answerChallenge(asked)).authenticationInfo!;
    const proof = (password: string) =>
      rspauth({
        ha1: ha1("MD5", bob.impi, "home1.net", password),
        nonce: challengeOf(asked).get("nonce")!,
        uri: "sip:home1.net",
        qop: "auth",
        nc: "00000001",
        cnonce: "0a4f113b",
      });
    const given = info.get("rspauth");
    if (given === proof(bob.digest!.password)) return "right";
    return given === proof("new") ? "of the new password" : given === "" ? "empty" : "wrong";
  },
  honest: "right",
  broken: {
    "scscf/rspauth-with-method": "wrong",
    "scscf/empty-rspauth": "empty",
    "scscf/rspauth-of-newest-password": "of the new password",
  },
});

effect("an attack on a registered user: a challenge, then a wrong answer", {
  subscribers,
  observe: async ({ ue }) => {
    const [b, c, attacker] = [await ue(bob), await ue(carol), await ue(bob)];
    await b.register();
    await c.register();
    const asked = await attacker.ask(attacker.registerRequest({ "Expires": "0" }));
    const between = await reach(c, b);
    const Authorization = attacker.credentials(asked, "REGISTER", "sip:home1.net", { password: "guess" });
    const request = attacker.registerRequest({ "Expires": "0", Authorization });
    await attacker.send(request);
    const failure = await attacker.statusWithin(request, 200);
    return `${between} ${failure} ${await reach(c, b)}`;
  },
  honest: "200 403 200",
  broken: {
    "scscf/drops-binding-on-challenge": "480 403 480",
    "scscf/failed-digest-deregisters": "200 403 480",
    "scscf/drops-wrong-response": "200 silence 200",
  },
});

effect("the failure message", {
  subscribers,
  observe: async ({ ue }) => {
    const failure = await (await ue(bob)).register({}, { password: "guess" });
    return `${failure.status} ${failure.has("Authentication-Info")}`;
  },
  honest: "403 false",
  broken: { "scscf/failure-carries-rspauth": "403 true" },
});

effect("an answer to a replaced challenge, and then to the newer one", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(bob);
    const [one, two] = [await challenge(phone), await challenge(phone)];
    return `${(await phone.answerChallenge(one)).status} ${(await phone.answerChallenge(two)).status}`;
  },
  honest: "403 200",
  broken: { "scscf/keeps-all-digest-nonces": "200 200" },
});

effect("a late answer", {
  subscribers,
  timers: { regAwaitAuth: 50 },
  observe: async ({ ue, core }) => {
    const phone = await ue(bob);
    const asked = await challenge(phone);
    const { clock } = core.options.net;
    await clock.wait(clock.now() + 60);
    return String((await phone.answerChallenge(asked)).status);
  },
  honest: "401",
  broken: { "scscf/challenge-never-expires": "200" },
});

async function usedNonce({ ue }: Scene): Promise<string> {
  const phone = await ue(bob);
  const asked = await challenge(phone);
  await phone.answerChallenge(asked, {}, { nc: "00000003" });
  const say = (response: SipResponse) => {
    const parameters = response.wwwAuthenticate[0]?.parameters;
    const fresh = parameters && parameters.get("nonce") !== challengeOf(asked).get("nonce") ? "new" : "";
    return `${response.status}${parameters?.get("stale") === "true" ? "stale" : ""}${fresh}`;
  };
  const wrong = say(await phone.answerChallenge(asked, {}, { nc: "00000009", password: "guess" }));
  const next = say(await phone.answerChallenge(asked, {}, { nc: "00000004" }));
  const again = await phone.answerChallenge(asked, {}, { nc: "00000004" });
  const after = again.status === 401 ? say(await phone.answerChallenge(again, {}, { nc: "00000005" })) : "-";
  return `${wrong} ${next} ${say(again)} ${after}`;
}

effect("answers on a used nonce: wrong, next count, same count, and the retry", {
  subscribers,
  observe: usedNonce,
  honest: "403 200 401stalenew 200",
  broken: {
    "scscf/stale-for-wrong-password": "401stalenew 200 401stalenew 200",
    "scscf/accepts-repeated-nonce-count": "403 200 200 -",
    "scscf/counts-before-verifying": "403 401stalenew 401stalenew 200",
    "scscf/repeats-nonce-when-stale": "403 200 401stale 200",
    "scscf/refuses-after-stale": "403 200 401stalenew 403",
  },
});

effect("the re-registration that was asked for", {
  subscribers,
  observe: async ({ ue, operator }) => {
    const phone = await ue(bob);
    await phone.register();
    await operator({ action: "reauthenticate", impi: bob.impi });
    return await first(phone);
  },
  honest: "401",
  broken: { "scscf/accepts-requested-digest-reregistration": "200" },
});

effect("after a password change: a call, the new password, the old one", {
  subscribers,
  observe: async ({ ue, operator }) => {
    const [b, c] = [await ue(bob), await ue(carol)];
    await b.register();
    await c.register();
    await operator({ action: "change-password", impi: bob.impi, password: "new" });
    const call = await reach(c, b);
    const fresh = await b.register({}, { password: "new" });
    const old = await b.register();
    return `${call} ${fresh.status} ${old.status}`;
  },
  honest: "200 200 403",
  broken: {
    "scscf/ignores-pushed-password": "200 403 200",
    "scscf/password-change-deregisters": "480 200 403",
    "scscf/keeps-old-password": "200 200 200",
  },
});

effect("schemes side by side: an AKA user, a Digest user, and a UE that names an algorithm", {
  subscribers,
  observe: async ({ ue }) => {
    const [a, b, c] = [await ue(alice), await ue(bob), await ue(carol)];
    const asked = await b.ask(b.registerRequest());
    await a.register();
    const digest = await b.answerChallenge(asked);
    const hint = c.registerRequest();
    hint.set("Authorization", `${hint.get("Authorization")}, algorithm=AKAv1-MD5`);
    const { status } = await c.ask(hint);
    return `${digest.status} ${await reach(b, a)} ${status}`;
  },
  honest: "200 200 401",
  broken: {
    "scscf/one-authentication-state": "403 403 401",
    "scscf/digest-evicts-aka": "200 480 401",
    "scscf/follows-ue-algorithm": "200 200 403",
  },
});

effect("what a UE says of its own protection, and an unknown mechanism", {
  subscribers,
  observe: async ({ ue }) => {
    const [b, c] = [await ue(bob), await ue(carol)];
    const request = b.registerRequest();
    request.set("Authorization", `${request.get("Authorization")}, integrity-protected="auth-done"`);
    const { status } = await b.ask(request);
    const asked = await c.ask(c.registerRequest({ "Security-Client": "rot13;q=0.1" }));
    return `${status} ${asked.status} ${asked.get("Security-Server") ?? "none"}`;
  },
  honest: "401 401 none",
  broken: {
    "pcscf/keeps-integrity-protected": "200 401 none",
    "pcscf/selects-unknown-mechanism": "401 401 rot13;q=0.1",
  },
});
