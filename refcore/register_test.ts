import { strict as assert } from "node:assert";
import { fromHex, ha1, milenageFunctions, openAuts, parseAkaNonce, rspauth } from "../harness/crypto/mod.ts";
import { scene } from "./testing/scene.ts";
import { akaSubscriber, digestSubscriber, DOMAIN } from "./testing/subscribers.ts";

const alice = akaSubscriber("alice");
const bob = digestSubscriber("bob");

Deno.test("register with AKAv1-MD5 over UDP", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const challenge = await phone.ask(phone.registerRequest());
    assert.equal(challenge.status, 401);
    const { parameters } = challenge.wwwAuthenticate[0]!;
    assert.equal(parameters.get("algorithm"), "AKAv1-MD5");
    assert.equal(parameters.get("realm"), DOMAIN);
    assert.equal(parameters.get("qop"), "auth");
    assert.equal(parameters.has("ck"), false);
    assert.equal(parameters.has("ik"), false);
    const ok = await phone.answerChallenge(challenge);
    assert.equal(ok.status, 200);
    assert.deepEqual(ok.associatedUris.map(({ uri }) => String(uri)), ["sip:alice@home1.net"]);
    assert.equal(ok.contact?.params.get("expires"), "600");
    assert.equal(ok.serviceRoute[0]?.uri.host, "scscf.home1.net");
  });
});

Deno.test("register with AKAv2-SHA-256 over TCP", async () => {
  const carol = akaSubscriber("carol", {}, "AKAv2-SHA-256");
  await scene([carol], async ({ ue }) => {
    const phone = await ue(carol, { transport: "tcp" });
    assert.equal((await phone.register()).status, 200);
  });
});

Deno.test("register with Digest MD5 and SHA-256, and rspauth proves the network", async () => {
  const dave = digestSubscriber("dave", {}, "SHA-256");
  await scene([bob, dave], async ({ ue }) => {
    for (const subscriber of [bob, dave]) {
      const phone = await ue(subscriber);
      const challenge = await phone.ask(phone.registerRequest());
      const { parameters } = challenge.wwwAuthenticate[0]!;
      const algorithm = subscriber.digest!.algorithm;
      assert.equal(parameters.get("algorithm"), algorithm);
      const ok = await phone.answerChallenge(challenge);
      assert.equal(ok.status, 200);
      const info = ok.authenticationInfo!;
      const expected = rspauth({
        ha1: ha1(algorithm, subscriber.impi, DOMAIN, subscriber.digest!.password),
        algorithm,
        nonce: parameters.get("nonce")!,
        uri: `sip:${DOMAIN}`,
        qop: "auth",
        nc: "00000001",
        cnonce: "0a4f113b",
      });
      assert.equal(info.get("rspauth"), expected);
    }
  });
});

Deno.test("a REGISTER without Authorization is challenged for the IMPI of the IMPU", async () => {
  await scene([bob], async ({ ue }) => {
    const phone = await ue(bob, { transport: "tcp" });
    const challenge = await phone.ask(phone.registerRequest({ Authorization: "" }));
    assert.equal(challenge.status, 401);
    assert.equal((await phone.answerChallenge(challenge)).status, 200);
  });
});

Deno.test("a wrong response ends in 403 without security parameters", async () => {
  await scene([alice, bob], async ({ ue }) => {
    for (const subscriber of [alice, bob]) {
      const phone = await ue(subscriber);
      const failure = await phone.register({}, { response: "0".repeat(32) });
      assert.equal(failure.status, 403);
      for (const name of ["WWW-Authenticate", "Authentication-Info", "Security-Server"]) {
        assert.equal(failure.has(name), false);
      }
    }
  });
});

Deno.test("incomplete and unfitting answers are refused", async () => {
  await scene([bob], async ({ ue }) => {
    const phone = await ue(bob);
    const lies = [
      { cnonce: undefined },
      { nc: "00000000" },
      { nc: "1" },
      { qop: undefined, nc: undefined, cnonce: undefined },
      { uri: "sip:other.net" },
      { realm: "other.net" },
      { algorithm: "SHA-256" },
      { username: "nobody@home1.net" },
    ];
    for (const lie of lies) {
      const { status } = await phone.register({}, lie);
      assert.ok([400, 401, 403].includes(status), `${JSON.stringify(lie)} got ${status}`);
    }
    assert.equal((await phone.register()).status, 200);
  });
});

Deno.test("AUTS moves the SQN of the HSS, a forged one does not", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const functions = milenageFunctions({ k: alice.aka!.k, opc: alice.aka!.opc! });
    const first = await phone.ask(phone.registerRequest());
    const forged = new Uint8Array(14).fill(0x55).toBase64();
    const refused = await phone.answerChallenge(first, {}, { auts: forged });
    assert.equal(refused.status, 403);
    const second = await phone.ask(phone.registerRequest());
    const { rand } = parseAkaNonce(second.wwwAuthenticate[0]!.parameters.get("nonce")!);
    const sqn = 0x0000_1234_0020n;
    const auts = phone.usim!.auts(rand, sqn);
    assert.equal(openAuts(functions, rand, auts).macOk, true);
    const third = await phone.answerChallenge(second, {}, { auts: auts.toBase64() });
    assert.equal(third.status, 401);
    const next = parseAkaNonce(third.wwwAuthenticate[0]!.parameters.get("nonce")!);
    assert.ok(phone.usim!.inspect(next.rand, next.autn).sqn > sqn);
    assert.equal((await phone.answerChallenge(third)).status, 200);
  });
});

