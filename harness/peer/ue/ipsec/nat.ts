/**
 * The NAT that a UE sits behind (TS 33.203 Annex M), where the tester plays it: the UE's sockets have a private address
 * and the ports it wanted, what goes out of this machine has the public address and ports of the NAT's choice.
 */
import { LocalMisuseError } from "../../../errors.ts";
import type { Endpoint, Flow, Incoming, MessageSocket, Net, SocketOptions } from "../../../net/types.ts";
import type { Random } from "../types.ts";

export interface NatSetup {
  readonly net: Net;
  /** Of this machine. */
  readonly publicAddress: string;
  readonly privateAddress: string;
  /** The first public port of this port of the UE's, where not any. */
  readonly ports?: ReadonlyMap<number, number>;
}

export class Nat {
  readonly privateAddress: string;
  readonly #setup: NatSetup;
  readonly #sockets: TranslatedSocket[] = [];

  constructor(setup: NatSetup) {
    this.privateAddress = setup.privateAddress;
    this.#setup = setup;
  }

  /** A socket whose `local` is private: the port asked for, or 5060. */
  readonly open: Net["open"] = async (transport, options) => {
    const local = { address: this.privateAddress, port: options.local.port || 5060 };
    const open = (port = 0) => this.#setup.net.open(transport, { ...options, ...this.#outside(port) });
    const socket = new TranslatedSocket(local, open, await open(this.#setup.ports?.get(local.port)));
    this.#sockets.push(socket);
    return socket;
  };

  /** Where the network sees the socket on this port. */
  publicOf(port: number): Endpoint | undefined {
    return this.#sockets.find(({ local }) => local.port === port)?.outside;
  }

  /** Forgets all bindings: from now on every socket is another port to the network. */
  async rebind(): Promise<void> {
    for (const socket of this.#sockets) await socket.rebind();
  }

  /** Nobody connects to a UE from outside. */
  #outside(port: number): Pick<SocketOptions, "local" | "listen"> {
    return { local: { address: this.#setup.publicAddress, port }, listen: false };
  }
}

class TranslatedSocket implements MessageSocket {
  readonly transport: MessageSocket["transport"];
  readonly #open: () => Promise<MessageSocket>;
  readonly #waiting: Incoming[] = [];
  readonly #reading: Promise<void>[] = [];
  #current: MessageSocket;
  #reader: ((incoming: Incoming | undefined) => void) | undefined;
  #closed = false;

  constructor(readonly local: Endpoint, open: () => Promise<MessageSocket>, first: MessageSocket) {
    this.transport = first.transport;
    this.#open = open;
    this.#current = first;
    this.#reading.push(this.#read(first));
  }

  get outside(): Endpoint {
    return this.#current.local;
  }

  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    await this.#current.send(bytes, { ...to, local: this.#current.local });
  }

  receive(): Promise<Incoming | undefined> {
    const next = this.#waiting.shift();
    if (next || this.#closed) return Promise.resolve(next);
    return new Promise((resolve) => void (this.#reader = resolve));
  }

  /** What is still on its way to the old port is lost, as with a NAT that forgot. */
  async rebind(): Promise<void> {
    if (this.#closed) {
      throw new LocalMisuseError("A NAT was asked for another binding after the UE was closed");
    }
    const old = this.#current;
    this.#current = await this.#open();
    this.#reading.push(this.#read(this.#current));
    await old.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#give(undefined);
    await this.#current.close();
    await Promise.all(this.#reading);
  }

  async #read(socket: MessageSocket): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      const translated = { ...incoming, flow: { ...incoming.flow, local: this.local } };
      if (!this.#give(translated)) this.#waiting.push(translated);
    }
  }

  #give(incoming: Incoming | undefined): boolean {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.(incoming);
    return reader !== undefined;
  }
}

/** An address that no network outside routes (RFC 1918, RFC 4193), of the family of `like`. */
export function privateAddress(random: Random, like: string): string {
  const [a, b] = [random.integer(250), 1 + random.integer(250)];
  return like.includes(":") ? `fd00::${a.toString(16)}:${b.toString(16)}` : `192.168.${a}.${b}`;
}
