import { parseAkaNonce } from "../harness/crypto/mod.ts";
import { parseRegInfo } from "../harness/sip/mod.ts";
import type { SipResponse } from "sip-codec";
import { effect, first, reach } from "./testing/effects.ts";
import { akaSubscriber, digestSubscriber } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const alice = akaSubscriber("alice", {
  implicitSet: ["sip:alice.work@home1.net"],
  barred: ["sip:alice.barred@home1.net"],
});
const mallory = akaSubscriber("mallory");
const bob = digestSubscriber("bob");
const subscribers = [alice, mallory, bob];
const MD5_HINT =
  'Digest username="alice@home1.net", realm="home1.net", nonce="", uri="sip:home1.net", response="", algorithm=MD5';

function nonce(challenge: SipResponse) {
  return parseAkaNonce(challenge.wwwAuthenticate[0]!.parameters.get("nonce")!);
}

async function event(ue: TestUe): Promise<string> {
  const notify = await ue.request("NOTIFY");
  await ue.answer(notify, 200);
  const contact = parseRegInfo(notify.text()).registrations[0]!.contacts[0]!;
  return `${contact.event} ${contact.expires ?? "-"}`;
}

async function watch(ue: TestUe): Promise<void> {
  await ue.ask(ue.build("SUBSCRIBE", ue.impu, { "Event": "reg", "Expires": "600" }));
  await event(ue);
}

effect("a first REGISTER", {
  subscribers,
  observe: async ({ ue }) => await first(await ue(alice)),
  honest: "401",
  broken: { "scscf/registers-without-challenge": "200" },
});

effect("an answer that nobody asked for, and another contact of who is registered", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const Authorization = `Digest username="alice@home1.net", realm="home1.net", nonce="bWFkZSB1cA==", ` +
      `uri="sip:home1.net", response="${
        "0".repeat(32)
      }", algorithm=AKAv1-MD5, qop=auth, nc=00000001, cnonce="c"`;
    const unasked = await first(phone, { Authorization });
    await phone.register();
    return `${unasked} ${await first(await ue(alice))}`;
  },
  honest: "401 401",
  broken: {
    "scscf/accepts-answer-to-no-challenge": "200 401",
    "scscf/adds-contact-unchallenged": "401 200",
  },
});

effect("the realm of a challenge", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const response = await phone.ask(phone.registerRequest());
    return response.wwwAuthenticate[0]?.parameters.get("realm") ?? "none";
  },
  honest: "home1.net",
  broken: { "scscf/realm-is-own-name": "scscf.home1.net" },
});

effect("what the 200 tells of the user and of the network", {
  subscribers: [akaSubscriber("dora", {
    implicitSet: ["sip:dora.work@home1.net", "tel:+15550100"],
    barred: ["sip:dora.barred@home1.net"],
  })],
  observe: async ({ ue }) => {
    const response = await (await ue(akaSubscriber("dora"))).register();
    const users = response.associatedUris.map(({ uri }) => uri.scheme === "tel" ? "tel" : uri.user);
    return [...users, ...(response.has("P-Charging-Function-Addresses") ? ["charging"] : [])].join(" ");
  },
  honest: "dora dora.work tel",
  broken: {
    "scscf/tells-barred-identities": "dora dora.work tel dora.barred",
    "scscf/tells-sip-uris-only": "dora dora.work",
    "pcscf/shows-charging-functions": "dora dora.work tel charging",
  },
});

effect("a REGISTER after a de-registration", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    await phone.register();
    await phone.register({ "Expires": "0" });
    return await first(phone);
  },
  honest: "401",
  broken: { "scscf/skips-challenge-for-known-impu": "200" },
});

effect("an unprotected refresh and de-registration", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    await phone.register();
    return `${await first(phone)} ${await first(phone, { "Authorization": "" })} ${await first(phone, {
      "Expires": "0",
    })}`;
  },
  honest: "401 401 401",
  broken: {
    "scscf/accepts-clear-refresh": "200 200 401",
    "scscf/accepts-clear-deregistration": "401 401 200",
    "scscf/changes-scheme": "401 200 401",
  },
});

effect("calls to a barred and to an implicit identity", {
  subscribers,
  observe: async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    return `${await reach(b, a, {}, "sip:alice.barred@home1.net")} ${await reach(
      b,
      a,
      {},
      "sip:alice.work@home1.net",
    )}`;
  },
  honest: "404 200",
  broken: { "scscf/serves-barred-identity": "200 200", "scscf/implicit-impu-unreachable": "404 480" },
});

