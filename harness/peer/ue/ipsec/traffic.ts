/**
 * The UE's policy for its IPsec host: which SA a packet takes and which one it may come under, by the SA table; and
 * the record of all packets, for cases that judge or repeat them.
 */
import type {
  EspArrival,
  EspCarrierName,
  EspMode,
  EspPolicy,
  EspWay,
  IpsecHost,
  OutboundPacket,
} from "../../../net/ipsec/types.ts";
import type { Endpoint, TapRecord } from "../../../net/types.ts";
import { type EspSa, parseEspHeader } from "../../../wire/esp.ts";
import { IP_PROTOCOL, parseIp } from "../../../wire/mod.ts";
import type { Association, ProtectedPort } from "./association.ts";
import type { SaTable } from "./sa_table.ts";
import type { EspTamper, IpsecMode, StrayEsp } from "./types.ts";

/** A way through an SA, by the name that `Flow.security` has of it. */
export interface Passage {
  readonly set: Association;
  readonly from: ProtectedPort;
  readonly esp: EspTamper | undefined;
}

/** An ESP packet as it went out, from SPI to ICV. */
export interface SentEsp {
  readonly packet: Uint8Array;
  readonly carrier: EspCarrierName;
}

/** What `Flow.security` says to send in the clear from a protected port. */
export const IN_THE_CLEAR = "clear";

export class Traffic implements EspPolicy {
  readonly arrivals: (EspArrival & { readonly at: number })[] = [];
  readonly strays: StrayEsp[] = [];
  readonly sent: SentEsp[] = [];
  readonly #table: SaTable;
  readonly #now: () => number;
  readonly #network: string;
  readonly #passages = new Map<string, Passage>();

  /** @param network the P-CSCF's address, as the host writes it */
  constructor(table: SaTable, now: () => number, network: string) {
    this.#table = table;
    this.#now = now;
    this.#network = network;
  }

  /** A name for `Flow.security`; the same for all untampered packets of an SA. */
  passage(set: Association, from: ProtectedPort, esp?: EspTamper): string {
    const plain = `${set.name} ${from}`;
    const name = esp ? `${plain} #${this.#passages.size}` : plain;
    this.#passages.set(name, { set, from, esp });
    return name;
  }

  outbound({ local, remote, security }: OutboundPacket): EspSa | EspWay | "clear" | "drop" {
    if (security === IN_THE_CLEAR) return "clear";
    const named = security === undefined ? undefined : this.#passages.get(security);
    if (named) return wayOf(named);
    // An answer of our TCP's own: a connection goes on in the SA that its ports belong to.
    const sets = this.#table.sets.filter((set) => set.phase !== "deleted" || set.revived);
    for (const state of ["current", "new", "old", "deleted"]) {
      for (const set of sets.filter((set) => set.phase === state)) {
        for (const from of PORTS) {
          const { ours, theirs } = set.ports(from);
          if (ours === local.port && theirs === remote.port) return wayOf({ set, from, esp: undefined });
        }
      }
    }
    return "drop";
  }

  connects({ security }: OutboundPacket): "esp" | "clear" {
    return security === IN_THE_CLEAR ? "clear" : "esp";
  }

  inbound(spi: number): EspSa | undefined {
    const set = this.#table.inbound(spi);
    const at = set?.portOf(spi);
    return set && at ? set.inbound(at) : undefined;
  }

