/** SIP over UDP inside ESP: one datagram, one message. */
import { LocalMisuseError } from "../../errors.ts";
import { Inbox } from "../inbox.ts";
import type { Endpoint, Flow, Incoming, MessageSocket } from "../types.ts";

export interface EspUdpSocketOptions {
  readonly local: Endpoint;
  readonly send: (bytes: Uint8Array, to: Flow) => Promise<void>;
  readonly closed: () => Promise<void>;
}

export class EspUdpSocket implements MessageSocket {
  readonly transport = "udp";
  readonly local: Endpoint;
  readonly #options: EspUdpSocketOptions;
  readonly #inbox = new Inbox<Incoming>();
  #ended: Promise<void> | undefined;

  constructor(options: EspUdpSocketOptions) {
    this.local = options.local;
    this.#options = options;
  }

  // deno-lint-ignore require-await -- it must reject, not throw
  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    if (this.#ended) throw new LocalMisuseError("A UDP socket was closed before the last message was sent");
    return this.#options.send(bytes, to);
  }

  receive(): Promise<Incoming | undefined> {
    return this.#inbox.receive();
  }

  arrived(incoming: Incoming): void {
    this.#inbox.push(incoming);
  }

  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  #end(): Promise<void> {
    this.#inbox.close();
    return this.#options.closed();
  }
}
