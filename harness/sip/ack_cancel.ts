/** The two requests that the layer makes itself, out of the INVITE they belong to. */
import { buildRequest, type SipRequest, type SipResponse } from "sip-codec";

/** ACK of a non-2xx final response, hop by hop (RFC 3261 17.1.1.3): the INVITE's Via, the response's To. */
export function ackForFailure(invite: SipRequest, response: SipResponse): SipRequest {
  return hopByHop("ACK", invite, response.get("To") ?? invite.get("To"));
}

/** CANCEL of an INVITE (RFC 3261 9.1): its Via, From, To, Call-ID, number of CSeq and Route. */
export function cancelFor(invite: SipRequest): SipRequest {
  return hopByHop("CANCEL", invite, invite.get("To"));
}

function hopByHop(method: string, invite: SipRequest, to: string | undefined): SipRequest {
  const headers: [string, string][] = [];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) headers.push([name, value]);
  };
  add("Via", invite.values("Via")[0]);
  add("Max-Forwards", "70");
  for (const route of invite.all("Route")) add("Route", route);
  add("From", invite.get("From"));
  add("To", to);
  add("Call-ID", invite.get("Call-ID"));
  add("CSeq", `${invite.cseq?.seq ?? 0} ${method}`);
  return buildRequest(method, invite.requestUri, headers);
}