  /** RFC 4301 5.2: what came out has to fit the selectors of its SA (7.1). */
  opened(arrival: EspArrival): "take" | "drop" {
    if (!this.#isOurs(arrival.from.address, arrival.spi)) return "drop";
    const at = this.#now();
    this.arrivals.push({ ...arrival, at });
    const result = this.#resultOf(arrival);
    if (result === "opened") return "take";
    this.strays.push({ spi: arrival.spi, result, at, arrival });
    return "drop";
  }

  /** Every sequence number that came under this SPI, whatever became of the packet. */
  sequences(spi: number): number[] {
    return this.arrivals.flatMap((one) =>
      one.spi === spi && one.sequence !== undefined ? [one.sequence] : []
    );
  }

  /** Told of everything the host sends. */
  tapped({ layer, direction, transport, bytes }: TapRecord): void {
    if (layer !== "esp" || direction !== "out") return;
    if (transport !== "ip") return void this.sent.push({ packet: bytes, carrier: "udp" });
    const { protocol, payload } = parseIp(bytes);
    if (protocol === IP_PROTOCOL.esp) this.sent.push({ packet: payload, carrier: "raw" });
  }

  /** Whether evidence shall have it: not another test's packet that the machine hands to everybody. */
  concerns({ layer, direction, transport, remote, bytes }: TapRecord): boolean {
    if (layer !== "esp" || direction !== "in" || transport !== "ip" || bytes.length === 0) return true;
    const { payload } = parseIp(bytes);
    return this.#isOurs(remote.address, payload.length < 8 ? undefined : parseEspHeader(payload).spi);
  }

  /** A datagram that no socket sends: from any port, with any inner address, altered in the end, or lost. */
  async sendDatagram(
    host: IpsecHost,
    payload: Uint8Array,
    passage: Passage,
    ports: { readonly local: number; readonly remote: number },
  ): Promise<void> {
    const { set, esp } = passage;
    const way = wayOf(passage);
    const { carrier = "raw", sourceAddress, copies = 1 } = way;
    const local = { address: esp?.innerSource ?? set.ueAddress, port: ports.local };
    const remote = { address: esp?.innerDestination ?? set.pcscfAddress, port: ports.remote };
    if (!esp?.packet && copies > 0) return void await host.sendPacket({ ...way, local, remote, payload });
    const made = await host.sendPacket({ ...way, local, remote, payload, copies: 0 });
    const packet = esp?.packet?.(made) ?? made;
    if (copies === 0) return void this.sent.push({ packet, carrier });
    const destination = { to: way.outer ?? remote, carrier, ...defined({ sourceAddress }) };
    for (let i = 0; i < copies; i++) await host.sendEsp(packet, destination);
  }

  /** Protocol 50 comes to everybody who listens on this address, from other tests' networks, too. */
  #isOurs(from: string, spi: number | undefined): boolean {
    return from === this.#network || spi !== undefined && this.#table.inbound(spi) !== undefined;
  }

  #resultOf({ result, spi, inner }: EspArrival): StrayEsp["result"] {
    if (result !== "opened" || spi === undefined || !inner) return result;
    const set = this.#table.inbound(spi);
    const at = set?.portOf(spi);
    if (!set || !at) return "unknown-spi";
    if (set.phase === "deleted" && !set.revived) return "deleted";
    const { ours, theirs } = set.ports(at);
    const fits = is(inner.local, set.ueAddress, ours) && is(inner.remote, set.pcscfAddress, theirs) &&
      inner.mode === modeOf(set.mode);
    return fits ? "opened" : "selector";
  }
}

const PORTS: readonly ProtectedPort[] = ["port-uc", "port-us"];

/** How a packet of this set goes out. What the inside of a tunnel says is for who makes the packet. */
function wayOf({ set, from, esp = {} }: Passage): EspWay {
  const { nextHeader, sourceAddress, copies, carrier, mode, outer, spi, sequence, iv, padding, keys, icv } =
    esp;
  const goes = carrier ?? (set.mode === "trans" ? "raw" : "udp");
  const to = { address: outer?.address ?? set.pcscfAddress, port: outer?.port ?? ENCAPSULATION_PORT };
  const otherwise = carrier === undefined ? modeOf(set.mode) : carrier === "raw" ? "transport" : "tunnel";
  return {
    sa: set.outbound(from),
    carrier: goes,
    mode: mode ?? otherwise,
    ...(outer || goes === "udp" ? { outer: to } : {}),
    overrides: defined({ spi, sequence, iv, padding, keys, icv }),
    ...defined({ nextHeader, sourceAddress, copies }),
  };
}

/** Without what is undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** RFC 3948 2.1, TS 33.203 M.7.1. */
export const ENCAPSULATION_PORT = 4500;

/** What the modes of Annex H are in ESP. */
function modeOf(mode: IpsecMode): EspMode {
  return mode === "trans" ? "transport" : "tunnel";
}

function is(endpoint: Endpoint, address: string, port: number): boolean {
  return endpoint.address === address && endpoint.port === port;
}
