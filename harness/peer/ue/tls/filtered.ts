/** A socket as the driver sees it, where what goes out is sent otherwise and what comes in is looked at first. */
import type { Endpoint, Flow, Incoming, MessageSocket, TransportName } from "../../../net/types.ts";

export interface Filter {
  send(bytes: Uint8Array, to: Flow): Promise<void>;
  /** Whether what came is handed on. */
  admits(incoming: Incoming): boolean;
  /** Told before the socket is closed. */
  closing(): void;
}

export class Filtered implements MessageSocket {
  readonly #socket: MessageSocket;
  readonly #filter: Filter;

  constructor(socket: MessageSocket, filter: Filter) {
    this.#socket = socket;
    this.#filter = filter;
  }

  get transport(): TransportName {
    return this.#socket.transport;
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  send(bytes: Uint8Array, to: Flow): Promise<void> {
    return this.#filter.send(bytes, to);
  }

  async receive(): Promise<Incoming | undefined> {
    for (;;) {
      const incoming = await this.#socket.receive();
      if (!incoming || this.#filter.admits(incoming)) return incoming;
    }
  }

  close(): Promise<void> {
    this.#filter.closing();
    return this.#socket.close();
  }
}
