/** Who has forwarded a request, and from where the network knows it to come: TS 33.203 P.4.2, P.5, R.3, T.4. */
import type { SipRequest, Via } from "sip-codec";
import { type Cidr, contains, familyOf, parseCidr } from "../../harness/net/mod.ts";
import type { Policy } from "../policy.ts";

/** The Via fields that say something; what is below them is anybody's word. */
export interface Hops {
  /** The P-CSCF's, or the trusted node's. */
  readonly proxy: Via | undefined;
  /** The UE's, with what the P-CSCF has noted in it. */
  readonly ue: Via | undefined;
}

/** `behindIcscf`: the I-CSCF is between us and the P-CSCF, as with every REGISTER that came by it. */
export function hopsOf(request: SipRequest, behindIcscf: boolean): Hops {
  const [proxy, ue] = request.vias.slice(behindIcscf ? 1 : 0);
  return { proxy, ue };
}

/** Where a hop is: `received` if the next one has noted it, else an address in sent-by; undefined for a name. */
export function addressOf(via: Via | undefined): string | undefined {
  return via && (literal(via.received ?? "") ?? sentByAddress(via));
}

export function sentByAddress({ host }: Via): string | undefined {
  return literal(host);
}

/** The P-CSCFs that are known to be PANI-aware ones of the home network (P.5): our own, and those of the policy. */
export class AwareProxies {
  readonly #cidrs: readonly Cidr[];

  /** `own`: address of the P-CSCF in this core, if it is such a one. */
  constructor({ paniAware }: Pick<Policy, "paniAware">, own: string | undefined) {
    this.#cidrs = [...(own === undefined ? [] : [own]), ...paniAware].map(parseCidr);
  }

  /** P.5: the P-CSCF is known by its Via. */
  holds(via: Via | undefined): boolean {
    const address = addressOf(via);
    return address !== undefined && this.#cidrs.some((cidr) => contains(cidr, address));
  }
}

function literal(host: string): string | undefined {
  const address = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  return familyOf(address) === undefined ? undefined : address;
}
