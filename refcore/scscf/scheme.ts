/** Which authentication scheme a REGISTER asks for: TS 33.203 Annex P.4. */
import type { SipRequest } from "sip-codec";
import { homeCredentials } from "../credentials.ts";

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
): RequestedScheme {
  const credentials = homeCredentials(request);
  const flag = protection(request);
  // Step 1: the values "yes" and "no" are used with IMS AKA alone, and Annex X has its own mark.
  if (flag === "yes" || flag === "no") return "aka";
  const algorithm = credentials?.get("algorithm")?.toLowerCase();
  if (flag === "tls-connected" && algorithm === "akav2-sha-256") return "aka";
  // Step 1a.
  if (flag === "auth-done") return "tna";
  // Step 2: only what the network itself says of the access counts.
  if (support.giba && credentials === undefined) {
    const provided = request.accessNetworkInfo.find(({ params }) => params.has("network-provided"));
    if (provided === undefined || provided.accessType.toUpperCase().startsWith("3GPP")) return "giba";
  }
  return "ask-hss";
}
