/** Emergency requests (TS 23.167, RFC 5031): the one kind of request that a UE may send unprotected (7.1). */
import type { SipRequest } from "sip-codec";
import type { FaultSet } from "../../faults.ts";

export function isEmergency(request: SipRequest, faults: FaultSet): boolean {
  const target = request.requestUri.toLowerCase();
  if (faults.has("pcscf/emergency-by-text")) return target.includes("sos");
  return /^urn:service:sos(\.|$)/.test(target);
}
