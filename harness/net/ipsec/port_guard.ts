/**
 * A port of this machine, held for UDP as long as the port of the same number is spoken inside ESP: no other program
 * gets it, and what comes to it in the clear is seen.
 */
import type { Clock, Endpoint, Incoming, MessageSocket, Net, Tap } from "../types.ts";

export interface GuardOptions {
  readonly net: Pick<Net, "open">;
  readonly address: string;
  readonly clock: Clock;
  readonly tap?: Tap;
  readonly random: (octets: number) => Uint8Array;
}

export class PortGuard {
  readonly #socket: MessageSocket;
  readonly #reading: Promise<void>;
  /** What comes in the clear goes here; to nobody while undefined. */
  take: ((incoming: Incoming) => void) | undefined;
  users = 0;

  constructor(socket: MessageSocket) {
    this.#socket = socket;
    this.#reading = this.#read();
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  send(bytes: Uint8Array, remote: Endpoint): Promise<void> {
    return this.#socket.send(bytes, { transport: "udp", local: this.local, remote });
  }

  async close(): Promise<void> {
    await this.#socket.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const socket = this.#socket;
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      this.take?.(incoming);
    }
  }
}

/** The guards of a host, by port. A port is let go when its last user has. */
export class PortGuards {
  readonly #options: GuardOptions;
  readonly #guards = new Map<number, Promise<PortGuard>>();

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Port 0: any. Rejects with EnvironmentError where it is taken. */
  async use(port: number): Promise<PortGuard> {
    const guard = await (port === 0 ? this.#anyGuard() : this.#guards.get(port) ?? this.#open(port));
    guard.users++;
    return guard;
  }

  async release(guard: PortGuard): Promise<void> {
    if (--guard.users > 0) return;
    this.#guards.delete(guard.local.port);
    await guard.close();
  }

  async close(): Promise<void> {
    const guards = await Promise.allSettled(this.#guards.values());
    this.#guards.clear();
    await Promise.all(guards.map((guard) => guard.status === "fulfilled" ? guard.value.close() : undefined));
  }

  async #anyGuard(): Promise<PortGuard> {
    for (let attempt = 1;; attempt++) {
      const port = this.#anyPort();
      if (this.#guards.has(port) && attempt < ATTEMPTS) continue;
      try {
        return await this.#open(port);
      } catch (error) {
        if (attempt >= ATTEMPTS) throw error;
      }
    }
  }

  #open(port: number): Promise<PortGuard> {
    const { net, address, clock, tap } = this.#options;
    const opening = net.open("udp", { local: { address, port }, clock, ...(tap ? { tap } : {}) })
      .then((socket) => new PortGuard(socket));
    this.#guards.set(port, opening);
    opening.catch(() => this.#guards.delete(port));
    return opening;
  }

  /** From a set large enough that nobody guesses it (TS 33.203 7.1), and below what systems hand out themselves. */
  #anyPort(): number {
    const [high = 0, low = 0] = this.#options.random(2);
    const port = FIRST + ((high << 8) | low) % (LAST - FIRST + 1);
    return SPECIAL.has(port) ? port + 10 : port;
  }
}

const ATTEMPTS = 100;
const FIRST = 1024;
const LAST = 32_000;
/** Ports with a meaning of their own here: encapsulated ESP, SIP. */
const SPECIAL: ReadonlySet<number> = new Set([4500, 5060, 5061]);
