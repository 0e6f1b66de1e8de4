/**
 * TLS over real sockets, as its users see it: a MessageSocket whose connections can be asked for what was agreed and
 * be made to do what a well-behaved one would not. Who it trusts is its user's business.
 */
import type { Clock, Endpoint, Flow, Framer, MessageSocket, StreamLimits, Tap } from "../types.ts";
import type { TlsAlert } from "./alerts.ts";
import type { Negotiated } from "./negotiated.ts";
import type { ConnectOptions, TlsOptions } from "./options.ts";

export interface TlsHostOptions {
  readonly local: Endpoint;
  readonly clock: Clock;
  readonly framer: () => Framer;
  readonly tap?: Tap;
  /** Told each line of the key log (NSS format), for the evidence. */
  readonly keyLog?: (line: string) => void;
  /** What connections that we open offer. Default: TLS 1.2 and 1.3, any chain will do. */
  readonly client?: TlsOptions & ConnectOptions;
  /** What connections that come are answered with; left out: none is accepted. */
  readonly server?: TlsOptions;
  readonly limits?: Partial<StreamLimits>;
  /** Milliseconds until a handshake must be over, at either end. Default 5000. */
  readonly handshakeMs?: number;
  /** Throws where nothing may be sent to an address; asked also before a connection from there is answered. */
  readonly allow?: (address: string) => void;
}

/**
 * A MessageSocket (transport "tls"). `send()` dials as over TCP, and rejects with EnvironmentError where the handshake
 * fails. `Flow.connection` names a connection, `Flow.security` its TLS session ("tls:…").
 */
export interface TlsHost extends MessageSocket {
  /**
   * Opens a connection at once, with these in place of the host's client options. Rejects with TlsFailure where TCP
   * stands and TLS does not come about, EnvironmentError where TCP does not.
   */
  connect(remote: Endpoint, options?: TlsOptions & ConnectOptions): Promise<TlsConnection>;
  /** By `Flow.connection`; closed ones too. */
  connection(id: string): TlsConnection | undefined;
  /** All so far, ours and those that came, in order; closed ones too (of more than 2000 the oldest go). */
  readonly connections: readonly TlsConnection[];
  /** Attempts that came and failed before a handshake was over. */
  readonly refused: readonly TlsEnd[];
  /** Told when a connection that came has ended its handshake. */
  onAccepted?: (connection: TlsConnection) => void;
  /** Told of each attempt that came and failed before a handshake was over. */
  onRefused?: (end: TlsEnd) => void;
  /** Told when a connection has ended. */
  onEnded?: (connection: TlsConnection, end: TlsEnd) => void;
}

export interface TlsConnection {
  /** As in Flow. */
  readonly id: string;
  readonly role: "client" | "server";
  /** Where messages of this connection go. */
  readonly flow: Flow;
  /** Of TCP: `flow.local` of a host that listens is another port. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly open: boolean;
  /** Of the last handshake. */
  readonly negotiated: Negotiated;
  /** The peer's certificates, DER, its own first. */
  readonly peerChain: readonly Uint8Array[];
  /** As a client: a certificate was asked for, in any handshake so far or after it. */
  readonly certificateRequested: boolean;
  /** Handshakes that were completed; 1 without renegotiation. */
  readonly handshakes: number;
  /** verify_data of the last Finished messages. */
  readonly finished: { readonly own: Uint8Array; readonly peer: Uint8Array };
  /** Alerts of both directions, in order. */
  readonly alerts: readonly TlsAlert[];
  /** To be resumed by (ConnectOptions.resume); undefined while there is none. */
  readonly session: string | undefined;
  /** RFC 5705. */
  exportKey(label: string, length: number, context?: Uint8Array): Uint8Array;
  /**
   * Asks for a new handshake; resolves when it is over, or with undefined where none came within `within` ms (the
   * peer may ignore us). Rejects with TlsFailure where the connection ended over it, also where the peer answered with
   * the warning no_renegotiation (OpenSSL goes on with nobody who refuses; `alerts` has it).
   */
  renegotiate(within: number): Promise<Negotiated | undefined>;
  /** Waits for a handshake beyond those counted now, of whoever's asking; undefined where none came in time. */
  renegotiated(within: number): Promise<Negotiated | undefined>;
  /** TLS 1.3 KeyUpdate. */
  updateKeys(): Promise<void>;
  /**
   * Octets straight into the TCP stream, past TLS: clear text, a record of another connection. Resolves when the
   * system has taken them.
   */
  inject(bytes: Uint8Array): Promise<void>;
  /** What the next message becomes on the wire: whole TLS records go in, what is returned is sent instead. */
  tamperNext(change: (records: Uint8Array) => Uint8Array | readonly Uint8Array[]): void;
  /** The last 200 TLS records (with headers) as they went over the wire since the handshake, to replay and reflect. */
  readonly records: readonly { readonly direction: "out" | "in"; readonly bytes: Uint8Array }[];
  /** "notify": close_notify and FIN, as it should be; "fin": FIN alone; "reset": RST. Resolves when closed. */
  close(how?: "notify" | "fin" | "reset"): Promise<void>;
  /** How it ended; undefined where it is still open after `within` ms. */
  ended(within: number): Promise<TlsEnd | undefined>;
}

/** How a connection, or an attempt at one, came to its end. */
export interface TlsEnd {
  readonly by: "us" | "peer";
  readonly how: "close-notify" | "fin" | "reset" | "alert" | "handshake-timeout" | "protocol";
  /** The fatal one, of either side. */
  readonly alert?: TlsAlert;
  /** In words. */
  readonly says: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly at: number;
}

/** What a client's handshake came to where no connection came of it. The message says it in words. */
export class TlsFailure extends Error {
  override readonly name = "TlsFailure";
  constructor(
    message: string,
    readonly end: TlsEnd,
    /** The peer's certificates as far as they came, DER. */
    readonly peerChain: readonly Uint8Array[] = [],
  ) {
    super(message);
  }
}
