import assert from "node:assert/strict";
import { PeerViolation } from "../../errors.ts";
import { toHex } from "../../crypto/mod.ts";
import { NoAnswer } from "../no_answer.ts";
import {
  akaChallenge,
  akaRegistrar,
  aliceCentre,
  authenticationInfo,
  granted,
  isRight,
} from "./testing/registrar.ts";
import { answer } from "./testing/scripted_network.ts";
import { ALICE, DORA, inWorld } from "./testing/world.ts";

const NONCE = "c2VydmVyIG5vbmNl";
const digest401 = (extra = "") => ({
  "WWW-Authenticate": `Digest realm="home1.example", nonce="${NONCE}", algorithm=MD5, qop="auth"${extra}`,
});

Deno.test("register() asks as TS 24.229 says, answers the AKA challenge and is registered", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", akaRegistrar());
    const alice = await ue(ALICE);
    const registered = await run(alice.register());
    assert.equal(registered.ok, true);
    assert.equal(registered.expires, 600_000);
    assert.deepEqual(registered.associatedUris, ["sip:alice@home1.example", "tel:+15550001"]);
    assert.deepEqual(registered.serviceRoute, ["<sip:orig@scscf.home1.example;lr>"]);
    assert.equal(alice.registered, true);
    assert.equal(alice.isim?.sqn, registered.challenge?.aka?.sqn);

    const [sm1, sm7] = network.of("REGISTER");
    assert.equal(sm1?.requestUri, "sip:home1.example");
    assert.equal(
      sm1?.get("Authorization"),
      'Digest username="alice@home1.example", realm="home1.example", nonce="", uri="sip:home1.example", response=""',
    );
    assert.equal(sm1?.get("Supported"), "path, gruu");
    assert.match(sm1?.get("P-Access-Network-Info") ?? "", /^3GPP-E-UTRAN-FDD;/);
    assert.match(sm1?.get("Contact") ?? "", /^<sip:\w+@10\.1\.0\.1:\d+>;\+g\.3gpp\.icsi-ref="urn%3Aurn-7/);
    assert.equal(sm7?.callId, sm1?.callId);
    assert.equal(sm7?.cseq?.seq, 2);
    assert.notEqual(sm7?.via?.branch, sm1?.via?.branch);
  }));

Deno.test("challenge() takes the nonce apart and leaves the ISIM as it is", () =>
  inWorld(async ({ ue, run, network }) => {
    const centre = aliceCentre();
    let made: ReturnType<typeof akaChallenge> | undefined;
    network.on("REGISTER", (request) => (made = akaChallenge(request, centre, 7)).response);
    const alice = await ue(ALICE);
    const challenge = await run(alice.challenge());
    assert.equal(challenge.status, 401);
    assert.equal(challenge.aka?.macOk, true);
    assert.equal(challenge.aka?.sqnOk, true);
    assert.equal(challenge.aka?.sqn, centre.sqn);
    assert.equal(toHex(challenge.aka?.amf ?? new Uint8Array()), "8000");
    assert.deepEqual(challenge.aka?.res, made?.xres);
    assert.deepEqual(challenge.aka?.ck, made?.ck);
    assert.equal(alice.isim?.sqn, 0n);
  }));

Deno.test("challenge() is the device's violation where none comes", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => granted(request));
    const alice = await ue(ALICE);
    await assert.rejects(run(alice.challenge()), PeerViolation);
  }));

Deno.test("register() reports a sequence number out of range by AUTS and goes on with the next challenge", () =>
  inWorld(async ({ ue, run, network }) => {
    // The centre has lost its counter: what it sends is older than what the card has seen.
    network.on("REGISTER", akaRegistrar(aliceCentre(32n)));
    const alice = await ue({ ...ALICE, aka: { ...ALICE.aka!, sqn: 320_000n } });
    const registered = await run(alice.register());
    assert.equal(registered.ok, true);
    const [, sm7, again] = network.of("REGISTER");
    assert.equal(sm7?.authorization[0]?.parameters.get("auts")?.length, 20);
    assert.equal(again?.authorization[0]?.parameters.has("auts"), false);
    assert.equal(registered.challenge?.aka?.sqnOk, true);
  }));

Deno.test("register() reports a wrong MAC with an empty response and without AUTS", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on(
      "REGISTER",
      (request, n) =>
        n === 0 ? akaChallenge(request, aliceCentre(), 3, { spoil: true }).response : answer(request, 403),
    );
    const alice = await ue(ALICE);
    const registered = await run(alice.register());
    assert.equal(registered.response.status, 403);
    assert.equal(registered.challenge?.aka?.macOk, false);
    const parameters = network.of("REGISTER")[1]?.authorization[0]?.parameters;
    assert.equal(parameters?.get("response"), "");
    assert.equal(parameters?.has("auts"), false);
    assert.equal(alice.registered, false);
  }));

