/** What does not cross the border: TS 24.229 4.4 and 5.10, RFC 3325 5. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { FaultSet } from "../faults.ts";
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

/** Of what a partner sends; its assertions count where it is trusted (TS 33.203 5.4). */
export function stripForeign(message: Message, partner: Pick<Partner, "trusted">, faults: FaultSet): void {
  for (const name of INTERNAL) message.remove(name);
  message.remove("P-Preferred-Identity");
  const trusted = isTrusted(partner, faults);
  if (!trusted && !faults.has("ibcf/believes-untrusted-assertion")) message.remove("P-Asserted-Identity");
  if (trusted && faults.has("ibcf/drops-privacy-of-partner")) message.remove("Privacy");
}

/** Of what goes to a partner; one outside the trust domain is not told what is private. */
export function stripOwn(message: Message, partner: Pick<Partner, "trusted">, faults: FaultSet): void {
  for (const name of INTERNAL) message.remove(name);
  // TS 33.203 5.1.1: what the home network knows of its subscribers stays there.
  if (faults.has("ibcf/shows-charging-functions")) {
    message.set("P-Charging-Function-Addresses", 'ccf="ccf1.home.invalid"');
  }
  if (isTrusted(partner, faults) || faults.has("ibcf/shows-private-identity")) return;
  if (message.privacy.some((value) => value.toLowerCase() === "id")) message.remove("P-Asserted-Identity");
}

/** 5.4: TLS is one half of it, the agreement the other. */
function isTrusted({ trusted = true }: Pick<Partner, "trusted">, faults: FaultSet): boolean {
  if (faults.has("ibcf/trusts-whoever-has-tls")) return true;
  return trusted && !faults.has("ibcf/trusts-nobody");
}
