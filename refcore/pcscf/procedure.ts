/** Which procedure a REGISTER asks for: TS 33.203 Annex P.3, as far as this core has the mechanisms. */
import { formatCredentials, type SecurityMechanism, type SipRequest } from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import type { FaultSet } from "../faults.ts";

/**
 * P.3: the flag is the P-CSCF's own; what a UE wrote is removed before anything is decided. From every Authorization
 * field, under any spelling.
 */
export function stripIntegrityFlag(request: SipRequest, flow: Flow, faults: FaultSet): void {
  if (!request.has("Authorization") || faults.has("pcscf/keeps-integrity-protected")) return;
  const natted = request.via !== undefined && request.via.host !== flow.remote.address;
  if (natted && faults.has("pcscf/nat-keeps-forged-flag")) return;
  request.set(
    "Authorization",
    request.authorization.map(({ scheme, parameters }, index) => {
      const written = parameters.get("integrity-protected") ?? "";
      const kept = written.startsWith("tls-") && faults.has("pcscf/tls-keeps-forged-indicator") ||
        index > 0 && faults.has("pcscf/flag-beside-forged-one") ||
        index > 0 && faults.has("pcscf/cleans-first-authorization");
      return formatCredentials({
        scheme,
        parameters: kept ? parameters : parameters.without("integrity-protected"),
      });
    }),
  );
}

/** Puts the flag into the Digest credentials, if there are any (TS 24.229 7.2A.2). */
export function setIntegrityFlag(request: SipRequest, value: string): void {
  request.set(
    "Authorization",
    request.authorization.map((credentials) => {
      if (credentials.scheme.toLowerCase() !== "digest") return formatCredentials(credentials);
      const parameters = credentials.parameters.clone();
      if (!parameters.has("integrity-protected")) parameters.set("integrity-protected", value);
      return formatCredentials({ scheme: credentials.scheme, parameters });
    }),
  );
}

/**
 * Takes the mechanisms that the UE offers (RFC 3329) off the request and gives them. None of them is selected yet:
 * P.3 then goes on as if the header were not there.
 */
export function takeSecurityOffer(request: SipRequest): readonly SecurityMechanism[] {
  const offered = request.securityClient;
  for (const name of ["Security-Client", "Security-Verify"]) request.remove(name);
  for (const name of ["Require", "Proxy-Require"] as const) {
    const tags = request.values(name);
    if (tags.length === 0) continue;
    const left = tags.filter((tag) => tag.toLowerCase() !== "sec-agree");
    if (left.length === 0) request.remove(name);
    else if (left.length < tags.length) request.set(name, left.join(", "));
  }
  return offered;
}
