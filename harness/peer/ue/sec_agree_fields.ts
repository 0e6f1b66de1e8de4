/** The header fields of sec-agree in the UE's requests (RFC 3329 2.3, TS 33.203 7.2, Annex H). */
import type { SipRequest } from "sip-codec";
import type { TransportName } from "../../net/types.ts";
import { hostPort } from "./build.ts";
import { lenient } from "./lenient.ts";
import type { Endpoint } from "../../net/types.ts";

/** SM1: what the UE offers, and under an SA what it was offered before (RFC 3329 2.3.1). */
export function dressFirst(
  request: SipRequest,
  client: readonly string[],
  verify: readonly string[] | undefined,
): void {
  requireSecAgree(request);
  request.set("Security-Client", [...client]);
  if (verify) request.set("Security-Verify", [...verify]);
  else request.remove("Security-Verify");
}

/** SM7 says what SM1 and SM6 said: Security-Client stands in the request already. */
export function dressAnswer(request: SipRequest, verify: readonly string[]): void {
  requireSecAgree(request);
  if (verify.length > 0) request.set("Security-Verify", [...verify]);
  else request.remove("Security-Verify");
}

/** Any request under an SA but ACK and CANCEL, which nobody could refuse (RFC 3261 8.2.2.3). */
export function dressRequest(request: SipRequest, verify: readonly string[]): void {
  if (request.method === "ACK" || request.method === "CANCEL") return;
  requireSecAgree(request);
  request.set("Security-Verify", [...verify]);
}

/**
 * The Via of ours with its branch, for the way that was chosen. A protected request does not ask for rport: the
 * response goes to port_us and not to where it came from (TS 33.203 7.1).
 */
export function setVia(
  request: SipRequest,
  transport: TransportName,
  sentBy: Endpoint,
  options: { readonly rport: boolean },
): void {
  const [first, ...rest] = request.values("Via");
  const branch = lenient(() => request.via?.branch);
  if (first === undefined || branch === undefined) return;
  const rport = options.rport && transport === "udp" ? ";rport" : "";
  const ours = `SIP/2.0/${transport.toUpperCase()} ${hostPort(sentBy)};branch=${branch}${rport}`;
  request.set("Via", [ours, ...rest]);
}

function requireSecAgree(request: SipRequest): void {
  for (const name of ["Require", "Proxy-Require"] as const) {
    const values = request.values(name);
    if (!values.some((value) => value.toLowerCase() === "sec-agree")) {
      request.set(name, [...values, "sec-agree"].join(", "));
    }
  }
}
