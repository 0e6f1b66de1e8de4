import { strict as assert } from "node:assert";
import { buildRequest, buildResponse, type SipResponse } from "sip-codec";
import type { Check } from "../../harness/runner/check.ts";
import { isNoSuccess } from "./outcome.ts";

const REGISTER = buildRequest("REGISTER", "sip:home1.net", {
  "Via": "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
  "From": "<sip:user@home1.net>;tag=1",
  "To": "<sip:user@home1.net>",
  "Call-ID": "1",
  "CSeq": "1 REGISTER",
});

/** Whether the check holds that is made of it. */
function held(response: SipResponse | undefined): boolean {
  const check = { about: () => check, holds: (holds: boolean) => holds } as unknown as Check;
  return isNoSuccess(check, response);
}

Deno.test("isNoSuccess() holds for silence and errors, and never for a success", () => {
  assert.deepEqual(
    [undefined, 200, 202, 302, 401, 500].map((status) =>
      held(status === undefined ? undefined : buildResponse(REGISTER, status))
    ),
    [true, false, false, true, true, true],
  );
});
