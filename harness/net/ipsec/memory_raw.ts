/** Raw IP in memory, for tests under a clock of their own: what `openRawIp` is to a machine. */
import { buildIp, IP_PROTOCOL, parseIp } from "../../wire/mod.ts";
import type { RawIp, RawPacket } from "../raw_ip.ts";
import type { Clock, Endpoint } from "../types.ts";
import { canonical } from "./addresses.ts";

type Taker = (packet: RawPacket) => void;

/** Delays after which copies of a packet arrive, in milliseconds: [] loses it. Ports are 0. */
export type RawLink = (packet: { from: Endpoint; to: Endpoint; bytes: Uint8Array }) => readonly number[];

export class MemoryRaw {
  readonly #takers = new Map<string, Set<Taker>>();
  readonly #clock: Clock;
  readonly #link: RawLink;

  constructor(clock: Clock, link: RawLink) {
    this.#clock = clock;
    this.#link = link;
  }

  /** Several may open one address: each hears everything. */
  open(address: string, take: Taker): Promise<RawIp> {
    const local = canonical(address);
    const takers = this.#takers.get(local) ?? new Set();
    this.#takers.set(local, takers.add(take));
    const closing = new AbortController();
    const underway = new Set<Promise<void>>();
    const sendPacket = (packet: Uint8Array, to: string) => {
      const { source, destination, payload, protocol } = parseIp(packet);
      const ends = { from: { address: source, port: 0 }, to: { address: canonical(to), port: 0 } };
      for (const delay of this.#link({ ...ends, bytes: payload })) {
        const arrival = this.#later(delay, closing.signal, () => {
          if (protocol === IP_PROTOCOL.esp) this.#arrive({ source, destination, payload, packet });
        }).finally(() => underway.delete(arrival));
        underway.add(arrival);
      }
    };
    return Promise.resolve({
      address: local,
      sendPacket,
      send(payload: Uint8Array, destination: string, sourceAddress?: string) {
        const source = sourceAddress ?? local;
        const packet = buildIp({ source, destination, protocol: IP_PROTOCOL.esp, payload });
        sendPacket(packet, destination);
        return packet;
      },
      async close() {
        closing.abort();
        takers.delete(take);
        await Promise.all(underway);
      },
    });
  }

  #arrive(packet: RawPacket): void {
    for (const take of [...this.#takers.get(packet.destination) ?? []]) take(packet);
  }

  /** Never at once: nobody's packet may arrive while they are still sending. */
  async #later(delay: number, closing: AbortSignal, act: () => void): Promise<void> {
    if (delay > 0) await this.#clock.wait(this.#clock.now() + delay, closing);
    else await Promise.resolve();
    act();
  }
}
