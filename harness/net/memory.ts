/**
 * A network in memory, for tests: endpoints joined by links that lose, repeat, delay and reorder as they are told,
 * under whatever clock is handed in. Streams neither lose nor reorder. A message is never cut: no framer is needed.
 */
import { EnvironmentError, LocalMisuseError } from "../errors.ts";
import { formatEndpoint, sameEndpoint } from "./endpoint.ts";
import { Inbox } from "./inbox.ts";
import { MemoryRaw } from "./ipsec/memory_raw.ts";
import { openIpsec } from "./ipsec/open.ts";
import type { IpsecHost, IpsecOptions } from "./ipsec/types.ts";
import type { ByteStream } from "./byte_stream.ts";
import { memoryStreams } from "./memory_stream.ts";
import { openStream } from "./stream.ts";
import { NEW_CONNECTION } from "./stream_socket.ts";
import { openTls } from "./tls/host.ts";
import type { TlsHost, TlsHostOptions } from "./tls/types.ts";
import type {
  Clock,
  Endpoint,
  Flow,
  Incoming,
  MessageSocket,
  Net,
  SocketOptions,
  StreamOptions,
  TransportName,
} from "./types.ts";

/** One datagram on its way; `n` counts them from 0. */
export interface Packet {
  readonly n: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** Delays in milliseconds after which a copy arrives: [] loses the packet, two repeat it. */
export type Link = (packet: Packet) => readonly number[];

export class MemoryNet implements Net {
  readonly #sockets = new Map<string, MemorySocket>();
  readonly #raw: MemoryRaw;
  readonly #streams = memoryStreams(() => this.freePort());
  #packets = 0;
  #nextPort = 49_152;
  #connections = 0;

  constructor(readonly clock: Clock, readonly link: Link = () => [0]) {
    this.#raw = new MemoryRaw(clock, (packet) => this.delays(packet));
  }

