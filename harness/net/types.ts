/**
 * What the rest of imspeer knows of sockets: interfaces only, so that peers can be joined in memory.
 * The real ones are made by the other files of this folder.
 */
import type { ByteStream, StreamListener } from "./byte_stream.ts";
import type { SipAddress } from "./dns/locate.ts";
import type { Located, LocateOptions } from "./dns/types.ts";
import type { IpsecHost, IpsecOptions } from "./ipsec/types.ts";
import type { TlsHost, TlsHostOptions } from "./tls/types.ts";

/** An IP literal (no names, IPv6 without brackets) and a port, 0 where any will do. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The transports a SIP message can travel on. */
export type TransportName = "udp" | "tcp" | "tls" | "ws" | "wss";

/**
 * Where a message came from or goes to. `connection` is set for connection-oriented transports: an answer goes
 * back on the same one. `security` is set where the bytes travel inside something (an ESP SA, a TLS session).
 */
export interface Flow {
  readonly transport: TransportName;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly connection?: string;
  readonly security?: string;
}

/** One message (a datagram, or what the framer cut out of a stream) as it arrived. */
export interface Incoming {
  readonly bytes: Uint8Array;
  readonly flow: Flow;
  /** Milliseconds of the run's clock. */
  readonly at: number;
}

/** Cuts a byte stream into messages. Throws the codec's syntax error when the stream cannot be cut any more. */
export interface Framer {
  push(bytes: Uint8Array): Uint8Array[];
}

/** The run's clock: `now()` in milliseconds (epoch based), `wait` resolves at that time or when aborted. */
export interface Clock {
  now(): number;
  wait(until: number, signal?: AbortSignal): Promise<void>;
}

export type TapLayer = "sip" | "tcp" | "udp" | "ip" | "esp" | "tls" | "http" | "diameter" | "dns";

/** What evidence is made of: every byte in and out, told where it happens. */
export interface TapRecord {
  readonly at: number;
  readonly direction: "out" | "in";
  /** What the bytes are. A SIP message over TCP is told once, as `sip`, when it is whole. */
  readonly layer: TapLayer;
  readonly transport: TransportName | "ip";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
  readonly connection?: string;
  /** As in Flow: the record is then a clear view of what travelled inside. */
  readonly security?: string;
  /** Free text for the trace: "connection refused", "closed by peer". */
  readonly note?: string;
}

export type Tap = (record: TapRecord) => void;

/** A place that sends and receives whole messages, on one local endpoint. */
export interface MessageSocket {
  readonly transport: TransportName;
  readonly local: Endpoint;
  /**
   * Sends to `flow.remote`; over TCP on `flow.connection` if given and open, else on an open connection with that
   * very remote endpoint, else on a new one. The connection "new" is always a new one.
   * Rejects with EnvironmentError when the target cannot be reached.
   */
  send(bytes: Uint8Array, to: Flow): Promise<void>;
  /** The next message; undefined after close(). Only one reader. */
  receive(): Promise<Incoming | undefined>;
  /** Over streams: told when a connection that stood was lost, by the other side or by an error; `how` in words. */
  onLost?: ((flow: Flow, how: string) => void) | undefined;
  /** Idempotent; no resource is left open afterwards. */
  close(): Promise<void>;
}

export interface SocketOptions {
  /** Port 0 takes any free port; address must be an IP literal. */
  readonly local: Endpoint;
  readonly tap?: Tap;
  readonly clock: Clock;
  /** Needed for stream transports. */
  readonly framer?: () => Framer;
  /** Over TCP: also accept connections on `local` (a UE does, RFC 3261 18.1.1). Default true. */
  readonly listen?: boolean;
  /** Over streams; what is left out has a default (stream_socket.ts). */
  readonly limits?: Partial<StreamLimits>;
}

/** What a stream socket bears. */
export interface StreamLimits {
  /** Milliseconds until a connection must stand. */
  readonly connectMs: number;
  /** Milliseconds until the system must have taken a message. */
  readonly sendMs: number;
  /** Connections at a time; further ones are not accepted. */
  readonly connections: number;
  /** Messages that wait for the reader before nothing more is read. */
  readonly waitingMessages: number;
}

/** What the runner hands to a peer: how to open sockets on this machine. */
export interface Net {
  readonly clock: Clock;
  open(transport: TransportName, options: SocketOptions): Promise<MessageSocket>;
  /**
   * A host that speaks IPsec in user space (ipsec/types.ts). Rejects with EnvironmentError where this machine cannot:
   * the raw carrier needs CAP_NET_RAW.
   */
  ipsec?(options: IpsecOptions): Promise<IpsecHost>;
  /** TLS (tls/types.ts). Rejects with EnvironmentError where OpenSSL is absent. */
  tls?(options: TlsHostOptions): Promise<TlsHost>;
  /**
   * A TCP connection of octets, for who asks without speaking a protocol through (TLS probes, an HTTP request). Rejects
   * with EnvironmentError when it cannot be made.
   */
  stream?(options: StreamOptions): Promise<ByteStream>;
  /**
   * Accepts TCP connections of octets (Diameter). Rejects with EnvironmentError where the address is not this
   * machine's or the port is taken.
   */
  listen?(local: Endpoint, accept: (stream: ByteStream) => void): Promise<StreamListener>;
  /**
   * Where the server of a URI is, as the records of a resolver say (RFC 3263). Rejects with EnvironmentError where the
   * resolver does not answer.
   */
  locate?(uri: SipAddress, options: LocateOptions): Promise<Located>;
}

export interface StreamOptions {
  readonly clock: Clock;
  /** Port 0 takes any. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly tap?: Tap;
  /** What the octets are, for the tap. Default "tcp". */
  readonly layer?: TapLayer;
}

/** The verbs of every protocol machine of ours, and no others. Times are milliseconds of the run's clock. */
export interface Machine<Event> {
  receive(bytes: Uint8Array, from: Flow, now: number): void;
  nextEvent(): Event | undefined;
  toSend(now: number): { bytes: Uint8Array; to: Flow }[];
  deadline(): number | undefined;
  expire(now: number): void;
}

/** A machine joined to its sockets: what `drive()` of this folder makes and a peer runs on. */
export interface Driver<Event> {
  /**
   * The next event; undefined after close(). Only one reader. Rejects with EnvironmentError when something could
   * not be sent or read; it may be called again after that.
   */
  next(): Promise<Event | undefined>;
  /** Sends what the machine has to send: call it after each verb of the machine that is not the driver's. */
  kick(): void;
  /** Closes the sockets as well. Idempotent. */
  close(): Promise<void>;
}

/** Joins a machine to sockets (those of its flows are found by local endpoint and transport) and to the clock. */
export type Drive = <Event>(
  machine: Machine<Event>,
  with_: {
    readonly sockets: readonly MessageSocket[];
    readonly clock: Clock;
    /** What becomes of something that could not be sent; without it `next()` rejects. */
    readonly onSendError?: (item: { bytes: Uint8Array; to: Flow }, error: Error, now: number) => void;
  },
) => Driver<Event>;
