/** The two requests that the layer makes itself, out of the INVITE they belong to. */
import { headerKey, type SipRequest, type SipResponse } from "sip-codec";

/** ACK of a non-2xx final response, hop by hop (RFC 3261 17.1.1.3): the INVITE's Via, the response's To. */
export function ackForFailure(invite: SipRequest, response: SipResponse): SipRequest {
  const ack = hopByHop("ACK", invite);
  const to = response.get("To");
  return to === undefined ? ack : ack.set("To", to);
}

/** CANCEL of an INVITE (RFC 3261 9.1): its Via, From, To, Call-ID, number of CSeq and Route. */
export function cancelFor(invite: SipRequest): SipRequest {
  return hopByHop("CANCEL", invite);
}

const KEPT = ["via", "max-forwards", "route", "from", "to", "call-id", "cseq", "content-length"];

/** Made from a clone, so that what a case has bent in the INVITE is bent here alike. */
function hopByHop(method: string, invite: SipRequest): SipRequest {
  const request = invite.clone();
  request.method = method;
  request.body = "";
  for (const name of request.names()) if (!KEPT.includes(headerKey(name))) request.remove(name);
  const via = request.values("Via")[0];
  if (via !== undefined) request.set("Via", via);
  request.set("Max-Forwards", "70");
  return request.set("CSeq", `${invite.cseq?.seq ?? 0} ${method}`);
}
