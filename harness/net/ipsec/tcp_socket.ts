/** SIP over TCP, inside ESP or in the clear, on one port: two sockets that look like one. */
import { LocalMisuseError } from "../../errors.ts";
import { Inbox } from "../inbox.ts";
import { canonicalEndpoint } from "./addresses.ts";
import type { Endpoint, Flow, Incoming, MessageSocket } from "../types.ts";

export interface EspTcpSocketOptions {
  readonly local: Endpoint;
  /** TCP inside ESP. */
  readonly inside: MessageSocket;
  /** The machine's TCP on the port of the same number; opened when it is first needed. */
  readonly clear: (() => Promise<MessageSocket>) | undefined;
  /** Whether what goes there goes in the clear. */
  readonly isClear: (to: Flow) => boolean;
  /** Throws where nothing may be sent to. */
  readonly allow: (address: string) => void;
  readonly closed: () => Promise<void>;
}

export class EspTcpSocket implements MessageSocket {
  readonly transport = "tcp";
  readonly local: Endpoint;
  readonly #options: EspTcpSocketOptions;
  readonly #inbox = new Inbox<Incoming>();
  readonly #reading: Promise<void>[] = [];
  /** Names of connections in the clear. */
  readonly #clearConnections = new Set<string>();
  #clear: Promise<MessageSocket> | undefined;
  #ended: Promise<void> | undefined;

  constructor(options: EspTcpSocketOptions) {
    this.local = options.local;
    this.#options = options;
    this.#reading.push(this.#read(options.inside, () => {}));
  }

  /** Begins to take connections in the clear. Rejects with EnvironmentError where the port is taken. */
  async listenClear(): Promise<void> {
    await this.#openClear();
  }

  async send(bytes: Uint8Array, flow: Flow): Promise<void> {
    const to = { ...flow, remote: canonicalEndpoint(flow.remote) };
    if (this.#ended) throw new LocalMisuseError("A TCP socket was closed before the last message was sent");
    const known = to.connection !== undefined && this.#clearConnections.has(to.connection);
    if (!known && !this.#options.isClear(to)) return await this.#options.inside.send(bytes, to);
    this.#options.allow(to.remote.address);
    const clear = await this.#openClear();
    await clear.send(bytes, to);
  }

  receive(): Promise<Incoming | undefined> {
    return this.#inbox.receive();
  }

  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.#inbox.close();
    const clear = await this.#clear?.catch(() => undefined);
    await Promise.all([this.#options.inside.close(), clear?.close()]);
    await Promise.all(this.#reading);
    await this.#options.closed();
  }

  #openClear(): Promise<MessageSocket> {
    const { clear } = this.#options;
    if (!clear) {
      return Promise.reject(
        new LocalMisuseError("This socket speaks only inside ESP: it was opened without `clear`"),
      );
    }
    this.#clear ??= clear().then((socket) => {
      this.#reading.push(this.#read(socket, (name) => this.#clearConnections.add(name)));
      return socket;
    });
    return this.#clear;
  }

  async #read(socket: MessageSocket, named: (connection: string) => void): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      if (incoming.flow.connection !== undefined) named(incoming.flow.connection);
      this.#inbox.push(incoming);
    }
  }
}
