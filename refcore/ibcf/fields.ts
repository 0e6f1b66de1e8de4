/** What does not cross the border: TS 24.229 4.4 and 5.10, RFC 3325 5. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Partner } from "./partners.ts";

/** Fields in which elements of one network talk to each other. */
const INTERNAL = [
  "P-Charging-Vector",
  "P-Charging-Function-Addresses",
  "P-Visited-Network-ID",
  "P-User-Database",
  "P-Profile-Key",
  "P-Served-User",
  "P-Access-Network-Info",
] as const;

type Message = SipRequest | SipResponse;

/** Of what a partner sends; its assertions count where it is trusted. */
export function stripForeign(message: Message, { trusted = true }: Partner): void {
  for (const name of INTERNAL) message.remove(name);
  message.remove("P-Preferred-Identity");
  if (!trusted) message.remove("P-Asserted-Identity");
}

/** Of what goes to a partner; one outside the trust domain is not told what is private. */
export function stripOwn(message: Message, { trusted = true }: Pick<Partner, "trusted"> = {}): void {
  for (const name of INTERNAL) message.remove(name);
  if (!trusted && message.privacy.some((value) => value.toLowerCase() === "id")) {
    message.remove("P-Asserted-Identity");
  }
}
