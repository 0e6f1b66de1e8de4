/** The partner networks of one attempt at a case: opened for it, and closed when it ends. */
import { LocalMisuseError } from "../errors.ts";
import { drive } from "../net/driver.ts";
import type { Network, NetworkOptions } from "../peer/network/types.ts";
import type { ContextParts } from "./open_context.ts";

export class Networks {
  readonly #parts: ContextParts;
  readonly #open: Network[] = [];

  constructor(parts: ContextParts) {
    this.#parts = parts;
  }

  /** The network of a partner that the case leases. One at a time of each: its addresses are the partner's. */
  async open(options: NetworkOptions): Promise<Network> {
    const { peers, net, clock, profile, random, evidence, signal } = this.#parts;
    const partner = options.untrusted ? this.#parts.untrustedPartner : this.#parts.partner;
    if (signal.aborted) throw new LocalMisuseError("The case is over and asks for a network");
    if (!partner || !peers.createNetwork) {
      throw new LocalMisuseError(
        options.untrusted
          ? 'network({ untrusted: true }) needs a seat: seats: ["untrustedPartner"]'
          : 'network() is for cases with peer "peer-network"',
      );
    }
    const network = await peers.createNetwork({
      ...{ net, clock, drive, profile, partner, options, random },
      tap: evidence.tap(`network:${partner.domain}`),
      keyLog: (line) => evidence.tlsKeyLog?.(line),
    });
    if (!signal.aborted) {
      this.#open.push(network);
      return network;
    }
    // The case was cut off while it came up: nobody else will close it.
    await network.close();
    throw new LocalMisuseError("The case was over before its network was up");
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((network) => network.close()));
  }
}