effect("what the user hears when she is to authenticate again", {
  subscribers,
  observe: async ({ ue, operator }) => {
    const phone = await ue(alice);
    await phone.register();
    await watch(phone);
    await operator({ action: "reauthenticate", impi: alice.impi });
    await phone.register({ "Expires": "0" });
    return await event(phone);
  },
  honest: "shortened 2",
  broken: {
    "scscf/never-asks-for-reauthentication": "unregistered -",
    "scscf/notifies-without-shortening": "refreshed 600",
  },
});

effect("the re-registration that was asked for", {
  subscribers,
  observe: async ({ ue, operator }) => {
    const phone = await ue(alice);
    await phone.register();
    await operator({ action: "reauthenticate", impi: alice.impi });
    return await first(phone);
  },
  honest: "401",
  broken: { "scscf/accepts-requested-aka-reregistration": "200" },
});

effect("a call after the shortened expiry", {
  subscribers,
  timers: { minExpires: 100, expiryMargin: 0 },
  observe: async ({ ue, operator, core }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    await operator({ action: "reauthenticate", impi: alice.impi });
    const { clock } = core.options.net;
    await clock.wait(clock.now() + 150);
    return await reach(b, a);
  },
  honest: "480",
  broken: { "scscf/forgets-shortened-expiry": "200" },
});

effect("identities that are not the user's", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(mallory);
    const unknown = phone.registerRequest();
    unknown.set("Authorization", unknown.get("Authorization")!.replace(mallory.impi, "nobody@home1.net"));
    const { status } = await phone.ask(unknown);
    return `${status} ${await first(phone, { "To": "<sip:alice@home1.net>" })}`;
  },
  honest: "403 403",
  broken: {
    "hss/key-by-impu": "401 401",
    "hss/skips-impu-check": "403 401",
    "hss/serves-foreign-impu": "403 401",
    "scscf/vector-by-to-uri": "401 401",
  },
});

effect("the algorithm for an AKA subscriber whose UE hints at MD5, and one whose UE does not", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const algorithm = async (headers: Record<string, string>) =>
      (await phone.ask(phone.registerRequest(headers))).wwwAuthenticate[0]!.parameters.get("algorithm");
    return `${await algorithm({ "Authorization": MD5_HINT })} ${await algorithm({})}`;
  },
  honest: "AKAv1-MD5 AKAv1-MD5",
  broken: {
    "scscf/password-for-aka-on-hint": "MD5 AKAv1-MD5",
    "scscf/password-for-aka-without-sec-agree": "MD5 MD5",
  },
});

effect("two vectors", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const [one, two] = [
      nonce(await phone.ask(phone.registerRequest())),
      nonce(await phone.ask(phone.registerRequest())),
    ];
    const [a, b] = [one, two].map(({ rand, autn }) => phone.usim!.inspect(rand, autn));
    if (!a!.macOk) return "no AUTN";
    if (String(one.rand) === String(two.rand)) return "the same";
    return `${String(one.rand.slice(0, 12)) === String(two.rand.slice(0, 12)) ? "counted" : "random"} ${
      a!.sqn < b!.sqn
    }`;
  },
  honest: "random true",
  broken: {
    "hss/predictable-rand": "counted true",
    "hss/repeats-sqn": "random false",
    "scscf/autn-before-rand": "no AUTN",
    "scscf/repeats-open-nonce": "the same",
  },
});

effect("keys in the challenge", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const { parameters } = (await phone.ask(phone.registerRequest())).wwwAuthenticate[0]!;
    return parameters.names().join(" ");
  },
  honest: "realm nonce algorithm qop",
  broken: { "pcscf/leaks-ck-ik": "realm nonce algorithm qop ck ik" },
});

effect("a wrong response, and whether the user is still there", {
  subscribers,
  observe: async ({ ue }) => {
    const [a, b, attacker] = [await ue(alice), await ue(bob), await ue(alice)];
    await a.register();
    await b.register();
    const failure = await attacker.register({ "Contact": a.contact }, { response: "0".repeat(32) });
    return `${failure.status} ${failure.has("WWW-Authenticate")} ${await reach(b, a)}`;
  },
  honest: "403 false 200",
  broken: {
    "scscf/accepts-any-response": "200 false 200",
    "scscf/rechallenges-after-wrong-response": "401 true 200",
    "scscf/failure-carries-challenge": "403 true 200",
    "scscf/wrong-answer-deregisters": "403 false 480",
  },
});

