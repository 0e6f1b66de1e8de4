/**
 * All TCP connections of a host: finds the one a segment belongs to, makes new ones for listeners, and resets what
 * belongs to none (RFC 9293 3.10.7.1, 3.10.7.2). Sans-IO; addresses are in canonical text (`formatAddress`).
 *
 * A TCP of our own, and not the kernel's behind a TUN device: over UDP-encapsulated ESP it needs no privilege at all,
 * over raw ESP none but CAP_NET_RAW, and both ends can be on one machine. A TUN device needs CAP_NET_ADMIN, and a
 * network namespace for each end. And a segment can be sent wrongly on purpose.
 */
import { createHash } from "node:crypto";
import { EnvironmentError, LocalMisuseError } from "../../errors.ts";
import {
  type AddressPair,
  buildTcp,
  parseTcp,
  TCP_FLAG,
  type TcpFields,
  type TcpSegment,
  WireSyntaxError,
} from "../../wire/mod.ts";
import { formatEndpoint } from "../endpoint.ts";
import type { Endpoint } from "../types.ts";
import { TcpConnection } from "./connection.ts";
import type { TcpLimits } from "./limits.ts";
import { distance } from "./sequence.ts";

export interface TcpStackOptions {
  /** Gives that many octets: initial sequence numbers come from it. */
  readonly random: (octets: number) => Uint8Array;
  /** Largest payload of a segment between these two addresses. */
  readonly mss: (addresses: AddressPair) => number;
  readonly limits?: Partial<TcpLimits>;
  /** Handshakes at a time that others have begun; further ones are not answered. Default 256. */
  readonly backlog?: number;
}

/** What the stack has to send: the payload of an IP packet. */
export interface SegmentToSend {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
  /** Absent for the reset of what belongs to no connection. */
  readonly connection?: TcpConnection;
}

/**
 * "accepted": a listener has a new, open connection. "ready": the connection may have events. "accepted" comes before
 * the first "ready".
 */
export interface StackEvent {
  readonly type: "accepted" | "ready";
  readonly connection: TcpConnection;
}

/**
 * What became of octets that came: the connection that took them, if one did, and whether it has now more of the
 * peer's stream (or its SYN or FIN) than before.
 */
export type SegmentTaken = { readonly connection?: TcpConnection; readonly advanced: boolean } | "malformed";

interface Entry {
  readonly connection: TcpConnection;
  /** Made by a listener and not yet open. */
  pending: boolean;
}

const { fin: FIN, syn: SYN, rst: RST, ack: ACK } = TCP_FLAG;
const DEFAULT_BACKLOG = 256;

export class TcpStack {
  readonly #options: TcpStackOptions;
  readonly #secret: Uint8Array;
  readonly #entries = new Map<string, Entry>();
  readonly #listening = new Set<string>();
  readonly #events: StackEvent[] = [];
  readonly #resets: SegmentToSend[] = [];
  #opened = 0;

  constructor(options: TcpStackOptions) {
    this.#options = options;
    this.#secret = options.random(16);
  }

  /** Connections of whatever state. */
  get size(): number {
    return this.#entries.size;
  }

  /** @throws LocalMisuseError where someone listens already */
  listen(local: Endpoint): void {
    const key = formatEndpoint(local);
    if (this.#listening.has(key)) {
      throw new LocalMisuseError(`Two listen on "${key}"; it needs a single listener`);
    }
    this.#listening.add(key);
  }

  /** Connections that are there already stay. */
  unlisten(local: Endpoint): void {
    this.#listening.delete(formatEndpoint(local));
  }

  isListening(local: Endpoint): boolean {
    return this.#listening.has(formatEndpoint(local));
  }

  /** Whether this pair of endpoints has no connection but one that only waits for its end. */
  isFree(local: Endpoint, remote: Endpoint): boolean {
    const state = this.#entries.get(keyOf(local, remote))?.connection.state;
    return state === undefined || state === "time-wait";
  }

  /** @throws EnvironmentError where there is a connection between the two already */
  connect(local: Endpoint, remote: Endpoint, now: number): TcpConnection {
    const key = keyOf(local, remote);
    if (!this.isFree(local, remote)) {
      throw new EnvironmentError(
        `There is a TCP connection from "${formatEndpoint(local)}" to "${formatEndpoint(remote)}" already`,
        "Use that connection, or close it first, or choose another port.",
      );
    }
    const connection = this.#make(local, remote, now, this.#entries.get(key)?.connection);
    this.#entries.set(key, { connection, pending: false });
    connection.open();
    return connection;
  }

  /** The payload of an IP packet with these addresses. */
  receive(bytes: Uint8Array, addresses: AddressPair, now: number): SegmentTaken {
    const segment = parse(bytes, addresses);
    if (!segment) return "malformed";
    const local = { address: addresses.destination, port: segment.destinationPort };
    const remote = { address: addresses.source, port: segment.sourcePort };
    const entry = this.#entryFor(local, remote, segment);
    if (entry) {
      const { connection } = entry;
      const before = connection.sequenceExpected;
      connection.receive(segment, now);
      this.#noted(entry);
      return { connection, advanced: connection.sequenceExpected !== before };
    }
    const made = this.#accept(local, remote, segment, now);
    return made ? { connection: made, advanced: true } : { advanced: false };
  }

