/** The precondition of most cases, and what is read of an identity afterwards. */
import type { SipRequest } from "sip-codec";
import { PeerViolation } from "../../harness/errors.ts";
import type { Registered, Ue } from "../../harness/peer/ue/types.ts";

/** A registration that the case needs and does not judge. `lifetime` in milliseconds. Rejects where it fails. */
export async function register(ue: Ue, lifetime?: number): Promise<Registered> {
  const registered = await ue.register(lifetime === undefined ? {} : { expires: Math.ceil(lifetime / 1000) });
  if (!registered.ok) {
    throw new PeerViolation(`"${ue.identity.impi}" was answered ${registered.response.status}`);
  }
  return registered;
}

/** The identities a request arrived with, as URIs; none where it did not arrive. */
export function asserted(request: SipRequest | undefined): string[] {
  return request?.assertedIdentities.map(({ uri }) => uri.toString()) ?? [];
}
