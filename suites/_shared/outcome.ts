/** What came of a REGISTER that must not let anybody in. */
import type { SipResponse } from "sip-codec";
import type { Check } from "../../harness/runner/check.ts";

/**
 * Records that nobody was let in: an error, or silence. A device that never answers anybody satisfies it as well: beside
 * it stands that somebody is served.
 */
export function isNoSuccess(check: Check, answer: SipResponse | undefined): boolean {
  return check.about(answer).holds(answer === undefined || answer.status >= 300, {
    expected: "a challenge, an error, or no answer",
    actual: answer ?? "no answer",
  });
}
