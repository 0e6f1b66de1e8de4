/** What brings ESP packets from host to host: raw IP or UDP. */
import { LocalMisuseError } from "../../errors.ts";
import { NAT_KEEPALIVE, parseUdpEncapsulated } from "../../wire/esp.ts";
import type { RawIp, RawPacket } from "../raw_ip.ts";
import type { Clock, Endpoint, Flow, MessageSocket, TapLayer } from "../types.ts";
import type { EspCarrierName } from "./types.ts";

/** An ESP packet as it came. */
export interface Carried {
  readonly carrier: EspCarrierName;
  /** Of the outermost header; ports are 0 where the carrier is raw. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly packet: Uint8Array;
  /** What evidence shows: the whole IP packet, or the payload of the UDP datagram. */
  readonly seen: Seen;
}

/** Octets on the wire, for the tap. */
export interface Seen {
  readonly layer: TapLayer;
  readonly transport: "ip" | "udp";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
}

export interface Carrier {
  readonly name: EspCarrierName;
  /** The port is 0 where the carrier is raw. */
  readonly local: Endpoint;
  /** Resolves when the system has taken it; rejects with EnvironmentError. `seen` is called with what goes out. */
  send(
    packet: Uint8Array,
    to: Endpoint,
    sourceAddress: string | undefined,
    seen: (what: Seen) => void,
  ): Promise<void>;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

export interface CarrierHandlers {
  readonly esp: (carried: Carried) => void;
  /** What shares the port with ESP: keep-alives, IKE, rubbish. */
  readonly other: (seen: Seen, note?: string) => void;
}

export type RawOpener = (address: string, take: (packet: RawPacket) => void) => Promise<RawIp>;

/** @throws EnvironmentError without CAP_NET_RAW */
export async function openRawCarrier(
  address: string,
  open: RawOpener,
  { esp }: CarrierHandlers,
): Promise<RawCarrier> {
  const raw = await open(address, ({ source, destination, payload, packet }) => {
    const [local, remote] = [at(destination), at(source)];
    const seen = { layer: "esp", transport: "ip", local, remote, bytes: packet } as const;
    esp({ carrier: "raw", from: remote, to: local, packet: payload, seen });
  });
  return new RawCarrier(raw);
}

export class RawCarrier implements Carrier {
  readonly name = "raw";
  readonly local: Endpoint;
  readonly #raw: RawIp;

  constructor(raw: RawIp) {
    this.#raw = raw;
    this.local = at(raw.address);
  }

  // deno-lint-ignore require-await -- it must reject, not throw
  async send(
    packet: Uint8Array,
    { address }: Endpoint,
    sourceAddress: string | undefined,
    seen: (what: Seen) => void,
  ): Promise<void> {
    const bytes = this.#raw.send(packet, address, sourceAddress);
    const local = at(sourceAddress ?? this.local.address);
    seen({ layer: "esp", transport: "ip", local, remote: at(address), bytes });
  }

  /** A whole IP packet of any protocol. */
  sendPacket(packet: Uint8Array, destination: string): void {
    this.#raw.sendPacket(packet, destination);
  }

  close(): Promise<void> {
    return this.#raw.close();
  }
}

/** On a socket without a tap; it is this carrier's from now on. */
export class UdpCarrier implements Carrier {
  readonly name = "udp";
  readonly local: Endpoint;
  readonly #socket: MessageSocket;
  readonly #reading: Promise<void>;

  constructor(socket: MessageSocket, handlers: CarrierHandlers) {
    this.#socket = socket;
    this.local = socket.local;
    this.#reading = this.#read(handlers);
  }

  async send(
    packet: Uint8Array,
    to: Endpoint,
    sourceAddress: string | undefined,
    seen: (what: Seen) => void,
  ): Promise<void> {
    if (sourceAddress !== undefined) {
      throw new LocalMisuseError(
        `A UDP socket cannot send from "${sourceAddress}"; it needs the raw carrier for that`,
      );
    }
    seen({ layer: "esp", transport: "udp", local: this.local, remote: to, bytes: packet });
    await this.#socket.send(packet, this.#flow(to));
  }

  /** RFC 3948 2.3. */
  async keepAlive(to: Endpoint, seen: (what: Seen) => void): Promise<void> {
    seen({ layer: "udp", transport: "udp", local: this.local, remote: to, bytes: NAT_KEEPALIVE });
    await this.#socket.send(NAT_KEEPALIVE, this.#flow(to));
  }

  async close(): Promise<void> {
    await this.#socket.close();
    await this.#reading;
  }

  async #read({ esp, other }: CarrierHandlers): Promise<void> {
    const socket = this.#socket;
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      const { bytes, flow: { local, remote } } = incoming;
      const seen = { layer: "udp", transport: "udp", local, remote, bytes } as const;
      const what = parseUdpEncapsulated(bytes);
      if (what.kind === "keepalive") other(seen);
      else if (what.kind === "ike") other(seen, "IKE: not for us");
      else if (what.kind === "invalid") other(seen, "neither ESP nor IKE nor a keep-alive");
      else {
        const carried = { carrier: "udp", from: remote, to: local, packet: bytes } as const;
        asItsOwn(() => esp({ ...carried, seen: { ...seen, layer: "esp" } }));
      }
    }
  }

  #flow(remote: Endpoint): Flow {
    return { transport: "udp", local: this.local, remote };
  }
}

/** Sends a keep-alive at once and then one after every `everyMs`, until the signal aborts. */
export async function keepAlives(
  send: () => Promise<void>,
  everyMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let next = clock.now(); !signal.aborted; next += everyMs) {
    await clock.wait(next, signal);
    if (!signal.aborted) await send();
  }
}

/** RFC 3948 4. */
export const KEEPALIVE_MS = 20_000;

/** A handler that throws has a bug, which is told as one; what comes next is still heard. */
function asItsOwn(act: () => void): void {
  try {
    act();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function at(address: string): Endpoint {
  return { address, port: 0 };
}