  open(transport: TransportName, options: SocketOptions): Promise<MessageSocket> {
    const { address } = options.local;
    const local = { address, port: options.local.port || this.freePort() };
    const key = keyOf(transport, local);
    if (this.#sockets.has(key)) {
      return Promise.reject(
        new EnvironmentError(`Port taken: "${formatEndpoint(local)}"`, "Choose another port, or 0 for any."),
      );
    }
    const socket = new MemorySocket(this, transport, local, options, () => this.#sockets.delete(key));
    this.#sockets.set(key, socket);
    return Promise.resolve(socket);
  }

  /** As on a real machine, but any address will do; packets of the raw carrier have port 0 on the link. */
  ipsec(options: IpsecOptions): Promise<IpsecHost> {
    return openIpsec(options, { net: this, raw: (address, take) => this.#raw.open(address, take) });
  }

  /** TLS proper, over streams that only each other and `stream()` can reach. */
  tls(options: TlsHostOptions): Promise<TlsHost> {
    return openTls(options, this.#streams);
  }

  /** Reaches TLS hosts. */
  stream(options: StreamOptions): Promise<ByteStream> {
    return openStream(options, this.#streams);
  }

  /** @internal */
  at(transport: TransportName, endpoint: Endpoint): MemorySocket | undefined {
    return this.#sockets.get(keyOf(transport, endpoint));
  }

  /** @internal */
  delays(packet: Omit<Packet, "n">): readonly number[] {
    return this.link({ n: this.#packets++, ...packet });
  }

  /** @internal */
  freePort(): number {
    return this.#nextPort++;
  }

  /** @internal */
  connectionName(): string {
    return `memory-${++this.#connections}`;
  }
}

interface Connection {
  readonly flow: Flow;
  /** Gives the other side a message. */
  readonly deliver: (bytes: Uint8Array) => void;
  /** Takes the connection away on the other side. */
  readonly end: () => void;
}

class MemorySocket implements MessageSocket {
  readonly #net: MemoryNet;
  readonly #options: SocketOptions;
  readonly #inbox = new Inbox<Incoming>();
  readonly #connections = new Map<string, Connection>();
  readonly #underway = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #gone: () => void;

  constructor(
    net: MemoryNet,
    readonly transport: TransportName,
    readonly local: Endpoint,
    options: SocketOptions,
    gone: () => void,
  ) {
    this.#net = net;
    this.#options = options;
    this.#gone = gone;
  }

  get listens(): boolean {
    return this.#options.listen ?? true;
  }

  // deno-lint-ignore require-await -- it must reject, not throw
  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    if (this.#closing.signal.aborted) {
      throw new LocalMisuseError("A socket was closed before the last message was sent");
    }
    if (this.transport === "udp") this.#datagram(bytes.slice(), to.remote);
    else this.#onConnection(bytes.slice(), to);
  }

  receive(): Promise<Incoming | undefined> {
    return this.#inbox.receive();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#gone();
    this.#inbox.close();
    for (const connection of this.#connections.values()) connection.end();
    this.#connections.clear();
    await Promise.all(this.#underway);
  }

  /** @internal */
  arrive(bytes: Uint8Array, flow: Flow): void {
    this.#tell("in", flow, bytes);
    this.#inbox.push({ bytes, flow, at: this.#net.clock.now() });
  }

  /** @internal The listening side of a new connection. */
  accept(connection: string, remote: Endpoint, back: MemorySocket): Flow {
    const flow: Flow = { transport: this.transport, local: this.local, remote, connection };
    this.#join(connection, flow, back);
    return flow;
  }

  /** @internal */
  drop(connection: string): void {
    this.#connections.delete(connection);
  }

  /** @internal */
  on(connection: string): Flow | undefined {
    return this.#connections.get(connection)?.flow;
  }

  #datagram(bytes: Uint8Array, remote: Endpoint): void {
    this.#tell("out", { transport: "udp", local: this.local, remote }, bytes);
    for (const delay of this.#net.delays({ from: this.local, to: remote, bytes })) {
      const arrival = this.#later(delay, () => {
        const flow: Flow = { transport: "udp", local: remote, remote: this.local };
        this.#net.at("udp", remote)?.arrive(bytes, flow);
      });
      this.#underway.add(arrival);
      void arrival.finally(() => this.#underway.delete(arrival));
    }
  }

  async #later(delay: number, act: () => void): Promise<void> {
    const { clock } = this.#net;
    if (delay > 0) await clock.wait(clock.now() + delay, this.#closing.signal);
    act();
  }

  #onConnection(bytes: Uint8Array, to: Flow): void {
    const connection = this.#open(to) ?? this.#dial(to.remote);
    this.#tell("out", connection.flow, bytes);
    connection.deliver(bytes);
  }

  #open(to: Flow): Connection | undefined {
    if (to.connection === NEW_CONNECTION) return undefined;
    const named = to.connection === undefined ? undefined : this.#connections.get(to.connection);
    return named ?? [...this.#connections.values()].find(({ flow }) => sameEndpoint(flow.remote, to.remote));
  }

  #dial(remote: Endpoint): Connection {
    const other = this.#net.at(this.transport, remote);
    if (!other?.listens) {
      throw new EnvironmentError(
        `Cannot send over ${this.transport.toUpperCase()} to "${
          formatEndpoint(remote)
        }": it refused the connection`,
        "Open a socket there first.",
      );
    }
    const name = this.#net.connectionName();
    const port = this.listens ? this.#net.freePort() : this.local.port;
    other.accept(name, { address: this.local.address, port }, this);
    return this.#join(
      name,
      { transport: this.transport, local: this.local, remote, connection: name },
      other,
    );
  }

  #join(name: string, flow: Flow, other: MemorySocket): Connection {
    const connection: Connection = {
      flow,
      deliver: (bytes) => {
        const theirs = other.on(name);
        if (theirs) other.arrive(bytes, theirs);
      },
      end: () => other.drop(name),
    };
    this.#connections.set(name, connection);
    return connection;
  }

  #tell(direction: "in" | "out", flow: Flow, bytes: Uint8Array): void {
    const { transport, local, remote, connection } = flow;
    const at = this.#net.clock.now();
    const extra = connection === undefined ? {} : { connection };
    this.#options.tap?.({ at, direction, layer: "sip", transport, local, remote, bytes, ...extra });
  }
}

function keyOf(transport: TransportName, endpoint: Endpoint): string {
  return `${transport} ${formatEndpoint(endpoint)}`;
}
