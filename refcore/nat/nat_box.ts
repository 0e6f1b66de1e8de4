/**
 * A NAT in front of the P-CSCF, in user space: UDP from UEs gets a public address and a port of its own on the way in,
 * and finds back by them (RFC 4787: address-and-port-dependent mapping and filtering, the strictest there is). UEs
 * send to its inside ports, which are on the P-CSCF's own address, so that inner IP headers of TS 33.203 M.7.1 name
 * the right one.
 */
import type { Clock, Endpoint, Flow, MessageSocket, Net } from "../../harness/net/types.ts";
import type { Alarm, Scheduler } from "../scheduler.ts";

export interface NatOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** What UEs look like from outside: the first, until somebody moves them to another. */
  readonly addresses: readonly [string, ...string[]];
  /** Where UDP goes from each of the inside ports. */
  readonly targets: readonly Endpoint[];
  /** A binding is forgotten when so many ms have passed without a packet from inside. */
  readonly lifetime: number;
  readonly problem: (error: unknown) => void;
}

/** One UE's way out to one target. */
interface Binding {
  readonly inside: Endpoint;
  readonly socket: Promise<MessageSocket | undefined>;
  readonly reading: Promise<void>;
  readonly alarm: Alarm;
}

interface Door {
  readonly target: Endpoint;
  readonly socket: MessageSocket;
  readonly bindings: Map<string, Binding>;
}

/** Bindings at a time; what comes from further UEs is dropped. */
const MOST_BINDINGS = 1000;

export class NatBox {
  readonly #options: NatOptions;
  readonly #doors: readonly Door[];
  readonly #reading: Promise<unknown>;
  readonly #ending = new Set<Promise<void>>();
  /** Which of the addresses a UE has, by its inside address. */
  readonly #moved = new Map<string, number>();

  private constructor(options: NatOptions, doors: readonly Door[]) {
    this.#options = options;
    this.#doors = doors;
    this.#reading = Promise.all(doors.map((door) => this.#serve(door)));
  }

  /** Rejects with EnvironmentError where it cannot open a port. */
  static async open(options: NatOptions): Promise<NatBox> {
    const { net, clock, targets } = options;
    const doors: Door[] = [];
    try {
      for (const target of targets) {
        const local = { address: target.address, port: 0 };
        doors.push({ target, socket: await net.open("udp", { local, clock }), bindings: new Map() });
      }
    } catch (error) {
      await Promise.all(doors.map(({ socket }) => socket.close()));
      throw error;
    }
    return new NatBox(options, doors);
  }

  /** Where UEs send to, in the order of the targets. */
  get inside(): readonly Endpoint[] {
    return this.#doors.map(({ socket }) => socket.local);
  }

  /** Public ports in use. */
  get size(): number {
    return this.#doors.reduce((sum, { bindings }) => sum + bindings.size, 0);
  }

  /**
   * Forgets the bindings of this inside address (of all, without one): the next packet gets another port, and with
   * `move` another public address, where there is one. Gives how many were forgotten.
   */
  rebind(address?: string, move = false): number {
    let forgotten = 0;
    const moved = new Set<string>();
    for (const { bindings } of this.#doors) {
      for (const [key, binding] of bindings) {
        if (address !== undefined && binding.inside.address !== address) continue;
        moved.add(binding.inside.address);
        this.#end(bindings, key, binding);
        forgotten++;
      }
    }
    if (move) { for (const one of moved) this.#moved.set(one, (this.#moved.get(one) ?? 0) + 1); }
    return forgotten;
  }

  async close(): Promise<void> {
    this.rebind();
    await Promise.all(this.#doors.map(({ socket }) => socket.close()));
    await this.#reading;
    this.rebind();
    await Promise.all([...this.#ending]);
  }

  async #serve(door: Door): Promise<void> {
    const { socket, target } = door;
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      const { bytes, flow } = incoming;
      const binding = this.#bindingOf(door, flow.remote);
      binding?.alarm.set(this.#options.clock.now() + this.#options.lifetime);
      const out = await binding?.socket;
      if (out) await send(out, bytes, target);
    }
  }

  #bindingOf(door: Door, inside: Endpoint): Binding | undefined {
    const key = `${inside.address} ${inside.port}`;
    const known = door.bindings.get(key);
    if (known || this.size >= MOST_BINDINGS) return known;
    const { net, clock, scheduler, problem } = this.#options;
    const socket = net.open("udp", { local: { address: this.#publicAddress(inside), port: 0 }, clock })
      .catch((error) => void problem(error));
    const binding: Binding = {
      inside,
      socket,
      reading: socket.then((open) => open && this.#back(door, open, inside)),
      alarm: scheduler.alarm(() => this.#end(door.bindings, key, binding)),
    };
    door.bindings.set(key, binding);
    return binding;
  }

  /** From outside to the UE: only what comes from where the UE has sent to. */
  async #back({ socket, target }: Door, open: MessageSocket, inside: Endpoint): Promise<void> {
    for (let incoming = await open.receive(); incoming; incoming = await open.receive()) {
      const { remote } = incoming.flow;
      if (remote.address !== target.address || remote.port !== target.port) continue;
      await send(socket, incoming.bytes, inside);
    }
  }

  #end(bindings: Map<string, Binding>, key: string, { socket, reading, alarm }: Binding): void {
    alarm.set(undefined);
    bindings.delete(key);
    const ended: Promise<void> = socket.then((open) => open?.close()).then(() => reading)
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #publicAddress({ address }: Endpoint): string {
    const { addresses } = this.#options;
    return addresses[(this.#moved.get(address) ?? 0) % addresses.length] ?? addresses[0];
  }
}

/** A packet that cannot be sent is lost, as on any network. */
async function send(socket: MessageSocket, bytes: Uint8Array, remote: Endpoint): Promise<void> {
  const to: Flow = { transport: "udp", local: socket.local, remote };
  await socket.send(bytes, to).catch(() => {});
}
