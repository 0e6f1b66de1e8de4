/**
 * The UE's sockets as its driver sees them: one for each transport, though ports come and go with the SAs. Everything
 * that goes out is sent where its local port is, everything that came in is looked at before anyone else sees it.
 */
import { LocalMisuseError } from "../../../errors.ts";
import type { Endpoint, Flow, Incoming, MessageSocket } from "../../../net/types.ts";

export interface SwitchboardOptions {
  readonly transport: "udp" | "tcp";
  /** What flows of the driver have as local address; the port says which socket. */
  readonly local: Endpoint;
  /** Told of what goes out before it does. */
  readonly sending: (bytes: Uint8Array, to: Flow) => void;
  /** Sends it by itself where no socket of ours could; undefined where it does not. */
  readonly instead: (bytes: Uint8Array, to: Flow) => Promise<unknown> | undefined;
  /** Whether what came is handed on. */
  readonly admits: (incoming: Incoming) => boolean;
}

export class Switchboard implements MessageSocket {
  readonly transport: "udp" | "tcp";
  readonly local: Endpoint;
  readonly #options: SwitchboardOptions;
  readonly #sockets = new Map<number, MessageSocket>();
  readonly #reading: Promise<void>[] = [];
  readonly #waiting: Incoming[] = [];
  #reader: ((incoming: Incoming | undefined) => void) | undefined;
  #closed = false;

  constructor(options: SwitchboardOptions) {
    this.transport = options.transport;
    this.local = options.local;
    this.#options = options;
  }

  /** The socket on this port of ours. */
  at(port: number): MessageSocket | undefined {
    return this.#sockets.get(port);
  }

  add(socket: MessageSocket): void {
    this.#sockets.set(socket.local.port, socket);
    this.#reading.push(this.#read(socket));
  }

  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    const socket = this.#sockets.get(to.local.port);
    if (!socket) {
      throw new LocalMisuseError(`The UE has no ${this.transport} socket on port "${to.local.port}"`);
    }
    this.#options.sending(bytes, to);
    await (this.#options.instead(bytes, to) ?? socket.send(bytes, { ...to, local: socket.local }));
  }

  receive(): Promise<Incoming | undefined> {
    const next = this.#waiting.shift();
    if (next || this.#closed) return Promise.resolve(next);
    return new Promise((resolve) => void (this.#reader = resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#reader?.(undefined);
    this.#reader = undefined;
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
    await Promise.all(this.#reading);
  }

  async #read(socket: MessageSocket): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      if (this.#closed || !this.#options.admits(incoming)) continue;
      const reader = this.#reader;
      this.#reader = undefined;
      if (reader) reader(incoming);
      else this.#waiting.push(incoming);
    }
  }
}
