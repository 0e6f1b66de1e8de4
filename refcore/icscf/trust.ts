/**
 * Whether a node that says it has authenticated the user is one to be believed: TS 33.203 U.1, U.2 step 4. Network domain
 * security (TS 33.210) tells who sends; the visited network that it names has to be one there is an agreement with.
 */
import type { SipRequest } from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import { isInside } from "../fabric.ts";
import { TrustDomain } from "../mw/mod.ts";
import type { BoxContext } from "../types.ts";

/** "unknown": not of the network domain; "barred": of it, but not for this network. */
export type Sender = "trusted" | "barred" | "unknown";

export class NodeTrust {
  readonly #domain: TrustDomain;
  readonly #networks: ReadonlySet<string>;

  constructor(readonly context: BoxContext) {
    const { policy, home } = context;
    this.#domain = new TrustDomain(policy);
    this.#networks = new Set([home.domain, ...policy.visitedNetworks].map((name) => name.toLowerCase()));
  }

  /** Whether a port of the I-CSCF is to take what comes from there. */
  admits(address: string): boolean {
    const { faults } = this.context;
    return this.#domain.holds(address) || faults.has("icscf/takes-auth-done-from-anywhere") ||
      faults.has("icscf/trusts-via");
  }

  /** Of any request. */
  holds(request: SipRequest, flow: Flow): boolean {
    if (isInside(flow) || this.#domain.holds(flow.remote.address)) return true;
    const { faults } = this.context;
    if (!isAuthDone(request)) return false;
    if (faults.has("icscf/takes-auth-done-from-anywhere")) return true;
    return faults.has("icscf/trusts-via") && request.vias.some(({ host }) => this.#names(host));
  }

  /** U.1: no network, or one that nobody knows, is no network of ours. */
  knowsNetworkOf(request: SipRequest): boolean {
    if (this.context.faults.has("icscf/ignores-visited-network")) return true;
    const [named, ...others] = request.visitedNetworkId;
    return named !== undefined && others.length === 0 && this.#networks.has(named.network.toLowerCase());
  }

  #names(host: string): boolean {
    try {
      return this.#domain.holds(host);
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }
}

/** P.4.2 step 1a: TNA. */
export function isAuthDone(request: SipRequest): boolean {
  return request.authorization.some(({ parameters }) =>
    parameters.get("integrity-protected") === "auth-done"
  );
}
