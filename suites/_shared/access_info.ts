/** P-Access-Network-Info: what the network says in it of the access, and what a UE says (TS 24.229 7.2A.4, TS 33.203 P.3). */
import type { SipRequest } from "sip-codec";

/** A value with "network-provided" in it. */
export interface ProvidedAccess {
  readonly accessType: string;
  readonly line: string | undefined;
}

/** All values that say "network-provided"; what cannot be read counts as one of them, as it stands. */
export function networkProvided(request: SipRequest | undefined): ProvidedAccess[] {
  if (!request) return [];
  try {
    return request.accessNetworkInfo.filter(({ params }) => params.has("network-provided"))
      .map(({ accessType, params }) => ({ accessType, line: params.get("dsl-location") }));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const written = request.all("P-Access-Network-Info").join(", ");
    return [{ accessType: `unreadable: ${written}`, line: written }];
  }
}

/** Names of TS 24.229 7.2A.4 for access networks that 3GPP defines. */
export const OF_3GPP = /^3GPP-/i;

/** The same value as the network would write it. */
export function provided(value: string): string {
  return `${value};network-provided`;
}
