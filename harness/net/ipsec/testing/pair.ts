/** Two hosts with an SA each way, on whatever net: what a UE and a P-CSCF are to tests of the host itself. */
import { expandEspKeys } from "../../../crypto/mod.ts";
import { type EspKeys, type EspPair, EspSa } from "../../../wire/esp.ts";
import type { Clock, Endpoint, Framer, Net, TapRecord } from "../../types.ts";
import type { EspArrival, EspPolicy, EspWay, IpsecHost, IpsecOptions, OutboundPacket } from "../types.ts";

export const SPI_A = 0x0a0a0a0a;
export const SPI_B = 0x0b0b0b0b;
const DEFAULT_PAIR: EspPair = { integrity: "hmac-sha-1-96", encryption: "aes-cbc" };
const SECRET = new Uint8Array(16).fill(0x11);

/** Everything goes out under one SA; what comes must be for the other. */
export class TestPolicy implements EspPolicy {
  readonly arrivals: EspArrival[] = [];
  /** Replaced by tests that want something else. */
  way: (packet: OutboundPacket) => EspSa | EspWay | "clear" | "drop";
  connects: (packet: OutboundPacket) => "esp" | "clear" = () => "esp";
  verdict: "take" | "drop" = "take";
  onArrival: (arrival: EspArrival) => void = () => {};

  constructor(readonly out: EspSa, readonly in_: EspSa) {
    this.way = () => out;
  }

  outbound(packet: OutboundPacket) {
    return this.way(packet);
  }

  inbound(spi: number): EspSa | undefined {
    return spi === this.in_.spi ? this.in_ : undefined;
  }

  opened(arrival: EspArrival): "take" | "drop" {
    this.arrivals.push(arrival);
    this.onArrival(arrival);
    return this.verdict;
  }
}

export interface End {
  readonly host: IpsecHost;
  readonly policy: TestPolicy;
  readonly told: TapRecord[];
}

export interface PairOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly addresses: readonly [string, string];
  readonly carriers: readonly [IpsecOptions["carriers"], IpsecOptions["carriers"]];
  readonly algorithms?: EspPair;
  /** Sixteen octets of key, for tests that others on this machine could disturb. */
  readonly secret?: Uint8Array;
  readonly more?: Partial<IpsecOptions>;
}

export async function openPair(options: PairOptions): Promise<{ a: End; b: End; close(): Promise<void> }> {
  const keys = keysOf(options.algorithms, options.secret);
  const random = counter(1);
  const sa = (spi: number) => new EspSa({ spi, keys, random });
  // What a sends carries b's SPI, and the other way round.
  const a = await openEnd(options, 0, new TestPolicy(sa(SPI_B), sa(SPI_A)));
  try {
    const b = await openEnd(options, 1, new TestPolicy(sa(SPI_A), sa(SPI_B)));
    return {
      a,
      b,
      close: async () => {
        await a.host.close();
        await b.host.close();
      },
    };
  } catch (error) {
    await a.host.close();
    throw error;
  }
}

export function keysOf(pair: EspPair = DEFAULT_PAIR, secret: Uint8Array = SECRET): EspKeys {
  return expandEspKeys(pair, { ck: secret, ik: secret });
}

async function openEnd(options: PairOptions, index: 0 | 1, policy: TestPolicy): Promise<End> {
  const told: TapRecord[] = [];
  const host = await options.net.ipsec!({
    address: options.addresses[index],
    carriers: options.carriers[index],
    policy,
    clock: options.clock,
    random: counter(7 + index),
    tap: (record) => void told.push(record),
    ...options.more,
  });
  return { host, policy, told };
}

/** Octets that repeat from run to run. */
export function counter(seed: number): (octets: number) => Uint8Array {
  let state = seed;
  return (octets) =>
    Uint8Array.from({ length: octets }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 16;
    });
}

/** Messages of a length that stands before them in four octets. */
export function lengthFramer(): Framer {
  let rest = new Uint8Array(0);
  return {
    push(bytes) {
      const all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
      rest = all;
      const messages: Uint8Array[] = [];
      while (rest.length >= 4) {
        const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0);
        if (rest.length < length) break;
        messages.push(rest.slice(0, length));
        rest = rest.slice(length);
      }
      return messages;
    },
  };
}

/** One such message. */
export function framed(length: number, salt = 0): Uint8Array {
  const message = Uint8Array.from({ length }, (_, i) => (i * 31 + salt) & 0xff);
  new DataView(message.buffer).setUint32(0, length);
  return message;
}

export function flow(transport: "udp" | "tcp", local: Endpoint, remote: Endpoint, connection?: string) {
  return { transport, local, remote, ...(connection === undefined ? {} : { connection }) };
}

/** What was told of one layer, briefly. */
export function briefly(told: readonly TapRecord[], layer: string): string[] {
  return told.filter((record) => record.layer === layer).map(({ direction, bytes, security, note }) =>
    [direction, bytes.length, security, note].filter((part) => part !== undefined).join(" ")
  );
}
