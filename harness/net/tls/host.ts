/** TLS on the sockets of a net: a MessageSocket whose streams are TLS connections over streams of TCP. */
import { EnvironmentError, LocalMisuseError } from "../../errors.ts";
import type { ByteStream, StreamListener, StreamTransport } from "../byte_stream.ts";
import { sendError } from "../socket_errors.ts";
import { DEFAULT_LIMITS, openStreamSocket, type StreamMessageSocket } from "../stream_socket.ts";
import { tcpTransport } from "../tcp.ts";
import type { Endpoint, Flow, Incoming, MessageSocket, SocketOptions } from "../types.ts";
import { within } from "../within.ts";
import { TlsContext } from "./context.ts";
import type { TlsEngine } from "./engine.ts";
import { TlsLink } from "./link.ts";
import type { ConnectOptions, TlsOptions } from "./options.ts";
import { type TlsConnection, type TlsEnd, TlsFailure, type TlsHost, type TlsHostOptions } from "./types.ts";

/** Rejects with EnvironmentError where OpenSSL is absent, or the address or port of `local` cannot be had. */
export async function openTls(
  options: TlsHostOptions,
  tcp: StreamTransport = tcpTransport,
): Promise<TlsHost> {
  const host = new Host(options, tcp);
  try {
    await host.open();
    return host;
  } catch (error) {
    host.release();
    throw error;
  }
}

/** TLS as a transport among others: connections that come are not accepted, for there is no certificate. */
export function openTlsSocket({ framer, listen: _none, ...options }: SocketOptions): Promise<MessageSocket> {
  if (framer) return openTls({ ...options, framer });
  throw new LocalMisuseError("A tls socket needs a framer that cuts its stream into messages");
}

type Dial = StreamTransport["dial"];

class Host implements TlsHost {
  readonly transport = "tls";
  readonly refused: TlsEnd[] = [];
  onAccepted?: (connection: TlsConnection) => void;
  onRefused?: (end: TlsEnd) => void;
  onEnded?: (connection: TlsConnection, end: TlsEnd) => void;
  readonly #options: TlsHostOptions;
  readonly #tcp: StreamTransport;
  readonly #limits;
  readonly #handshakeMs: number;
  readonly #client: TlsContext;
  readonly #server: TlsContext | undefined;
  readonly #connections = new Map<string, TlsLink>();
  /** Those of which something is left, also of TCP alone. */
  readonly #living = new Set<TlsLink>();
  /** Incoming ones whose handshake goes on. */
  readonly #arriving = new Set<TlsLink>();
  #socket: StreamMessageSocket | undefined;

  constructor(options: TlsHostOptions, tcp: StreamTransport) {
    this.#options = options;
    this.#tcp = tcp;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#handshakeMs = options.handshakeMs ?? 5000;
    this.#client = contextOf(options.client);
    try {
      this.#server = options.server && contextOf(options.server);
    } catch (error) {
      this.#client[Symbol.dispose]();
      throw error;
    }
  }

