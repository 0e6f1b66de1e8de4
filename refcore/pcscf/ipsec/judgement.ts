/** What becomes of a REGISTER at the first hop. */
import type { ResponseOptions, SipRequest } from "sip-codec";
import type { SecuredRegistration } from "./registration.ts";

export type Judgement =
  /** IPsec has nothing to do with it. */
  | { readonly type: "clear" }
  | { readonly type: "discard" }
  | Refused
  | { readonly type: "secured"; readonly run: SecuredRegistration };

export interface Refused {
  readonly type: "refuse";
  readonly status: number;
  readonly options: ResponseOptions;
}

export function refuse(status: number, headers: Record<string, string> = {}, reason?: string): Refused {
  return { type: "refuse", status, options: { headers, ...(reason === undefined ? {} : { reason }) } };
}

/**
 * Whether two registrations are of the same terminal: 6.1.0 gives an emergency registration, and each flow of RFC
 * 5626, SAs of their own. Without an instance there is one terminal.
 */
export function terminalOf(request: SipRequest): string {
  const contact = request.contact;
  const instance = contact?.params.get("+sip.instance") ?? "";
  const flow = contact?.params.get("reg-id") ?? "";
  const emergency = contact?.uri.params.has("sos") === true;
  return `${instance} ${instance === "" ? "" : flow} ${emergency ? "sos" : ""}`;
}
