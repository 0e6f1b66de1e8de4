/**
 * Raw IP protocol 50 for all of this process: a hub with a socket per local address and one reader for all of them.
 * It is there as long as somebody uses it.
 *
 * The kernel's own IPsec is neither asked nor touched. Whoever else reads raw ESP on this machine sees the same packets.
 */
import { buildIp, formatAddress, IP_PROTOCOL, parseAddress } from "../wire/mod.ts";
import { rawError } from "./raw_ip_errors.ts";
import { RawIpHub, type Taker } from "./raw_ip_hub.ts";

export type { RawPacket } from "./raw_ip_socket.ts";

/** One local address that speaks raw ESP. */
export interface RawIp {
  /** Canonical text. */
  readonly address: string;
  /**
   * Sends an ESP packet and gives the IP packet, as it is on the wire but for fields that the kernel writes
   * (identification). With `sourceAddress` the header is ours, and the kernel neither fragments nor asks whose
   * address it is.
   * @throws EnvironmentError where the kernel does not take it
   */
  send(payload: Uint8Array, destination: string, sourceAddress?: string): Uint8Array;
  /** Sends a whole IP packet of any protocol and source. Throws as send() does. */
  sendPacket(packet: Uint8Array, destination: string): void;
  /** Resolves when nothing of it is left. Idempotent. */
  close(): Promise<void>;
}

/**
 * Several may open one address: each hears everything.
 * @throws EnvironmentError without CAP_NET_RAW, where the address is not this machine's, or where foreign functions
 * cannot be called
 */
export async function openRawIp(address: string, take: Taker): Promise<RawIp> {
  const local = formatAddress(parseAddress(address));
  hub ??= new RawIpHub();
  const used = hub;
  try {
    return new HubUser(used, local, take);
  } catch (error) {
    await release(used);
    throw error;
  }
}

/**
 * Whether this machine lets us speak raw ESP from this address, for `doctor`: resolves if so.
 * @throws EnvironmentError with the remedy if not
 */
export async function checkRawIp(address: string): Promise<void> {
  const raw = await openRawIp(address, () => {});
  await raw.close();
}

/** What an IPv4 packet holds besides its header; IPv6 would hold 20 octets more. */
const LONGEST = 0xffff - 20;

let hub: RawIpHub | undefined;

class HubUser implements RawIp {
  readonly #socket;
  #closed: Promise<void> | undefined;

  constructor(readonly hub: RawIpHub, readonly address: string, readonly take: Taker) {
    this.#socket = hub.add(address, take);
  }

  send(payload: Uint8Array, destination: string, sourceAddress?: string): Uint8Array {
    const own = sourceAddress === undefined;
    if (payload.length > LONGEST) throw rawError(`send ESP to "${destination}"`, "EMSGSIZE");
    const packet = buildIp({
      source: sourceAddress ?? this.address,
      destination,
      protocol: IP_PROTOCOL.esp,
      payload,
      dontFragment: !own,
    });
    if (own) this.#socket.send(payload, destination);
    else this.sendPacket(packet, destination);
    return packet;
  }

  sendPacket(packet: Uint8Array, destination: string): void {
    this.hub.header(destination).send(packet, destination);
  }

  close(): Promise<void> {
    this.#closed ??= this.#leave();
    return this.#closed;
  }

  #leave(): Promise<void> {
    this.hub.remove(this.address, this.take);
    return release(this.hub);
  }
}

/** Closes the hub if nobody uses it any more; who comes later gets a new one. */
async function release(used: RawIpHub): Promise<void> {
  if (!used.idle) return;
  if (hub === used) hub = undefined;
  await used.close();
}
