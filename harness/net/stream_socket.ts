/**
 * A MessageSocket over connections: one local endpoint that listens and dials. Connections stay until either side
 * closes them; each has a name that no other connection of the process ever has.
 */
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import type { ByteStream, StreamListener, StreamTransport } from "./byte_stream.ts";
import { formatEndpoint, sameEndpoint } from "./endpoint.ts";
import { Inbox } from "./inbox.ts";
import { codeOf, openError, sendError } from "./socket_errors.ts";
import type {
  Endpoint,
  Flow,
  Framer,
  Incoming,
  MessageSocket,
  SocketOptions,
  StreamLimits,
  TransportName,
} from "./types.ts";
import { within } from "./within.ts";

/** In `Flow.connection`: on a new connection, whatever others there are. */
export const NEW_CONNECTION = "new";

export const DEFAULT_LIMITS: StreamLimits = {
  connectMs: 5000,
  sendMs: 5000,
  connections: 1000,
  waitingMessages: 1000,
};

/** What a transport of its own kind needs of the socket besides messages. */
export interface StreamMessageSocket extends MessageSocket {
  /** Opens a new connection at once, by `dial` in place of the transport's. Rejects as send() does. */
  connect(remote: Endpoint, dial?: StreamTransport["dial"]): Promise<Flow>;
}

/** @throws EnvironmentError where the address is not this machine's or the port is taken */
export async function openStreamSocket(
  transport: StreamTransport,
  options: SocketOptions,
): Promise<StreamMessageSocket> {
  if (!options.framer) {
    throw new LocalMisuseError(
      `A ${transport.name} socket needs a framer that cuts its stream into messages`,
    );
  }
  const socket = new StreamSocket(transport, options, options.framer);
  if (options.listen ?? true) await socket.listen();
  return socket;
}

interface Connection {
  readonly id: string;
  readonly stream: ByteStream;
  readonly flow: Flow;
  readonly framer: Framer;
  /** What came and is not yet a whole message, for evidence should it never become one. */
  readonly pending: Uint8Array[];
}

let count = 0;

/** A name for a connection that no other of the process has. */
export function connectionName(transport: TransportName): string {
  return `${transport}-${++count}`;
}

class StreamSocket implements StreamMessageSocket {
  readonly transport;
  onLost: ((flow: Flow, how: string) => void) | undefined;
  readonly #transport: StreamTransport;
  readonly #options: SocketOptions;
  readonly #limits: StreamLimits;
  readonly #framer: () => Framer;
  readonly #connections = new Map<string, Connection>();
  readonly #dialing = new Map<string, Promise<Connection>>();
  readonly #closing = new AbortController();
  readonly #inbox = new Inbox<Incoming>();
  #listener: StreamListener | undefined;
  #paused = false;
  #ended: Promise<void> | undefined;

  constructor(transport: StreamTransport, options: SocketOptions, framer: () => Framer) {
    this.transport = transport.name;
    this.#transport = transport;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#framer = framer;
  }

  /** The listener's; without one, what was asked for. */
  get local(): Endpoint {
    return this.#listener?.local ?? this.#options.local;
  }

