/** What a challenge asks for: AKA or a password. */
import type { SipResponse } from "sip-codec";

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