Deno.test("answer() takes another RES, an AUTS, a MAC failure as told", () =>
  inWorld(async ({ ue, run, network }) => {
    const centre = aliceCentre();
    network.on("REGISTER", (request) => akaChallenge(request, centre, 9).response);
    const alice = await ue(ALICE);
    const challenge = await run(alice.challenge());
    const wrong = await run(alice.answer(challenge, { res: "wrong" }));
    const nonce = challenge.parameters.get("nonce")!;
    assert.equal(isRight(wrong.request, challenge.aka!.res, nonce), false);
    const flipped = challenge.aka!.res.slice();
    flipped[0]! ^= 1;
    assert.equal(isRight(wrong.request, flipped, nonce), true);
    assert.equal(wrong.next?.aka?.macOk, true);

    const auts = await run(alice.answer(challenge, { auts: { sqn: 99n } }));
    const sent = auts.request.authorization[0]?.parameters;
    assert.equal(sent?.get("auts"), alice.isim?.auts(challenge.aka!.rand, 99n).toBase64());
    assert.equal(isRight(auts.request, "", nonce), true);
    const short = await run(alice.answer(challenge, { auts: new Uint8Array(13) }));
    assert.equal(short.request.authorization[0]?.parameters.get("auts"), new Uint8Array(13).toBase64());
    const failure = await run(alice.answer(challenge, { macFailure: true }));
    assert.equal(failure.request.authorization[0]?.parameters.get("response"), "");
  }));

Deno.test("answer() computes the response over whatever was altered", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => answer(request, 401, digest401(', opaque="op"')));
    const dora = await ue(DORA);
    const challenge = await run(dora.challenge());
    const right = await run(dora.answer(challenge));
    assert.equal(isRight(right.request, "open sesame", NONCE), true);
    assert.equal(right.request.authorization[0]?.parameters.get("opaque"), "op");
    assert.equal(right.request.authorization[0]?.parameters.get("nc"), "00000001");

    const altered = await run(dora.answer(challenge, {
      username: "mallory@home1.example",
      realm: "other.example",
      nonce: "bm9uY2U=",
      uri: "sip:elsewhere.example",
      cnonce: "c",
      nc: 0,
      algorithm: "SHA-256",
    }));
    const parameters = altered.request.authorization[0]!.parameters;
    assert.equal(parameters.get("username"), "mallory@home1.example");
    assert.equal(parameters.get("nc"), "00000000");
    assert.equal(parameters.get("algorithm"), "SHA-256");
    assert.equal(isRight(altered.request, "open sesame", "bm9uY2U="), true);

    const plain = await run(dora.answer(challenge, { qop: "none" }));
    assert.equal(plain.request.authorization[0]?.parameters.has("cnonce"), false);
    assert.equal(isRight(plain.request, "open sesame", NONCE), true);
    const whole = await run(dora.answer(challenge, { qop: "auth-int" }));
    assert.equal(isRight(whole.request, "open sesame", NONCE), true);
    const other = await run(dora.answer(challenge, { method: "INVITE", password: "guess" }));
    assert.equal(isRight(other.request, "guess", NONCE), false);
    other.request.method = "INVITE";
    assert.equal(isRight(other.request, "guess", NONCE), true);
    const last = await run(dora.answer(challenge, {
      credentials: ({ parameters }) => void parameters.delete("cnonce"),
    }));
    assert.equal(last.request.authorization[0]?.parameters.has("cnonce"), false);
  }));

Deno.test("answer() counts the uses of each nonce", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => answer(request, 401, digest401()));
    const dora = await ue(DORA);
    const challenge = await run(dora.challenge());
    const counts = [];
    for (const options of [{}, {}, { nc: 9 }, {}]) {
      const { request } = await run(dora.answer(challenge, options));
      counts.push(request.authorization[0]?.parameters.get("nc"));
    }
    assert.deepEqual(counts, ["00000001", "00000002", "00000009", "00000003"]);
  }));

Deno.test("register() tells whether Authentication-Info proves the network", () =>
  inWorld(async ({ ue, run, network }) => {
    let password = "open sesame";
    network.on(
      "REGISTER",
      (request) =>
        request.authorization[0]?.parameters.get("nonce") === NONCE
          ? granted(request, { "Authentication-Info": authenticationInfo(request, password, NONCE) })
          : answer(request, 401, digest401()),
    );
    const dora = await ue(DORA);
    assert.equal((await run(dora.register())).rspauthOk, true);
    assert.equal(dora.registered, true);
    password = "some other";
    const cheated = await run(dora.register());
    assert.equal(cheated.ok, true);
    assert.equal(cheated.rspauthOk, false);
    assert.equal(dora.registered, false);
  }));

