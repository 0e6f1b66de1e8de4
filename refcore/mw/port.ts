/** Where a box is reached by elements outside this core: UDP and TCP on one port (Mw, TS 24.229). */
import { StreamFramer } from "sip-codec";
import { openPair } from "../../harness/net/mod.ts";
import type { Clock, Endpoint, Flow, MessageSocket, Net, Tap } from "../../harness/net/types.ts";

export interface MwPortOptions {
  readonly net: Net;
  readonly clock: Clock;
  /** With port 0 one that is free for both. */
  readonly local: Endpoint;
  /** Sees every octet. */
  readonly tap?: Tap;
  readonly problem: (error: unknown) => void;
}

export class MwPort {
  readonly #udp: MessageSocket;
  readonly #tcp: MessageSocket;
  readonly #problem: (error: unknown) => void;
  #reading: readonly Promise<void>[] = [];

  /** Rejects with EnvironmentError where it cannot listen. */
  static async open({ net, clock, local, tap, problem }: MwPortOptions): Promise<MwPort> {
    const framer = () => new StreamFramer();
    const { udp, tcp } = await openPair(net, { clock, local, framer, ...(tap ? { tap } : {}) });
    return new MwPort(udp, tcp, problem);
  }

  private constructor(udp: MessageSocket, tcp: MessageSocket, problem: (error: unknown) => void) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.#problem = problem;
  }

  get local(): Endpoint {
    return this.#udp.local;
  }

  /** Begins to read. Who `admits` does not let in is not answered, whatever it says. */
  serve(receive: (bytes: Uint8Array, flow: Flow) => void, admits: (address: string) => boolean): void {
    const take = (bytes: Uint8Array, flow: Flow) => {
      if (admits(flow.remote.address)) receive(bytes, flow);
    };
    this.#reading = [this.#udp, this.#tcp].map((socket) => this.#read(socket, take));
  }

  send(bytes: Uint8Array, to: Flow): Promise<void> {
    return (to.transport === "udp" ? this.#udp : this.#tcp).send(bytes, to);
  }

  async close(): Promise<void> {
    await Promise.all([this.#udp.close(), this.#tcp.close()]);
    await Promise.all(this.#reading);
  }

  async #read(socket: MessageSocket, take: (bytes: Uint8Array, flow: Flow) => void): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      try {
        take(incoming.bytes, incoming.flow);
      } catch (error) {
        this.#problem(error);
      }
    }
  }
}