Deno.test("malformed AUTS gets 400 and changes nothing", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    for (const length of [0, 13, 15, 1000]) {
      const challenge = await phone.ask(phone.registerRequest());
      const auts = new Uint8Array(length).toBase64() || "=";
      assert.equal((await phone.answerChallenge(challenge, {}, { auts })).status, 400);
    }
    assert.equal((await phone.register()).status, 200);
  });
});

Deno.test("repeated AUTS ends after a few challenges", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    let response = await phone.ask(phone.registerRequest());
    let challenges = 0;
    while (response.status === 401) {
      challenges++;
      const { rand } = parseAkaNonce(response.wwwAuthenticate[0]!.parameters.get("nonce")!);
      response = await phone.answerChallenge(response, {}, {
        auts: phone.usim!.auts(rand, 0x9000n).toBase64(),
      });
    }
    assert.equal(response.status, 403);
    assert.equal(challenges, 3);
  });
});

Deno.test("a report of a network failure ends the run with 403", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    assert.equal((await phone.register({}, { response: "" })).status, 403);
  });
});

Deno.test("a newer challenge replaces the open one, and is not disturbed by an answer to it", async () => {
  await scene([alice, bob], async ({ ue }) => {
    for (const subscriber of [alice, bob]) {
      const phone = await ue(subscriber);
      const first = await phone.ask(phone.registerRequest());
      const second = await phone.ask(phone.registerRequest());
      assert.equal((await phone.answerChallenge(first)).status, 403);
      assert.equal((await phone.answerChallenge(second)).status, 200);
    }
  });
});

Deno.test("a retransmission gets the same 401, a new transaction another nonce", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const request = phone.registerRequest();
    const first = await phone.ask(request);
    const again = await phone.ask(request);
    const other = await phone.ask(phone.registerRequest());
    assert.deepEqual(again.toBytes(), first.toBytes());
    assert.notEqual(other.get("WWW-Authenticate"), first.get("WWW-Authenticate"));
  });
});

Deno.test("Digest: a used nonce serves with a higher count, is stale with the same, and wrong stays wrong", async () => {
  await scene([bob], async ({ ue }) => {
    const phone = await ue(bob);
    const challenge = await phone.ask(phone.registerRequest());
    assert.equal((await phone.answerChallenge(challenge, {}, { nc: "00000003" })).status, 200);
    assert.equal((await phone.answerChallenge(challenge, {}, { nc: "00000009", password: "x" })).status, 403);
    assert.equal((await phone.answerChallenge(challenge, {}, { nc: "00000004" })).status, 200);
    const stale = await phone.answerChallenge(challenge, {}, { nc: "00000004" });
    assert.equal(stale.status, 401);
    const { parameters } = stale.wwwAuthenticate[0]!;
    assert.equal(parameters.get("stale"), "true");
    assert.notEqual(parameters.get("nonce"), challenge.wwwAuthenticate[0]!.parameters.get("nonce"));
    assert.equal((await phone.answerChallenge(stale)).status, 200);
  });
});

Deno.test("identities that do not belong together, or to nobody, get 403 without challenge", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const phone = await ue(alice);
    const foreign = phone.registerRequest({ To: `<${bob.impus[0]}>` });
    assert.equal((await phone.ask(foreign)).status, 403);
    const nobody = phone.registerRequest({ To: "<sip:nobody@home1.net>" });
    assert.equal((await phone.ask(nobody)).status, 403);
    const realm = phone.registerRequest();
    realm.set("Authorization", realm.get("Authorization")!.replaceAll(DOMAIN, "other.net"));
    assert.equal((await phone.ask(realm)).status, 403);
  });
});

Deno.test("a registration shorter than the network grants gets 423", async () => {
  await scene([bob], async ({ ue }) => {
    const phone = await ue(bob);
    const response = await phone.register({ Expires: "1" });
    assert.equal(response.status, 423);
    assert.equal(response.minExpires, 2);
  });
});

Deno.test("integrity-protected of the UE's own has no effect", async () => {
  await scene([alice, bob], async ({ ue }) => {
    for (const subscriber of [alice, bob]) {
      const phone = await ue(subscriber);
      for (const value of ["auth-done", "yes", "tls-yes", "ip-assoc-yes"]) {
        const request = phone.registerRequest();
        request.set("Authorization", `${request.get("Authorization")}, integrity-protected="${value}"`);
        assert.equal((await phone.ask(request)).status, 401);
      }
    }
  });
});

Deno.test("the implicit set is associated but for barred identities; another set registers on its own", async () => {
  const erin = digestSubscriber("erin", {
    implicitSet: ["sip:erin.work@home1.net", "tel:+15550100"],
    barred: ["sip:erin.barred@home1.net"],
    otherSet: ["sip:erin.club@home1.net"],
  });
  await scene([erin], async ({ ue }) => {
    const phone = await ue(erin);
    const uris = (await phone.register()).associatedUris.map(({ uri }) => String(uri));
    assert.deepEqual(uris, ["sip:erin@home1.net", "sip:erin.work@home1.net", "tel:+15550100"]);
    const other = await phone.register({ To: "<sip:erin.club@home1.net>" });
    assert.deepEqual(other.associatedUris.map(({ uri }) => String(uri)), ["sip:erin.club@home1.net"]);
  });
});

Deno.test("a fault is on where it is named, and a name that is no fault is refused", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    const challenge = await phone.ask(phone.registerRequest());
    const { parameters } = challenge.wwwAuthenticate[0]!;
    assert.equal(fromHex(parameters.get("ck")!).length, 16);
  }, { faults: ["pcscf/leaks-ck-ik"] });
  await assert.rejects(
    scene([], () => Promise.resolve(), { faults: ["pcscf/nothing"] }),
    /no fault "pcscf\/nothing"/,
  );
});