Deno.test("deregister() takes one identity away at a time, and requests speak for one that is left", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => granted(request));
    const alice = await ue(ALICE);
    const [first = "", second = ""] = ALICE.impus;
    await run(alice.register());
    await run(alice.register({ impu: second }));
    await run(alice.deregister({ impu: second }));
    assert.equal(alice.registered, true);
    assert.equal(alice.draft.request("OPTIONS", "sip:home1.example").from?.uri.toString(), first);
    await run(alice.register({ impu: second }));
    for (const impu of [first, second]) {
      await run(alice.deregister());
      assert.equal(network.of("REGISTER").at(-1)?.to?.uri.toString(), impu);
    }
    assert.equal(alice.registered, false);
  }));

Deno.test("register() verifies the network's proof after credentials that went out unasked", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on(
      "REGISTER",
      (request) =>
        request.authorization[0]?.parameters.get("nonce") === NONCE
          ? granted(request, { "Authentication-Info": authenticationInfo(request, "open sesame", NONCE) })
          : answer(request, 401, digest401()),
    );
    const dora = await ue(DORA);
    await run(dora.register());
    const again = await run(dora.register({ authorization: "next" }));
    assert.equal(again.rspauthOk, true);
    assert.equal(network.of("REGISTER").length, 3);
    assert.equal(network.of("REGISTER")[2]?.authorization[0]?.parameters.get("nc"), "00000002");
  }));

Deno.test("register() answers again after stale=true, and only then", () =>
  inWorld(async ({ ue, run, network }) => {
    const stale = {
      "WWW-Authenticate": 'Digest realm="home1.example", nonce="bmV3", qop="auth", stale=TRUE',
    };
    network.on(
      "REGISTER",
      (request, n) =>
        n === 0
          ? answer(request, 401, digest401())
          : n === 1
          ? answer(request, 401, stale)
          : granted(request),
    );
    const dora = await ue(DORA);
    assert.equal((await run(dora.register())).ok, true);
    assert.equal(network.of("REGISTER").length, 3);

    network.on("REGISTER", (request) => answer(request, 401, digest401()));
    const refused = await run(dora.register());
    assert.equal(refused.response.status, 401);
    assert.equal(refused.next?.parameters.get("nonce"), NONCE);
    assert.equal(network.of("REGISTER").length, 5);
  }));

Deno.test("register() asks for longer after 423, and leaves it to a case that named the time", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on(
      "REGISTER",
      (request) =>
        Number(request.get("Expires")) < 700_000
          ? answer(request, 423, { "Min-Expires": "700000" })
          : granted(request),
    );
    const dora = await ue(DORA);
    assert.equal((await run(dora.register())).expires, 700_000);
    assert.equal((await run(dora.register({ expires: 30 }))).response.status, 423);
  }));

Deno.test("register() gives back a challenge that the subscriber has no secret for", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => answer(request, 401, digest401()));
    const alice = await ue(ALICE);
    const registered = await run(alice.register());
    assert.equal(registered.response.status, 401);
    assert.equal(registered.challenge, undefined);
    assert.equal(network.of("REGISTER").length, 1);
  }));

Deno.test("who has GIBA alone sends no Authorization from 3GPP access, unless told to", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => answer(request, 200));
    const { aka: _, ...nobody } = ALICE;
    const gil = await ue({ ...nobody, giba: { imsi: "001010000000001" } });
    await run(gil.register());
    await run(gil.register({ withoutAuthorization: false }));
    await run(gil.deregister());
    const requests = network.of("REGISTER");
    assert.deepEqual(requests.map((request) => request.has("Authorization")), [false, true, false]);
    assert.match(requests[0]?.get("P-Access-Network-Info") ?? "", /^3GPP-/);
    assert.equal(gil.local.address, "10.1.0.1");
  }));

Deno.test("attempt() sends what the options and the tampering say", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => answer(request, 403));
    const dora = await ue(DORA, { outbound: { regId: 3, instance: "urn:uuid:0" } });
    await run(dora.attempt({
      withoutAuthorization: true,
      impu: "sip:bob@home1.example",
      expires: null,
      contact: "*",
      headers: { Supported: null, "X-Extra": "1" },
      tamper: (register) => void register.set("Max-Forwards", "0"),
    }));
    const request = network.of("REGISTER")[0]!;
    assert.equal(request.has("Authorization"), false);
    assert.equal(request.get("To"), "<sip:bob@home1.example>");
    assert.equal(request.has("Expires"), false);
    assert.equal(request.get("Contact"), "*");
    assert.equal(request.has("Supported"), false);
    assert.equal(request.get("X-Extra"), "1");
    assert.equal(request.get("Max-Forwards"), "0");

    await run(dora.attempt());
    const flow = network.of("REGISTER")[1]!;
    assert.match(flow.get("Contact") ?? "", /;\+sip\.instance="<urn:uuid:0>";reg-id=3;/);
    assert.equal(flow.get("Supported"), "path, gruu, outbound");
    assert.equal(flow.get("P-Access-Network-Info"), "IEEE-802.3");
  }));