effect("a report that the network is not authenticated", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const challenge = await phone.ask(phone.registerRequest());
    const Authorization = phone.credentials(challenge, "REGISTER", "sip:home1.net", { response: "" });
    const report = phone.registerRequest({ Authorization });
    await phone.send(report);
    return await phone.statusWithin(report, 200);
  },
  honest: "403",
  broken: { "pcscf/discards-failure-report": "silence", "scscf/rechallenges-failure-report": "401" },
});

effect("an answer to a replaced challenge, and then to the newer one", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const [one, two] = [await phone.ask(phone.registerRequest()), await phone.ask(phone.registerRequest())];
    return `${(await phone.answerChallenge(one)).status} ${(await phone.answerChallenge(two)).status}`;
  },
  honest: "403 200",
  broken: {
    "scscf/accepts-superseded-challenge": "200 200",
    "scscf/completes-overlapping-registrations": "200 200",
    "scscf/accepts-earlier-vector": "200 200",
  },
});

effect("the same answer again", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const challenge = await phone.ask(phone.registerRequest());
    const Authorization = phone.credentials(challenge, "REGISTER", "sip:home1.net");
    const statuses = [];
    for (let n = 0; n < 2; n++) {
      statuses.push((await phone.ask(phone.registerRequest({ Authorization }))).status);
    }
    return statuses.join(" ");
  },
  honest: "200 401",
  broken: { "scscf/nonce-valid-after-use": "200 200" },
});

effect("AUTS: forged, right, again and again", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const start = await phone.ask(phone.registerRequest());
    const forged = await phone.answerChallenge(start, {}, { auts: new Uint8Array(14).toBase64() });
    let challenge = await phone.ask(phone.registerRequest());
    const right = await phone.answerChallenge(challenge, {}, {
      auts: phone.usim!.auts(nonce(challenge).rand, 0x5_0000_0000n).toBase64(),
    });
    const next = nonce(right);
    const beyond = phone.usim!.inspect(next.rand, next.autn).sqn > 0x5_0000_0000n;
    challenge = right;
    for (let n = 0; n < 5 && challenge.status === 401; n++) {
      const auts = phone.usim!.auts(nonce(challenge).rand, 0x6_0000_0000n).toBase64();
      challenge = await phone.answerChallenge(challenge, {}, { auts });
    }
    return `${forged.status} ${beyond} ${challenge.status}`;
  },
  honest: "403 true 403",
  broken: {
    "hss/adopts-unverified-auts": "401 true 403",
    "scscf/continues-old-batch": "401 false 403",
    "scscf/endless-resynchronisation": "403 true 401",
  },
});

effect("AUTS of 13 octets", {
  subscribers,
  problems: true,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    return String((await phone.register({}, { auts: new Uint8Array(13).toBase64() })).status);
  },
  honest: "400",
  broken: { "scscf/passes-malformed-auts": "500" },
});

effect("the implicit identity after the first expiry", {
  subscribers,
  timers: { minExpires: 1000, expiryMargin: 0 },
  observe: async ({ ue, core }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await b.register();
    await a.register({ "Expires": "1" });
    const { clock } = core.options.net;
    const end = clock.now() + 1000;
    await a.register();
    await clock.wait(end);
    return `${await reach(b, a)} ${await reach(b, a, {}, "sip:alice.work@home1.net")}`;
  },
  honest: "200 200",
  broken: { "scscf/refreshes-explicit-impu-only": "200 480" },
});

effect("a REGISTER for another home domain", {
  subscribers,
  observe: async ({ ue }) => {
    const phone = await ue(alice);
    const request = phone.registerRequest();
    request.requestUri = "sip:other.net";
    return String((await phone.ask(request)).status);
  },
  honest: "404",
  broken: { "pcscf/serves-foreign-home-domain": "401" },
});

effect("a request of somebody who is not registered, and of one who was", {
  subscribers,
  observe: async ({ ue, operator }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await b.register();
    const before = await reach(a, b);
    await a.register();
    await operator({ action: "deregister", impi: alice.impi });
    return `${before} ${await reach(a, b)}`;
  },
  honest: "403 403",
  broken: {
    "pcscf/routes-unregistered-request": "200 200",
    "scscf/serves-after-deregistration": "403 200",
  },
});
