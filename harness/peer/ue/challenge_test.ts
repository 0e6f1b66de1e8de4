import assert from "node:assert/strict";
import { akaPassword } from "../../crypto/mod.ts";
import { LocalMisuseError, PeerViolation } from "../../errors.ts";
import { buildRequest } from "sip-codec";
import { answerTo } from "./answers.ts";
import { canAnswer, isStale, takeApart } from "./challenge.ts";
import { isimOf } from "./isim.ts";
import { NonceCounts } from "./nonce_counts.ts";
import { akaChallenge, aliceCentre, isRight } from "./testing/registrar.ts";
import { answer } from "./testing/scripted_network.ts";
import { ALICE } from "./testing/world.ts";
import { newMemory } from "./ue.ts";
import { seededRandom } from "../../runner/random.ts";

const request = buildRequest("REGISTER", "sip:home1.example", {
  Via: "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1",
  From: "<sip:alice@home1.example>;tag=a",
  To: "<sip:alice@home1.example>",
  "Call-ID": "c",
  CSeq: "1 REGISTER",
});
const digest = (parameters: string) =>
  `Digest realm="home1.example", nonce="bg==", qop="auth", ${parameters}`;
const several = (...values: string[]) => answer(request, 401).set("WWW-Authenticate", values);
const context = (means: Parameters<typeof canAnswer>[1]) => ({
  ...means,
  impi: ALICE.impi,
  method: "REGISTER",
  uri: "sip:home1.example",
  body: new Uint8Array(),
  counts: new NonceCounts(),
  random: seededRandom("challenge"),
});

Deno.test("takeApart() takes the first challenge that the subscriber can answer", () => {
  const response = several(
    digest("algorithm=SHA-3"),
    'Basic realm="x"',
    digest("algorithm=SHA-256"),
    digest("algorithm=MD5"),
  );
  const received = takeApart(response, request, { password: "p" });
  assert.equal(received.parameters.get("algorithm"), "SHA-256");
  assert.equal(canAnswer(received, { password: "p" }), true);
  const helpless = takeApart(response, request, {});
  assert.equal(helpless.parameters.get("algorithm"), "SHA-3");
  assert.equal(canAnswer(helpless, {}), false);
});

Deno.test("takeApart() gives no challenge where there is none that can be read", () => {
  for (const value of ["Digest", "Digest realm=", '=="']) {
    const received = takeApart(several(value), request, { password: "p" });
    assert.equal(received.challenge, undefined);
    assert.equal(received.parameters.names().length, 0);
    assert.equal(canAnswer(received, { password: "p" }), false);
  }
});

Deno.test("isStale() takes any case", () => {
  assert.equal(isStale(takeApart(several(digest("stale=TrUe")), request, {}).challenge), true);
  assert.equal(isStale(takeApart(several(digest("stale=false")), request, {}).challenge), false);
  assert.equal(isStale(undefined), false);
});

Deno.test("answerTo() computes AKAv2 over RES, IK and CK", () => {
  for (const algorithm of ["AKAv2-MD5", "AKAv2-SHA-256"]) {
    const isim = isimOf(ALICE, newMemory())!;
    const { response, nonce, xres, ck, ik } = akaChallenge(request, aliceCentre(), 4, { algorithm });
    const received = takeApart(response, request, { isim });
    const { credentials } = answerTo(received, {}, context({ isim }));
    const sent = request.clone().set(
      "Authorization",
      `Digest ${credentials.parameters.written(() => "quoted").join(", ")}`,
    );
    assert.equal(isRight(sent, akaPassword(algorithm, { res: xres, ck, ik }), nonce), true);
  }
});

Deno.test("answerTo() sends an algorithm no one knows, over the digest that was asked for", () => {
  const received = takeApart(several(digest("algorithm=SHA-256")), request, { password: "p" });
  const { credentials } = answerTo(received, { algorithm: "ROT13" }, context({ password: "p" }));
  assert.equal(credentials.parameters.get("algorithm"), "ROT13");
  assert.equal(credentials.parameters.get("response")?.length, 64);
});

Deno.test("answerTo() blames the network that asks for what the subscriber does not have", () => {
  const received = takeApart(several(digest("algorithm=MD5")), request, {});
  const isim = isimOf(ALICE, newMemory())!;
  assert.throws(() => answerTo(received, {}, context({})), PeerViolation);
  assert.throws(() => answerTo(received, { res: "wrong" }, context({ isim })), PeerViolation);
  assert.throws(() => answerTo(received, { auts: { sqn: 1n } }, context({ isim })), PeerViolation);
  assert.throws(() => answerTo(received, { auts: { sqn: 1n } }, context({})), LocalMisuseError);
  answerTo(received, { password: "any" }, context({}));
  answerTo(received, { macFailure: true }, context({}));
});

Deno.test("answerTo() takes a wrong password for a wrong response to plain Digest", () => {
  const received = takeApart(several(digest("algorithm=MD5")), request, { password: "p" });
  const cnonce = "c";
  const right = answerTo(received, { cnonce }, context({ password: "p" }));
  const wrong = answerTo(received, { cnonce, res: "wrong" }, context({ password: "p" }));
  assert.notEqual(
    wrong.credentials.parameters.get("response"),
    right.credentials.parameters.get("response"),
  );
});
