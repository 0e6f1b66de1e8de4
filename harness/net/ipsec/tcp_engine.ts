/** The user-space TCP of a host, joined to its clock and to the way out. */
import type { AddressPair } from "../../wire/mod.ts";
import type { ByteStream, StreamTransport } from "../byte_stream.ts";
import type { Clock, Endpoint } from "../types.ts";
import type { TcpConnection } from "../user_tcp/connection.ts";
import { type SegmentToSend, TcpStack } from "../user_tcp/stack.ts";
import { EspTcpStream, type EspTcpStream as Stream, espTcpTransport, type TcpHost } from "./tcp_stream.ts";

export interface TcpEngineOptions {
  readonly clock: Clock;
  readonly random: (octets: number) => Uint8Array;
  readonly mss: (addresses: AddressPair) => number;
  /**
   * Sends a segment, and says under which SA; `done` rejects where it cannot. `security` is what the stream's user
   * asked for.
   */
  readonly send: (segment: SegmentToSend, security: string | undefined) => Sent;
}

export interface Sent {
  readonly security: string | undefined;
  readonly done: Promise<unknown>;
}

export class TcpEngine implements TcpHost {
  readonly stack: TcpStack;
  readonly #options: TcpEngineOptions;
  readonly #streams = new Map<TcpConnection, Stream>();
  readonly #listeners = new Map<string, (stream: ByteStream) => void>();
  /** The SA that brought a connection on, last. */
  readonly #arrivals = new WeakMap<TcpConnection, string>();
  readonly #sending = new Set<Promise<unknown>>();
  #timer: { readonly at: number; readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #pumping = false;
  #again = false;
  #closed = false;

  constructor(options: TcpEngineOptions) {
    const { random, mss } = options;
    this.#options = options;
    this.stack = new TcpStack({ random, mss });
  }

  get transport(): StreamTransport {
    return espTcpTransport(this, this.#listeners);
  }

  readonly now = (): number => this.#options.clock.now();

  /** A segment with its header that came in on this SA. */
  receive(segment: Uint8Array, addresses: AddressPair, security: string): void {
    if (this.#closed) return;
    const taken = this.stack.receive(segment, addresses, this.now());
    if (taken !== "malformed" && taken.connection && taken.advanced) {
      this.#arrivals.set(taken.connection, security);
      this.#streams.get(taken.connection)?.arrivedOn(security);
    }
    this.pump();
  }

  pump(): void {
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#takeEvents();
        for (const segment of this.stack.toSend(this.now())) this.#send(segment);
      }
    } finally {
      this.#pumping = false;
    }
    this.#arm();
  }

  freePort(address: string, remote: Endpoint): number {
    for (;;) {
      const [high = 0, low = 0] = this.#options.random(2);
      const port = FIRST_PORT + ((high << 8) | low) % (0x10000 - FIRST_PORT);
      if (this.stack.isFree({ address, port }, remote)) return port;
    }
  }

  attach(stream: Stream): void {
    this.#streams.set(stream.connection, stream);
  }

  detach(stream: Stream): void {
    this.#streams.delete(stream.connection);
  }

  /** Resets what is still open; resolves when everything is sent and nothing waits. */
  async close(): Promise<void> {
    this.stack.abort();
    this.pump();
    this.#closed = true;
    const timer = this.#timer;
    this.#timer = undefined;
    timer?.abort.abort();
    await timer?.done;
    await Promise.allSettled(this.#sending);
  }

  #takeEvents(): void {
    for (let event = this.stack.nextEvent(); event; event = this.stack.nextEvent()) {
      const { type, connection } = event;
      if (type === "accepted") this.#accepted(connection);
      this.#streams.get(connection)?.ready();
    }
  }

  #accepted(connection: TcpConnection): void {
    const { address, port } = connection.local;
    const accept = this.#listeners.get(`${address} ${port}`);
    if (!accept) return connection.abort();
    const stream = new EspTcpStream(this, connection);
    const security = this.#arrivals.get(connection);
    if (security !== undefined) stream.arrivedOn(security);
    accept(stream);
  }

  #send(segment: SegmentToSend): void {
    const stream = segment.connection && this.#streams.get(segment.connection);
    const { security, done } = this.#options.send(segment, stream?.asked);
    if (security !== undefined) stream?.sentOn(security);
    const watched = done.catch((error) => {
      // Where nothing can be sent, no timeout need be waited for.
      if (stream && error instanceof Error) stream.fail(error);
      this.pump();
    }).finally(() => this.#sending.delete(watched));
    this.#sending.add(watched);
  }

  /** One timer, never later than the stack's deadline. */
  #arm(): void {
    const at = this.#closed ? undefined : this.stack.deadline();
    if (at !== undefined && this.#timer && this.#timer.at <= at) return;
    this.#timer?.abort.abort();
    this.#timer = undefined;
    if (at === undefined) return;
    const abort = new AbortController();
    const done = this.#options.clock.wait(at, abort.signal).then(() => {
      if (abort.signal.aborted) return;
      this.#timer = undefined;
      this.stack.expire(this.now());
      this.pump();
    });
    this.#timer = { at, abort, done };
  }
}

/** Where ports that nobody chose begin (RFC 6335 6). */
const FIRST_PORT = 49_152;
