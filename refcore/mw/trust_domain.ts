/**
 * Who belongs to the core's own network domain. Network domain security (TS 33.210) is not spoken here: the addresses
 * of nodes that are inside it stand for it.
 */
import { type Cidr, contains, parseCidr } from "../../harness/net/mod.ts";
import type { Policy } from "../policy.ts";

export class TrustDomain {
  readonly #trusted: readonly Cidr[];

  constructor({ trusted, paniAware }: Pick<Policy, "trusted" | "paniAware">) {
    this.#trusted = [...trusted, ...paniAware].map(parseCidr);
  }

  /** Does somebody at this address get answers on Mw and Cx? */
  holds(address: string): boolean {
    return this.#trusted.some((cidr) => contains(cidr, address));
  }
}
