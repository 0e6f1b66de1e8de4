/** Whom the P-CSCF asserts: TS 24.229 5.2.6.3 as TS 33.203 Q.2 recalls it. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { FaultSet } from "../faults.ts";
import { canonicalImpu } from "../identity.ts";
import { identitiesOf, type UeBinding } from "./bindings.ts";

/**
 * Replaces what the UE says about itself by what the network knows: the preferred identity if it is registered, else
 * the default one. From plays no part in it.
 */
export function assertIdentity(
  request: SipRequest,
  original: SipRequest,
  binding: UeBinding,
  faults: FaultSet,
): void {
  const registered = identitiesOf(binding);
  const preferred = original.preferredIdentities.map(({ uri }) => canonicalImpu(uri));
  let asserted = preferred.find((impu) => registered.includes(impu)) ?? registered[0];
  const from = original.from ? canonicalImpu(original.from.uri) : undefined;
  if (faults.has("pcscf/ignores-preferred-identity")) asserted = registered[0];
  if (faults.has("pcscf/asserts-from")) asserted = from;
  if (faults.has("pcscf/asserts-from-without-preference") && preferred.length === 0) asserted = from;
  const anybody = faults.has("pcscf/asserts-unregistered-identity") ||
    binding.giba && faults.has("pcscf/giba-asserts-preferred-identity");
  if (anybody && preferred[0] !== undefined) {
    asserted = preferred[0];
  }
  const ambiguous = binding.sets.size > 1 || registered.length > 1;
  if (faults.has("pcscf/omits-ambiguous-default") && preferred.length === 0 && ambiguous) {
    asserted = undefined;
  }
  const written = original.assertedIdentities[0];
  const kept = faults.has("pcscf/keeps-ue-asserted-identity") ||
    binding.secured && faults.has("pcscf/ipsec-passes-ue-asserted-identity");
  if (kept && written) asserted = canonicalImpu(written.uri);
  request.remove("P-Preferred-Identity");
  // What RFC 3325 has replaced, and was a UE's word.
  if (!faults.has("pcscf/passes-remote-party-id")) request.remove("Remote-Party-ID");
  if (asserted === undefined) request.remove("P-Asserted-Identity");
  else request.set("P-Asserted-Identity", `<${asserted}>`);
}

/** The called side's identity in its responses: the one it prefers if registered, else the one that was called. */
export function assertCalled(response: SipResponse, binding: UeBinding, called: string | undefined): void {
  const registered = identitiesOf(binding);
  const preferred = response.preferredIdentities.map(({ uri }) => canonicalImpu(uri));
  const asserted = preferred.find((impu) => registered.includes(impu)) ?? called ?? registered[0];
  response.remove("P-Preferred-Identity");
  if (asserted === undefined) response.remove("P-Asserted-Identity");
  else response.set("P-Asserted-Identity", `<${asserted}>`);
}

/** Header fields that are the network's own (TS 24.229 4.4): not taken from a UE, not shown to one. */
const NETWORK_FIELDS = [
  "P-Charging-Vector",
  "P-Charging-Function-Addresses",
  "P-Visited-Network-ID",
  "P-User-Database",
  "P-Profile-Key",
] as const;

export function removeNetworkFields(message: SipRequest | SipResponse): void {
  for (const name of NETWORK_FIELDS) message.remove(name);
}
