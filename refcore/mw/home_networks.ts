/** Networks with a roaming agreement: their users may come to the P-CSCF, and what they ask for goes home. */
import type { Uri } from "sip-codec";
import type { Endpoint } from "../../harness/net/types.ts";
import { literalPlace } from "./gateway.ts";

export interface HomeNetwork {
  readonly domain: string;
  /** Where its entry point takes Mw. */
  readonly listen: Endpoint;
}

export class HomeNetworks {
  readonly #byDomain: ReadonlyMap<string, Endpoint>;
  readonly #addresses: ReadonlySet<string>;

  constructor(networks: readonly HomeNetwork[]) {
    this.#byDomain = new Map(networks.map(({ domain, listen }) => [domain.toLowerCase(), listen]));
    this.#addresses = new Set(networks.map(({ listen }) => listen.address));
  }

  has(domain: string): boolean {
    return this.#byDomain.has(domain.toLowerCase());
  }

  /** Are they at this address? */
  holds(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** Where an element of theirs is, by the network's name or by an address of theirs. */
  place(uri: Uri): Endpoint | undefined {
    const literal = literalPlace(uri);
    if (!literal) return this.#byDomain.get(uri.host.toLowerCase());
    return this.holds(literal.address) ? literal : undefined;
  }
}
