/** Which authentication scheme a REGISTER asks for: TS 33.203 Annex P.4. */
import type { SipRequest } from "sip-codec";
import { homeCredentials } from "../credentials.ts";
import type { FaultSet } from "../faults.ts";

/** "ask-hss": neither AKA nor TNA nor GIBA; the HSS knows whether Digest or NBA (P.4.2 step 3). */
export type RequestedScheme = "aka" | "tna" | "giba" | "ask-hss";

/** What the P-CSCF says about the protection of the first hop (TS 33.203 6.1.5, TS 24.229 7.2A.2). */
export function protection(request: SipRequest): string | undefined {
  return homeCredentials(request)?.get("integrity-protected")?.toLowerCase();
}

/** P.4.2. `support.giba` is the S-CSCF's own ability, on which step 2 depends. */
export function requestedScheme(
  request: SipRequest,
  support: { readonly giba: boolean },
  faults: FaultSet = NO_FAULTS,
): RequestedScheme {
  const credentials = homeCredentials(request);
  const flag = protection(request);
  if (support.giba && faults.has("scscf/giba-before-flag") && isFrom3gpp(request, faults) === true) {
    return "giba";
  }
  // Step 1: the values "yes" and "no" are used with IMS AKA alone, and Annex X has its own mark.
  if (flag === "yes" || flag === "no" && !faults.has("scscf/flag-no-is-digest")) return "aka";
  const algorithm = credentials?.get("algorithm")?.toLowerCase();
  const connected = algorithm === "akav2-sha-256" || faults.has("scscf/tls-connected-is-aka");
  if (flag === "tls-connected" && connected) return "aka";
  // Step 1a: this value and no other, for it opens every door.
  if (credentials?.get("integrity-protected") === "auth-done") return "tna";
  const unknown = flag !== undefined && !isKnownFlag(flag);
  if (unknown && faults.has("scscf/any-flag-is-auth-done")) return "tna";
  if (flag === undefined && credentials && faults.has("scscf/no-flag-is-auth-done")) return "tna";
  const absent = credentials === undefined ||
    faults.has("scscf/empty-authorization-is-giba") && (credentials.get("response") ?? "") === "";
  // Step 2: only what the network itself says of the access counts.
  return support.giba && absent && mayBeGiba(request, faults) ? "giba" : "ask-hss";
}

/** Whether a value of integrity-protected means anything. */
export function isKnownFlag(flag: string): boolean {
  return KNOWN_FLAGS.has(flag);
}

/** Values of TS 24.229 7.2A.2. */
const KNOWN_FLAGS: ReadonlySet<string> = new Set([
  "yes",
  "no",
  "tls-yes",
  "tls-pending",
  "tls-connected",
  "ip-assoc-yes",
  "ip-assoc-pending",
  "auth-done",
]);

const NO_FAULTS: FaultSet = new Set();

function mayBeGiba(request: SipRequest, faults: FaultSet): boolean {
  if (faults.has("scscf/giba-on-every-access")) return true;
  const from3gpp = isFrom3gpp(request, faults);
  if (faults.has("scscf/digest-for-3gpp-access") && from3gpp === true) return false;
  if (faults.has("scscf/untold-access-is-not-3gpp") && from3gpp === undefined) return false;
  return from3gpp !== false;
}

/** What the network says of the access; undefined where it says nothing. */
function isFrom3gpp(request: SipRequest, faults: FaultSet): boolean | undefined {
  const first = faults.has("scscf/believes-first-access-info");
  const provided = request.accessNetworkInfo.find(({ params }) => first || params.has("network-provided"));
  if (faults.has("scscf/3gpp2-is-3gpp") && provided) return /^3gpp/i.test(provided.accessType);
  return provided && /^3gpp-/i.test(provided.accessType);
}
