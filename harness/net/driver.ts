/** Joins a machine to its sockets and to the clock. The only place where a machine meets time and bytes. */
import { LocalMisuseError } from "../errors.ts";
import { formatEndpoint } from "./endpoint.ts";
import type { Clock, Driver, Flow, Machine, MessageSocket } from "./types.ts";

export interface DriveOptions {
  /** Those of the machine's flows: found by transport and local endpoint. The driver closes them. */
  readonly sockets: readonly MessageSocket[];
  readonly clock: Clock;
  /**
   * What becomes of something that could not be sent; the machine may be told here, what it then has to send is
   * sent. Without it `next()` rejects.
   */
  readonly onSendError?: (item: { bytes: Uint8Array; to: Flow }, error: Error, now: number) => void;
}

/** Runs until close(). */
export function drive<Event>(machine: Machine<Event>, options: DriveOptions): Driver<Event> {
  return new MachineDriver(machine, options);
}

class MachineDriver<Event> implements Driver<Event> {
  readonly #machine: Machine<Event>;
  readonly #options: DriveOptions;
  /** What still runs: the readers and the sendings. */
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  #timer: { readonly at: number; readonly abort: AbortController } | undefined;
  #wake: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(machine: Machine<Event>, options: DriveOptions) {
    this.#machine = machine;
    this.#options = options;
    for (const socket of options.sockets) this.#run(this.#read(socket));
    this.kick();
  }

  async next(): Promise<Event | undefined> {
    if (this.#wake) {
      throw new LocalMisuseError("Two wait for one machine's events at a time; it needs one reader");
    }
    while (!this.#closed) {
      this.kick();
      if (this.#failures.length > 0) throw this.#failures.shift();
      const event = this.#machine.nextEvent();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => void (this.#wake = resolve));
      this.#wake = undefined;
    }
    return undefined;
  }

  kick(): void {
    if (this.#closed) return;
    for (const item of this.#machine.toSend(this.#options.clock.now())) this.#run(this.#send(item));
    this.#arm();
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    // Not before #closed is set, so that whatever wakes up finds it.
    await Promise.resolve();
    this.#timer?.abort.abort();
    this.#wakeReader();
    await Promise.all(this.#options.sockets.map((socket) => socket.close()));
    await Promise.all(this.#running);
  }

  async #read(socket: MessageSocket): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      const { bytes, flow, at } = incoming;
      this.#act(() => this.#machine.receive(bytes, flow, at));
    }
  }

  async #send(item: { bytes: Uint8Array; to: Flow }): Promise<void> {
    try {
      await this.#socketFor(item.to).send(item.bytes, item.to);
    } catch (error) {
      const { onSendError, clock } = this.#options;
      if (this.#closed) return;
      if (!onSendError || !(error instanceof Error)) throw error;
      this.#act(() => onSendError(item, error, clock.now()));
    }
  }

  #socketFor({ transport, local }: Flow): MessageSocket {
    const candidates = this.#options.sockets.filter((socket) => socket.transport === transport);
    const exact = candidates.find((socket) =>
      socket.local.address === local.address && socket.local.port === local.port
    );
    const found = exact ?? candidates.find((socket) => socket.local.address === local.address);
    if (found) return found;
    const there = this.#options.sockets.map((socket) =>
      `${socket.transport} ${formatEndpoint(socket.local)}`
    );
    throw new LocalMisuseError(
      `No socket for ${transport} from "${formatEndpoint(local)}"; there is ${there.join(", ") || "none"}`,
    );
  }

  /** Keeps one timer, never later than the machine's deadline; an early one looks again. */
  #arm(): void {
    const deadline = this.#machine.deadline();
    if (deadline === undefined || this.#closed) return this.#disarm();
    if (this.#timer && this.#timer.at <= deadline) return;
    this.#disarm();
    const timer = { at: deadline, abort: new AbortController() };
    this.#timer = timer;
    const { clock } = this.#options;
    this.#run(
      clock.wait(deadline, timer.abort.signal).then(() => {
        if (timer.abort.signal.aborted) return;
        this.#timer = undefined;
        this.#act(() => this.#machine.expire(clock.now()));
      }),
    );
  }

  #disarm(): void {
    this.#timer?.abort.abort();
    this.#timer = undefined;
  }

  /** Lets the machine act, sends what it has to send, and tells the reader. */
  #act(step: () => void): void {
    if (this.#closed) return;
    try {
      step();
      this.kick();
    } catch (error) {
      this.#failures.push(error);
    }
    this.#wakeReader();
  }

  #wakeReader(): void {
    this.#wake?.();
  }

  #run(work: Promise<void>): void {
    const watched = work.catch((error) => {
      if (this.#closed) return;
      this.#failures.push(error);
      this.#wakeReader();
    }).finally(() => void this.#running.delete(watched));
    this.#running.add(watched);
  }
}
