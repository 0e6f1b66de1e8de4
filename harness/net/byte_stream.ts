/** What a stream transport is made of: TCP now, TLS and others later. */
import type { Endpoint, TransportName } from "./types.ts";

/** A connection that carries octets. */
export interface ByteStream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** What `Flow.connection` becomes; without it the socket above gives a name. */
  readonly name?: string;
  /**
   * What the octets travel inside of (a TLS session, the ESP SA of what came last); goes into `Flow.security`. It is
   * looked at for each message.
   */
  readonly security?: string | undefined;
  /** The same of what goes out, where that is another (the ESP SA of the other direction). */
  readonly securityOut?: string | undefined;
  /** Begins to read. `closed` comes once, with what went wrong if something did. */
  start(handlers: StreamHandlers): void;
  /**
   * Resolves when the system has taken the octets; rejects when the connection broke. Writes keep their order.
   * `security` is what the sender asked for in its Flow.
   */
  write(bytes: Uint8Array, security?: string): Promise<void>;
  pause(): void;
  resume(): void;
  /** Closes at once; resolves when nothing of it is left. Idempotent. */
  destroy(): Promise<void>;
  /** Sends FIN after what was written; what the other side still sends is read. */
  end?(): void;
  /** Closes at once with RST; resolves as destroy() does. */
  reset?(): Promise<void>;
}

export interface StreamHandlers {
  data(bytes: Uint8Array): void;
  closed(error?: Error): void;
}

export interface StreamListener {
  readonly local: Endpoint;
  close(): Promise<void>;
}

/** How connections of a transport come about. Errors are those of the system; the socket above words them. */
export interface StreamTransport {
  readonly name: TransportName;
  listen(local: Endpoint, accept: (stream: ByteStream) => void): Promise<StreamListener>;
  /** `local.port` 0 takes any port. Rejects when refused, or when `signal` aborts. `security` as in write(). */
  dial(local: Endpoint, remote: Endpoint, signal: AbortSignal, security?: string): Promise<ByteStream>;
}