  /** Segments of all connections. The connections that are over are forgotten here. */
  toSend(now: number): SegmentToSend[] {
    const out = this.#resets.splice(0);
    for (const [key, { connection }] of this.#entries) {
      const { local, remote } = connection;
      for (const fields of connection.toSend(now)) {
        out.push({ local, remote, bytes: build(fields, local, remote), connection });
      }
      if (connection.state === "closed") this.#entries.delete(key);
    }
    return out;
  }

  /** Asked after toSend(). */
  deadline(): number | undefined {
    let first: number | undefined;
    for (const { connection } of this.#entries.values()) {
      const at = connection.deadline();
      if (at !== undefined && (first === undefined || at < first)) first = at;
    }
    return first;
  }

  expire(now: number): void {
    for (const entry of this.#entries.values()) {
      const at = entry.connection.deadline();
      if (at === undefined || at > now) continue;
      entry.connection.expire(now);
      this.#noted(entry);
    }
  }

  nextEvent(): StackEvent | undefined {
    return this.#events.shift();
  }

  /** Resets every connection that is still between open and closed, and forgets all listeners. */
  abort(): void {
    this.#listening.clear();
    for (const entry of this.#entries.values()) {
      entry.connection.abort();
      this.#noted(entry);
    }
  }

  #entryFor(local: Endpoint, remote: Endpoint, segment: TcpSegment): Entry | undefined {
    const key = keyOf(local, remote);
    const entry = this.#entries.get(key);
    if (entry?.connection.state === "closed") {
      this.#entries.delete(key);
      return undefined;
    }
    // RFC 9293 3.6.1: a new SYN beyond the old connection ends TIME-WAIT.
    const reopens = entry?.connection.state === "time-wait" && segment.flags === SYN &&
      distance(segment.sequence, entry.connection.sequenceExpected) >= 0 &&
      this.#listening.has(formatEndpoint(local));
    return reopens ? undefined : entry;
  }

  #accept(local: Endpoint, remote: Endpoint, segment: TcpSegment, now: number): TcpConnection | undefined {
    const { flags } = segment;
    if (flags & RST) return undefined;
    if (!this.#listening.has(formatEndpoint(local)) || flags & ACK || !(flags & SYN)) {
      this.#reset(local, remote, segment);
      return undefined;
    }
    const pending = [...this.#entries.values()].filter((entry) => entry.pending).length;
    if (pending >= (this.#options.backlog ?? DEFAULT_BACKLOG)) return undefined;
    const key = keyOf(local, remote);
    const connection = this.#make(local, remote, now, this.#entries.get(key)?.connection);
    connection.accept(segment);
    this.#entries.set(key, { connection, pending: true });
    return connection;
  }

  #make(local: Endpoint, remote: Endpoint, now: number, before: TcpConnection | undefined): TcpConnection {
    const mss = this.#options.mss({ source: local.address, destination: remote.address });
    const { limits } = this.#options;
    let isn = this.#isn(local, remote, now);
    if (before && distance(isn, before.sequenceEnd) <= 0) isn = before.sequenceEnd + STEP_OF_ISN;
    return new TcpConnection({ local, remote, isn, mss, ...(limits ? { limits } : {}) });
  }

  /** RFC 6528 3: a clock of 4 microseconds, and a secret of the two endpoints; and a step for each connection. */
  #isn(local: Endpoint, remote: Endpoint, now: number): number {
    const hash = createHash("sha256").update(this.#secret).update(keyOf(local, remote)).digest();
    const clock = Math.floor(now * 250) % 0x1_0000_0000;
    return (hash.readUInt32BE(0) + clock + STEP_OF_ISN * ++this.#opened) % 0x1_0000_0000;
  }

  #noted(entry: Entry): void {
    const { connection } = entry;
    if (entry.pending) {
      if (connection.state === "syn-received") return;
      entry.pending = false;
      if (connection.state === "closed") return; // never open: nobody knows of it
      this.#events.push({ type: "accepted", connection });
    }
    this.#events.push({ type: "ready", connection });
  }

  #reset(local: Endpoint, remote: Endpoint, segment: TcpSegment): void {
    const { flags, sequence, acknowledgement, payload } = segment;
    const length = payload.length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
    const ports = { sourcePort: local.port, destinationPort: remote.port, window: 0 };
    const fields = flags & ACK ? { ...ports, sequence: acknowledgement, flags: RST } : {
      ...ports,
      sequence: 0,
      acknowledgement: (sequence + length) % 0x1_0000_0000,
      flags: RST | ACK,
    };
    this.#resets.push({ local, remote, bytes: build(fields, local, remote) });
  }
}

const STEP_OF_ISN = 64_000;

/** Undefined where it is no segment or its checksum is wrong (RFC 9293 3.1: silently dropped). */
function parse(bytes: Uint8Array, addresses: AddressPair): TcpSegment | undefined {
  try {
    const segment = parseTcp(bytes, addresses);
    return segment.checksumOk ? segment : undefined;
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}

function build(fields: TcpFields, local: Endpoint, remote: Endpoint): Uint8Array {
  return buildTcp(fields, { source: local.address, destination: remote.address });
}

function keyOf(local: Endpoint, remote: Endpoint): string {
  return `${formatEndpoint(local)} ${formatEndpoint(remote)}`;
}
