import { strict as assert } from "node:assert";
import { buildRequest, buildResponse, type SipResponse } from "sip-codec";
import { algorithmOf, passwordsAskedIn } from "./challenges.ts";

const REGISTER = buildRequest("REGISTER", "sip:home1.net", {
  "Via": "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
  "From": "<sip:user@home1.net>;tag=1",
  "To": "<sip:user@home1.net>",
  "Call-ID": "1",
  "CSeq": "1 REGISTER",
});

function challenge(...challenges: string[]): SipResponse {
  return buildResponse(REGISTER, 401, { headers: { "WWW-Authenticate": challenges } });
}

Deno.test("algorithmOf() takes MD5 for what is not said, and nothing for no challenge", () => {
  assert.equal(algorithmOf(challenge('Digest realm="r", nonce="n"')), "MD5");
  assert.equal(algorithmOf(challenge('Digest realm="r", nonce="n", algorithm=AKAv1-MD5')), "AKAv1-MD5");
  assert.equal(algorithmOf(buildResponse(REGISTER, 403)), undefined);
});

Deno.test("passwordsAskedIn() finds the password beside AKA", () => {
  const both = challenge(
    'Digest realm="r", nonce="n", algorithm=AKAv1-MD5',
    'Digest realm="r", nonce="n", algorithm=SHA-256',
  );
  assert.deepEqual(passwordsAskedIn(both), ["SHA-256"]);
  assert.deepEqual(passwordsAskedIn(undefined), []);
});