  async listen(): Promise<void> {
    const { local } = this.#options;
    try {
      this.#listener = await this.#transport.listen(local, (stream) => this.#accept(stream));
    } catch (error) {
      throw openError(this.transport, local, error);
    }
  }

  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    this.#needsOpen();
    const connection = this.#open(to) ?? await this.#dial(to);
    const { stream } = connection;
    this.#tell("out", "sip", connection, bytes);
    try {
      await this.#within(this.#limits.sendMs, (signal) => aborted(stream.write(bytes, to.security), signal));
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      // A connection that took half a message is of no use for the next one.
      await stream.destroy();
      throw sendError(this.transport, stream.local, stream.remote, error);
    }
  }

  async connect(remote: Endpoint, dial?: StreamTransport["dial"]): Promise<Flow> {
    this.#needsOpen();
    const { transport, local } = this;
    const { flow } = await this.#dial({ transport, local, remote, connection: NEW_CONNECTION }, dial);
    return flow;
  }

  async receive(): Promise<Incoming | undefined> {
    const incoming = await this.#inbox.receive();
    if (this.#paused && this.#inbox.size <= this.#limits.waitingMessages / 2) {
      this.#paused = false;
      for (const { stream } of this.#connections.values()) stream.resume();
    }
    return incoming;
  }

  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#closing.abort(new Error("the socket was closed"));
    this.#inbox.close();
    const gone = [...this.#connections.values()].map(({ stream }) => stream.destroy());
    const dialled = [...this.#dialing.values()];
    await Promise.allSettled([...gone, ...dialled, this.#listener?.close()]);
  }

  #needsOpen(): void {
    if (!this.#closing.signal.aborted) return;
    throw new LocalMisuseError(`A ${this.transport} socket was closed before the last message was sent`);
  }

  /** An open connection to use: the one that is named, else one with that very remote endpoint. */
  #open(to: Flow): Connection | undefined {
    if (to.connection === NEW_CONNECTION) return undefined;
    const named = to.connection === undefined ? undefined : this.#connections.get(to.connection);
    if (named) return named;
    for (const connection of this.#connections.values()) {
      if (sameEndpoint(connection.flow.remote, to.remote)) return connection;
    }
    return undefined;
  }

  #dial(to: Flow, dial = this.#transport.dial): Promise<Connection> {
    const key = formatEndpoint(to.remote);
    const running = to.connection === NEW_CONNECTION ? undefined : this.#dialing.get(key);
    if (running) return running;
    const name = to.connection === NEW_CONNECTION ? `${key} new ${++count}` : key;
    const dialling = this.#connect(to, dial).finally(() => void this.#dialing.delete(name));
    this.#dialing.set(name, dialling);
    return dialling;
  }

  async #connect({ remote, security }: Flow, dial: StreamTransport["dial"]): Promise<Connection> {
    // The listener holds its port, so that what we dial from another one; without a listener the port is ours.
    const local = {
      address: this.#options.local.address,
      port: this.#listener ? 0 : this.#options.local.port,
    };
    try {
      const stream = await this.#within(
        this.#limits.connectMs,
        (signal) => dial(local, remote, signal, security),
      );
      if (!this.#closing.signal.aborted) return this.#add(stream);
      await stream.destroy();
      throw new Error("the socket was closed");
    } catch (error) {
      const failure = error instanceof EnvironmentError
        ? error
        : sendError(this.transport, local, remote, error);
      this.#tellOf({ local, remote }, failure.message);
      throw failure;
    }
  }

  #accept(stream: ByteStream): void {
    if (this.#closing.signal.aborted) return void stream.destroy();
    if (this.#connections.size < this.#limits.connections) return void this.#add(stream);
    this.#tellOf(stream, `connection not accepted, ${this.#limits.connections} are open`);
    void stream.destroy();
  }

  #add(stream: ByteStream): Connection {
    const { security, name: id = connectionName(this.transport) } = stream;
    const flow: Flow = {
      transport: this.transport,
      local: this.local,
      remote: stream.remote,
      connection: id,
      ...(security === undefined ? {} : { security }),
    };
    const connection: Connection = { id, stream, flow, framer: this.#framer(), pending: [] };
    this.#connections.set(id, connection);
    stream.start({
      data: (bytes) => this.#data(connection, bytes),
      closed: (error) => this.#lost(connection, error),
    });
    if (this.#paused) stream.pause();
    return connection;
  }

  #data(connection: Connection, bytes: Uint8Array): void {
    if (!this.#connections.has(connection.id)) return;
    connection.pending.push(bytes);
    let messages: Uint8Array[];
    try {
      messages = connection.framer.push(bytes);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#unframeable(connection, error);
    }
    for (const message of messages) this.#arrived(connection, message);
    drop(connection.pending, messages.reduce((sum, message) => sum + message.length, 0));
    if (this.#inbox.size >= this.#limits.waitingMessages && !this.#paused) {
      this.#paused = true;
      for (const { stream } of this.#connections.values()) stream.pause();
    }
  }

  /** Nobody can say where the next message begins: what came is handed up as it is, and the connection ends. */
  #unframeable(connection: Connection, error: SyntaxError): void {
    this.#arrived(connection, joined(connection.pending.splice(0)), error.message);
    this.#connections.delete(connection.id);
    void connection.stream.destroy();
  }

  #arrived(connection: Connection, bytes: Uint8Array, note?: string): void {
    this.#tell("in", "sip", connection, bytes, note);
    const { flow, stream: { security } } = connection;
    const now = security === flow.security || security === undefined ? flow : { ...flow, security };
    this.#inbox.push({ bytes, at: this.#options.clock.now(), flow: now });
  }

  #lost(connection: Connection, error: Error | undefined): void {
    if (!this.#connections.delete(connection.id) || this.#closing.signal.aborted) return;
    const rest = joined(connection.pending);
    const how = codeOf(error) === "ECONNRESET"
      ? "connection reset"
      : error
      ? error.message
      : "connection closed";
    const said = rest.length > 0 ? `${how} in the middle of a message` : how;
    // What carries more than TCP tells the end of its TCP connection itself, and these octets were not those of TCP.
    if (this.transport === "tcp") this.#tell("in", "tcp", connection, rest, said);
    else if (rest.length > 0) this.#tell("in", "sip", connection, rest, said);
    this.onLost?.(connection.flow, said);
  }

  #within<T>(ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return within(this.#options.clock, ms, this.#closing.signal, run);
  }

  #tell(
    direction: "in" | "out",
    layer: "sip" | "tcp",
    { stream, id }: Connection,
    bytes: Uint8Array,
    note?: string,
  ): void {
    const { tap, clock } = this.#options;
    const { local, remote } = stream;
    const security = direction === "out" ? stream.securityOut ?? stream.security : stream.security;
    const extra = {
      ...(note === undefined ? {} : { note }),
      ...(security === undefined ? {} : { security }),
    };
    tap?.({
      at: clock.now(),
      direction,
      layer,
      transport: this.transport,
      local,
      remote,
      bytes,
      connection: id,
      ...extra,
    });
  }

  #tellOf({ local, remote }: { local: Endpoint; remote: Endpoint }, note: string): void {
    const { tap, clock } = this.#options;
    const bytes = new Uint8Array();
    tap?.({
      at: clock.now(),
      direction: "out",
      layer: "tcp",
      transport: this.transport,
      local,
      remote,
      bytes,
      note,
    });
  }
}

/** Rejects when the signal aborts, whatever becomes of the promise. */
function aborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Takes `length` octets off the front. */
function drop(chunks: Uint8Array[], length: number): void {
  while (length > 0 && chunks[0]) {
    const [first] = chunks;
    if (first.length > length) chunks[0] = first.subarray(length);
    else chunks.shift();
    length -= Math.min(length, first.length);
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
