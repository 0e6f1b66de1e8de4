/** The way out: asks the policy, protects, sends over the carrier that it is to be. */
import { LocalMisuseError } from "../../errors.ts";
import { EspSa } from "../../wire/esp.ts";
import type { Carrier } from "./carrier.ts";
import type { Evidence } from "./evidence.ts";
import { type Clear, protect } from "./outbound.ts";
import type { EspCarrierName, EspDestination, EspPolicy, EspWay, OutboundPacket } from "./types.ts";

export interface EgressOptions {
  readonly policy: EspPolicy;
  readonly evidence: Evidence;
  readonly allow: ((address: string) => void) | undefined;
  /** In the order in which they are preferred. */
  readonly carriers: readonly Carrier[];
}

export class Egress {
  readonly #options: EgressOptions;

  constructor(options: EgressOptions) {
    this.#options = options;
  }

  wayOf(packet: OutboundPacket): EspWay | "clear" | "drop" {
    const way = this.#options.policy.outbound(packet);
    return way instanceof EspSa ? { sa: way } : way;
  }

  /** Gives the ESP packet. The packet is made, and its sequence number used, before this returns. */
  async send(clear: Clear, way: EspWay): Promise<Uint8Array> {
    const carrier = this.#carrier(way.carrier);
    const { packet, to, sourceAddress, copies } = protect(clear, way, carrier.name, carrier.local);
    for (let i = 0; i < copies; i++) await this.#transmit(carrier, packet, { to, sourceAddress });
    return packet;
  }

  async sendEsp(packet: Uint8Array, { to, carrier, sourceAddress }: EspDestination): Promise<void> {
    await this.#transmit(this.#carrier(carrier), packet, { to, sourceAddress });
  }

  /** @throws what the profile's scope says of an address outside it */
  allow(address: string): void {
    this.#options.allow?.(address);
  }

  #transmit(
    carrier: Carrier,
    packet: Uint8Array,
    { to, sourceAddress }: Pick<EspDestination, "to"> & { sourceAddress: string | undefined },
  ): Promise<void> {
    this.allow(to.address);
    const { evidence } = this.#options;
    const remote = carrier.name === "raw" ? { address: to.address, port: 0 } : to;
    return carrier.send(packet, remote, sourceAddress, (seen) => evidence.wire("out", seen)).catch(
      (error) => {
        const why = error instanceof Error ? error.message : String(error);
        evidence.note("out", { local: carrier.local, remote }, why);
        throw error;
      },
    );
  }

  #carrier(name: EspCarrierName | undefined): Carrier {
    const { carriers } = this.#options;
    const found = name === undefined ? carriers[0] : carriers.find((carrier) => carrier.name === name);
    if (found) return found;
    const there = carriers.map((carrier) => `"${carrier.name}"`).join(", ");
    throw new LocalMisuseError(`There is no carrier "${name}" open; there is ${there}`);
  }
}