Deno.test("attempt() matches the answer to octets that tampering put in the message's place", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => answer(request, 400));
    const dora = await ue(DORA);
    const response = await run(dora.attempt({
      tamper: (register) =>
        new TextEncoder().encode(register.toString().replace("Max-Forwards: 70", "max-forwards : 7")),
    }));
    assert.equal(response.status, 400);
    assert.deepEqual(network.of("REGISTER")[0]?.rawLines("Max-Forwards"), ["max-forwards : 7\r\n"]);
  }));

Deno.test("attempt() sends a message that tampering left without CSeq", () =>
  inWorld(async ({ ue, run, network, clock }) => {
    const dora = await ue(DORA);
    const attempt = dora.attempt({ tamper: (register) => void register.remove("CSeq") });
    await clock.advance(1);
    assert.equal(network.of("REGISTER")[0]?.has("CSeq"), false);
    await assert.rejects(run(attempt), NoAnswer);
  }));

Deno.test("register() continues its Call-ID, or begins a new one when told", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => granted(request));
    const dora = await ue(DORA);
    await run(dora.register());
    await run(dora.register());
    await run(dora.register({ fresh: true }));
    const [first, second, third] = network.of("REGISTER");
    assert.equal(second?.callId, first?.callId);
    assert.equal(second?.cseq?.seq, 2);
    assert.notEqual(third?.callId, first?.callId);
    assert.equal(third?.cseq?.seq, 1);
  }));

Deno.test("register() sends the last credentials again, or the next ones unasked", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on(
      "REGISTER",
      (request, n) =>
        n === 0
          ? answer(request, 401, digest401())
          : granted(request, { "Authentication-Info": 'nextnonce="bmV4dA=="' }),
    );
    const dora = await ue(DORA);
    await run(dora.register());
    await run(dora.register({ authorization: "last" }));
    await run(dora.register({ authorization: "next" }));
    const [, sm7, last, next] = network.of("REGISTER").map((request) => request.get("Authorization"));
    assert.equal(last, sm7);
    assert.match(next ?? "", /nonce="bmV4dA==".*nc=00000001/);
    assert.equal(isRight(network.of("REGISTER")[3]!, "open sesame", "bmV4dA=="), true);
  }));

Deno.test("registered ends with the time that was granted, and with deregister()", () =>
  inWorld(async ({ ue, run, network, clock }) => {
    network.on("REGISTER", (request) => granted(request));
    const dora = await ue(DORA);
    await run(dora.register({ expires: 60 }));
    await clock.advance(59_000);
    assert.equal(dora.registered, true);
    await clock.advance(1000);
    assert.equal(dora.registered, false);
    await run(dora.register());
    await run(dora.deregister());
    assert.equal(dora.registered, false);
    assert.equal(network.of("REGISTER").at(-1)?.get("Expires"), "0");
  }));

Deno.test("attempt() rejects with NoAnswer after 64*T1", () =>
  inWorld(async ({ ue, run }) => {
    const dora = await ue(DORA);
    await assert.rejects(run(dora.attempt()), (error: unknown) => {
      assert(error instanceof NoAnswer);
      assert.equal(error.waitedMs, 32_000);
      assert.equal(error.awaited, 'a final response to "REGISTER"');
      return true;
    });
  }));

Deno.test("close() rejects quietly what waits", () =>
  inWorld(async ({ ue, clock }) => {
    const dora = await ue(DORA);
    const waits = [dora.register(), dora.incoming("INVITE"), dora.silent(), dora.stray(), dora.acceptCall()];
    await clock.advance(10);
    await dora.close();
    await dora.close();
    for (const wait of waits) {
      await assert.rejects(wait, (error: unknown) => error instanceof NoAnswer && error.closed);
    }
    assert.equal(clock.waiting, 0);
  }));

Deno.test("a second terminal has the identities and the card of the first", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", akaRegistrar());
    const alice = await ue(ALICE);
    const second = await ue(DORA, { like: alice, local: { address: "10.1.0.2" } });
    assert.deepEqual(second.identity, alice.identity);
    assert.equal((await run(second.register())).ok, true);
    assert.equal(second.isim?.sqn, alice.isim?.sqn);
    assert.notEqual(second.isim?.sqn, 0n);
    const forged = await ue(ALICE, { secrets: { k: new Uint8Array(16) }, local: { address: "10.1.0.2" } });
    assert.equal((await run(forged.challenge())).aka?.macOk, false);
  }));
