import { strict as assert } from "node:assert";
import { buildRequest, buildResponse, type SipResponse } from "sip-codec";
import type { Check } from "../../harness/runner/check.ts";
import { algorithmOf, letsNobodyIn, passwordsAskedIn } from "./_outcome.ts";

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

/** Whether the check holds that is made of it. */
function held(response: SipResponse | undefined): boolean {
  const check = { about: () => check, holds: (holds: boolean) => holds } as unknown as Check;
  return letsNobodyIn(check, response);
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

Deno.test("letsNobodyIn() holds for silence and errors, and never for a success", () => {
  assert.deepEqual(
    [undefined, 200, 202, 302, 401, 500].map((status) =>
      held(status === undefined ? undefined : buildResponse(REGISTER, status))
    ),
    [true, false, false, true, true, true],
  );
});
