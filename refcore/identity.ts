/** Public and private identities: how they are compared, and how one is derived from the other. */
import { parseUri, type SipRequest, type Uri } from "sip-codec";
import { homeCredentials } from "./credentials.ts";

/**
 * The form under which an IMPU is looked up: scheme, user and host of a SIP URI without port, parameters and
 * headers (RFC 3261 10.3 step 5), the digits of a tel URI. Throws SipSyntaxError for something that is no URI.
 */
export function canonicalImpu(uri: string | Uri): string {
  const parsed = typeof uri === "string" ? parseUri(uri) : uri;
  if (parsed.scheme === "tel") return `tel:${parsed.number}`;
  const user = parsed.user === undefined ? "" : `${parsed.user}@`;
  return `${parsed.scheme}:${user}${parsed.host.toLowerCase()}`;
}

/** IMPI of a REGISTER without Authorization: the IMPU without its scheme (TS 24.229 5.3.1.2, 5.4.1.2.1). */
export function derivedImpi(impu: string): string {
  return impu.slice(impu.indexOf(":") + 1);
}

/** Who a REGISTER says it is for. `claimed` tells whether the IMPI was written in an Authorization header. */
export interface RegistrationIdentity {
  readonly impi: string;
  readonly impu: string;
  readonly claimed: boolean;
}

/** The identities of a REGISTER: To is the IMPU, the user name of Authorization the IMPI. */
export function registrationIdentity(request: SipRequest, faults: ReadonlySet<string>): RegistrationIdentity {
  const impu = canonicalImpu(request.to!.uri); // every message that gets here has one
  const username = homeCredentials(request)?.get("username");
  const answered = (homeCredentials(request)?.get("response") ?? "") !== "";
  const byTo = faults.has("scscf/ignores-username") ||
    answered && faults.has("scscf/accepts-any-impi-in-answer");
  if (username === undefined || username === "" || byTo) {
    return { impi: derivedImpi(impu), impu, claimed: false };
  }
  return { impi: username, impu, claimed: true };
}
