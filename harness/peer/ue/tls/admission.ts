/** Whether a message came by the way that TS 33.203 O.2.2 and O.2.3 have for it. */
import { SipRequest, type SipResponse } from "sip-codec";
import { lenient } from "../lenient.ts";
import type { Link } from "./link.ts";
import type { Route } from "./ways.ts";

/** How a message came, and how it should have. */
export interface Came {
  /** Undefined where it came in the clear. */
  readonly link: Link | undefined;
  /** What carries the registration; undefined while none does. */
  readonly carrier: Link | "clear" | undefined;
  /** What the latest 2xx of REGISTER came on, that of a de-registration too. */
  readonly granted: Link | undefined;
}

/**
 * In words why it is to be discarded; undefined where it is not.
 * @param begun the way that the request went which this answers
 */
export function objection(
  message: SipRequest | SipResponse,
  came: Came,
  begun: Route | undefined,
  agreement: boolean,
): string | undefined {
  return message instanceof SipRequest
    ? toRequest(message, came)
    : toResponse(message, came, begun, agreement);
}

function toRequest(request: SipRequest, { link, carrier, granted }: Came): string | undefined {
  if (link) {
    if (link === carrier || link === granted) return undefined;
    return `${request.method} came ${on(link)}, which carries no registration (O.2.2, O.2.3)`;
  }
  if (carrier === undefined || carrier === "clear" || isEmergency(request)) return undefined;
  return `${request.method} came in the clear, needs to come ${on(carrier)} (O.2.2, O.2.3)`;
}

function toResponse(
  response: SipResponse,
  { link }: Came,
  begun: Route | undefined,
  agreement: boolean,
): string | undefined {
  // No request of ours: nobody waits for it, and it is shown as a stray message.
  if (!begun || begun.link === link) return undefined;
  // O.2.2 excepts responses to REGISTER and error messages; O.2.3 does not.
  const excepted = response.status >= 300 || lenient(() => response.cseq?.method) === "REGISTER";
  if (!link && agreement && excepted) return undefined;
  return `${response.status} came ${on(link)}, needs to come ${on(begun.link)} as its request went`;
}

/** "messages relating to emergency services": a call from there, or back from there (RFC 5031, RFC 7090). */
function isEmergency(request: SipRequest): boolean {
  const toService = /^urn:service:sos\b/i.test(request.requestUri);
  const callBack = lenient(() => request.get("Priority"))?.toLowerCase();
  return toService || callBack === "psap-callback" || callBack === "emergency";
}

function on(link: Link | undefined): string {
  return link ? `on the TLS connection "${link.connection?.id}"` : "in the clear";
}