  async open(): Promise<void> {
    const { local, clock, framer, tap, server } = this.#options;
    const transport: StreamTransport = {
      name: "tls",
      listen: (at, accept) => this.#listen(at, accept),
      dial: this.#dialer(this.#client, this.#options.client),
    };
    this.#socket = await openStreamSocket(transport, {
      local,
      clock,
      framer,
      listen: server !== undefined,
      limits: { ...this.#limits, connectMs: this.#limits.connectMs + this.#handshakeMs },
      ...(tap ? { tap } : {}),
    });
  }

  get local(): Endpoint {
    return this.#socket?.local ?? this.#options.local;
  }

  get connections(): readonly TlsConnection[] {
    return [...this.#connections.values()];
  }

  connection(id: string): TlsConnection | undefined {
    return this.#connections.get(id);
  }

  get onLost(): ((flow: Flow, how: string) => void) | undefined {
    return this.#stands.onLost;
  }

  set onLost(told: (flow: Flow, how: string) => void) {
    this.#stands.onLost = told;
  }

  send(bytes: Uint8Array, to: Flow): Promise<void> {
    return this.#stands.send(bytes, to);
  }

  receive(): Promise<Incoming | undefined> {
    return this.#stands.receive();
  }

  async connect(remote: Endpoint, options?: TlsOptions & ConnectOptions): Promise<TlsConnection> {
    const own = options && contextOf(options);
    const dial = own && this.#dialer(own, options);
    try {
      const { connection = "" } = await this.#stands.connect(remote, dial);
      const link = this.#connections.get(connection);
      if (link) return link;
      throw new Error(`The connection "${connection}" is not known`);
    } catch (error) {
      throw error instanceof EnvironmentError && error.cause instanceof TlsFailure ? error.cause : error;
    } finally {
      own?.[Symbol.dispose]();
    }
  }

  async close(): Promise<void> {
    await this.#socket?.close();
    await Promise.all([...this.#living].map((link) => link.close()));
    this.release();
  }

  release(): void {
    this.#client[Symbol.dispose]();
    this.#server?.[Symbol.dispose]();
  }

  get #stands(): StreamMessageSocket {
    if (this.#socket) return this.#socket;
    throw new LocalMisuseError("A TLS host was used before it was open");
  }

  #dialer(context: TlsContext, connect: ConnectOptions = {}): Dial {
    return async (local, remote, signal) => {
      const { clock, allow } = this.#options;
      allow?.(remote.address);
      const { connectMs } = this.#limits;
      const dialling = (limit: AbortSignal) => this.#tcp.dial(local, remote, limit);
      const stream = await within(clock, connectMs, signal, dialling);
      const link = this.#link(stream, await orDestroy(stream, () => context.connect(connect)));
      try {
        await this.#shake(link, signal);
      } catch (error) {
        if (!(error instanceof TlsFailure)) throw error;
        const { message } = sendError("tls", stream.local, stream.remote, new Error(error.end.says));
        throw new EnvironmentError(message, HANDSHAKE_REMEDY, { cause: error });
      }
      return link;
    };
  }

  async #listen(local: Endpoint, accept: (stream: ByteStream) => void): Promise<StreamListener> {
    const listener = await this.#tcp.listen(local, (stream) => void this.#answer(stream, accept));
    return {
      local: listener.local,
      close: async () => {
        const gone = [...this.#arriving].map((link) => link.close("fin"));
        await Promise.all([...gone, listener.close()]);
      },
    };
  }

  async #answer(stream: ByteStream, accept: (stream: ByteStream) => void): Promise<void> {
    const context = this.#server;
    if (!context || this.#arriving.size >= this.#limits.connections || !this.#allowed(stream.remote)) {
      return void await stream.destroy();
    }
    const link = this.#link(stream, context.accept());
    this.#arriving.add(link);
    try {
      await link.handshake(this.#handshakeMs);
    } catch (error) {
      if (!(error instanceof TlsFailure)) throw error;
      this.refused.push(error.end);
      if (this.refused.length > MOST_REFUSED) this.refused.shift();
      this.onRefused?.(error.end);
      return;
    } finally {
      this.#arriving.delete(link);
    }
    accept(link);
  }

  #allowed({ address }: Endpoint): boolean {
    try {
      this.#options.allow?.(address);
      return true;
    } catch (error) {
      if (error instanceof EnvironmentError) return false;
      throw error;
    }
  }

  #link(stream: ByteStream, engine: TlsEngine): TlsLink {
    const { clock, tap, keyLog } = this.#options;
    const link = new TlsLink({
      ...{ stream, engine, clock, tap, keyLog },
      local: () => this.local,
      stands: (link) => this.#stood(link),
      ended: (link, end) => {
        if (link.handshakes > 0) this.onEnded?.(link, end);
      },
    });
    this.#living.add(link);
    void link.gone.then(() => this.#living.delete(link));
    return link;
  }

  #stood(link: TlsLink): void {
    this.#connections.set(link.id, link);
    if (this.#connections.size > MOST_KEPT) {
      const oldest = this.#connections.values().find(({ open }) => !open);
      if (oldest) this.#connections.delete(oldest.id);
    }
    if (link.role === "server") this.onAccepted?.(link);
  }

  async #shake(link: TlsLink, signal: AbortSignal): Promise<void> {
    const stop = () => void link.close("fin");
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    try {
      await link.handshake(this.#handshakeMs);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

const HANDSHAKE_REMEDY =
  "See what the device's log says of the handshake: versions, suites and certificates must suit both sides.";
const MOST_REFUSED = 1000;
const MOST_KEPT = 2000;

function contextOf(options: TlsOptions = {}): TlsContext {
  if (options.versions?.some((version) => version.startsWith("DTLS"))) {
    throw new LocalMisuseError(`A TLS host cannot speak "${options.versions.join('" to "')}"`);
  }
  return new TlsContext(options);
}

/** Makes something of a stream; where that fails nothing of the stream is left. */
async function orDestroy<T>(stream: ByteStream, make: () => T): Promise<T> {
  try {
    return make();
  } catch (error) {
    await stream.destroy();
    throw error;
  }
}
