/** A security association: keys, SPI and the counters that go with them. */
import type { EspKeys } from "./algorithms.ts";
import { LocalMisuseError } from "../../errors.ts";
import { IP_PROTOCOL } from "../ip.ts";
import { type EspFailure, type EspHeader, openEsp, parseEspHeader, protectEsp } from "./packet.ts";
import { ReplayWindow } from "./replay_window.ts";
import { espSizes } from "./sizes.ts";

export interface EspSaOptions {
  readonly spi: number;
  readonly keys: EspKeys;
  /** Gives that many octets for IVs. Random even where a counter would do: see `EspSa`. */
  readonly random: (octets: number) => Uint8Array;
  /** Anti-replay window in packets, default 64; 0 switches the service off, which TS 33.203 6.3 forbids. */
  readonly replayWindow?: number;
  /** Accept padding of any content. */
  readonly anyPadding?: boolean;
}

/** What to do otherwise than right in one packet. With `sequence` given the counter does not move. */
export interface EspOverrides {
  readonly spi?: number;
  readonly sequence?: number;
  readonly iv?: Uint8Array;
  readonly padding?: Uint8Array;
  readonly keys?: EspKeys;
  /** "wrong" flips the last bit of the right one. */
  readonly icv?: "wrong" | Uint8Array;
}

export type EspReceived =
  | (EspHeader & {
    readonly ok: true;
    readonly nextHeader: number;
    readonly payload: Uint8Array;
    readonly padLength: number;
    /** Next header 59: to be dropped by a receiver (RFC 4303 2.6), never sent in IMS (TS 33.203 6.2). */
    readonly dummy: boolean;
  })
  | (Partial<EspHeader> & { readonly ok: false; readonly reason: EspFailure | "spi" | "replay" | "stale" });

/**
 * One direction of traffic: one end uses `protect`, the other `open`. TS 33.203 gives all four SAs of a
 * registration the same keys and salt, so an IV counted up in each of them would repeat GCM nonces across SAs;
 * IVs are random for that reason.
 */
export class EspSa {
  readonly spi: number;
  readonly keys: EspKeys;
  readonly #options: EspSaOptions;
  readonly #window: ReplayWindow | undefined;
  #sent = 0;

  /** Throws RangeError for an algorithm pair that no document defines. */
  constructor(options: EspSaOptions) {
    this.spi = options.spi;
    this.keys = options.keys;
    this.#options = options;
    espSizes(options.keys); // throws
    this.#window = options.replayWindow === 0 ? undefined : new ReplayWindow(options.replayWindow);
  }

  /** Sequence number of the last packet sent, 0 before the first. */
  get sent(): number {
    return this.#sent;
  }

  /** Highest sequence number received with a right ICV. */
  get received(): number {
    return this.#window?.highest ?? 0;
  }

  /**
   * Makes the next packet. Throws LocalMisuseError when the sequence numbers are used up: they must not cycle
   * (RFC 4303 3.3.3).
   */
  protect(payload: Uint8Array, nextHeader: number, overrides: EspOverrides = {}): Uint8Array {
    const keys = overrides.keys ?? this.keys;
    const packet = protectEsp(keys, {
      spi: overrides.spi ?? this.spi,
      sequence: overrides.sequence ?? this.#next(),
      nextHeader,
      payload,
      iv: overrides.iv ?? this.#options.random(espSizes(keys).iv),
      ...(overrides.padding ? { padding: overrides.padding } : {}),
    });
    if (overrides.icv !== undefined) this.#replaceIcv(packet, overrides.icv, keys);
    return packet;
  }

  /** Checks SPI, replay, ICV and padding in the order of RFC 4303 3.4 and remembers the packet if all is right. */
  open(packet: Uint8Array): EspReceived {
    if (packet.length < 8) return { ok: false, reason: "short" };
    const { spi, sequence } = parseEspHeader(packet);
    if (spi !== this.spi) return { ok: false, reason: "spi", spi, sequence };
    const freshness = this.#window?.judge(sequence) ?? "fresh";
    if (freshness !== "fresh") return { ok: false, reason: freshness, spi, sequence };
    const opened = openEsp(this.keys, packet, this.#options);
    // A packet with odd padding was authentic all the same, so the window moves (RFC 4303 3.4.3: after the ICV).
    if (opened.ok || opened.reason === "padding") this.#window?.mark(sequence);
    return opened.ok ? { ...opened, dummy: opened.nextHeader === IP_PROTOCOL.none } : opened;
  }

  /** Takes a jump, so that the next packet has `sequence`. For a peer that resumes an SA. */
  continueAt(sequence: number): void {
    this.#sent = sequence - 1;
  }

  #next(): number {
    if (this.#sent >= 0xffffffff) {
      throw new LocalMisuseError(`SA "${this.spi}" has used up its sequence numbers`);
    }
    return ++this.#sent;
  }

  #replaceIcv(packet: Uint8Array, icv: "wrong" | Uint8Array, keys: EspKeys): void {
    const length = espSizes(keys).icv;
    if (length === 0) throw new LocalMisuseError(`SA "${this.spi}" has no ICV that could be wrong`);
    if (icv === "wrong") packet[packet.length - 1] = (packet[packet.length - 1] as number) ^ 1;
    else packet.set(icv.subarray(0, length), packet.length - length);
  }
}
