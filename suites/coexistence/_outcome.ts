/** What came of a REGISTER that must not let anybody in, or must ask for nothing but AKA. */
import type { SipResponse } from "sip-codec";
import type { Check } from "../../harness/runner/check.ts";

/** Algorithms of AKA (RFC 3310, RFC 4169), and those of passwords (RFC 2617, RFC 7616). */
export const AKA = /^AKAv[12]-/i;
export const PASSWORD = /^(MD5|SHA-256|SHA-512-256)(-sess)?$/i;

/** Of the first challenge; undefined where there is none. */
export function algorithmOf(response: SipResponse | undefined): string | undefined {
  return algorithmsOf(response)[0];
}

/** Of challenges that are answered by a password, and not by an ISIM. */
export function passwordsAskedIn(response: SipResponse | undefined): string[] {
  return algorithmsOf(response).filter((algorithm) => !AKA.test(algorithm));
}

function algorithmsOf(response: SipResponse | undefined): string[] {
  return (response?.wwwAuthenticate ?? []).map(({ parameters }) => parameters.get("algorithm") ?? "MD5");
}

/**
 * An error, or silence. A device that never answers anybody satisfies it as well: beside it stands that somebody is
 * served.
 */
export function letsNobodyIn(check: Check, response: SipResponse | undefined): boolean {
  return check.about(response).holds(response === undefined || response.status >= 300, {
    expected: "a challenge, an error, or no answer",
    actual: response ?? "no answer",
  });
}
