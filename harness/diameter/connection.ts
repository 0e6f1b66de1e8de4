/**
 * A Diameter peer on a byte stream: requests are promises, what the other side asks goes to a handler. Nobody waits
 * for time here; the clock is handed in.
 */
import { EnvironmentError } from "../errors.ts";
import type { ByteStream } from "../net/byte_stream.ts";
import type { Clock, Tap } from "../net/types.ts";
import { type Avp, type CommandName, DiameterFramer, type DiameterMessage } from "../wire/diameter/mod.ts";
import { type DiameterNode, DiameterPeer, type DiameterPeerOptions } from "./peer.ts";

export interface DiameterConnectionOptions extends DiameterPeerOptions {
  readonly clock: Clock;
  readonly tap?: Tap;
  /** Answers what the other side asks; called in order, may answer later by `connection.answer()`. */
  readonly onRequest?: (request: DiameterMessage, connection: DiameterConnection) => void;
  /** Octets that are no Diameter message, or one whose AVPs cannot be read. */
  readonly onMalformed?: (bytes: Uint8Array, error: SyntaxError) => void;
  readonly onOpen?: (peer: DiameterNode, connection: DiameterConnection) => void;
  readonly onClosed?: (why: string, connection: DiameterConnection) => void;
}

interface Waiting {
  resolve(answer: DiameterMessage): void;
  reject(error: Error): void;
}

export class DiameterConnection {
  /** Who is at the other end; undefined before capabilities were exchanged. */
  peer: DiameterNode | undefined;
  /** Resolves with the other end when capabilities were exchanged; rejects with EnvironmentError where they were not. */
  readonly opened: Promise<DiameterNode>;
  readonly #stream: ByteStream;
  readonly #options: DiameterConnectionOptions;
  readonly #machine: DiameterPeer;
  readonly #framer = new DiameterFramer();
  readonly #waiting = new Map<number, Waiting>();
  readonly #settled = Promise.withResolvers<DiameterNode>();
  readonly #over = Promise.withResolvers<void>();
  #timer = new AbortController();
  #closed = false;

  constructor(stream: ByteStream, options: DiameterConnectionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#machine = new DiameterPeer(options);
    this.opened = this.#settled.promise;
    this.opened.catch(() => {});
    stream.start({
      data: (bytes) => this.#data(bytes),
      closed: (error) => {
        this.#machine.lost(error?.message ?? "the connection was closed");
        this.#turn();
      },
    });
    this.#machine.connected(this.#now());
    this.#turn();
  }

  get open(): boolean {
    return this.#machine.open;
  }

  get remote(): ByteStream["remote"] {
    return this.#stream.remote;
  }

  /** The answer; rejects with EnvironmentError where none came in time or the connection was lost. */
  request(command: CommandName, application: number, avps: readonly Avp[]): Promise<DiameterMessage> {
    const key = this.#machine.request(command, application, avps, this.#now());
    const { promise, ...waiting } = Promise.withResolvers<DiameterMessage>();
    this.#waiting.set(key, waiting);
    this.#turn();
    return promise;
  }

  answer(request: DiameterMessage, avps: readonly Avp[], error = false): void {
    if (this.#closed) return;
    this.#machine.answer(request, avps, error);
    this.#turn();
  }

  sendRaw(bytes: Uint8Array): void {
    this.#machine.sendRaw(bytes);
    this.#turn();
  }

  /** Takes leave and closes; "now" leaves without a word. Idempotent. */
  async close(how: "leave" | "now" = "leave"): Promise<void> {
    if (how === "leave" && this.open) {
      this.#machine.disconnect(this.#now());
      this.#turn();
      await this.#over.promise;
    } else {
      this.#machine.lost("closed by us");
      this.#turn();
    }
    await this.#stream.destroy();
  }

  #data(bytes: Uint8Array): void {
    let messages: Uint8Array[];
    try {
      messages = this.#framer.push(bytes);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#options.onMalformed?.(bytes, error);
      this.#machine.lost(error.message);
      return this.#turn();
    }
    for (const message of messages) {
      this.#tell("in", message);
      this.#machine.receive(message, this.#now());
    }
    this.#turn();
  }

  /** Does what the machine wants done. */
  #turn(): void {
    this.#flush();
    for (let event = this.#machine.nextEvent(); event; event = this.#machine.nextEvent()) {
      switch (event.type) {
        case "open":
          this.peer = event.peer;
          this.#settled.resolve(event.peer);
          this.#options.onOpen?.(event.peer, this);
          break;
        case "request":
          this.#options.onRequest?.(event.request, this);
          break;
        case "answer":
          this.#take(event.key)?.resolve(event.answer);
          break;
        case "timeout":
          this.#take(event.key)?.reject(noAnswer(event.request, this.peer));
          break;
        case "malformed":
          this.#options.onMalformed?.(event.bytes, event.error);
          break;
        case "closed":
          this.#end(event.why);
          break;
      }
    }
    this.#flush();
    this.#arm();
  }

  #take(key: number): Waiting | undefined {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }

  #flush(): void {
    for (const bytes of this.#machine.toSend()) {
      this.#tell("out", bytes);
      // What cannot be written is told by `closed` of the stream.
      this.#stream.write(bytes).catch(() => {});
    }
  }

  #end(why: string): void {
    this.#closed = true;
    this.#timer.abort();
    this.#settled.reject(
      new EnvironmentError(
        `The Diameter connection with ${this.remote.address} does not stand: ${why}`,
        REMEDY,
      ),
    );
    this.#options.onClosed?.(why, this);
    this.#over.resolve();
    void this.#stream.destroy();
  }

  #arm(): void {
    this.#timer.abort();
    const until = this.#closed ? undefined : this.#machine.deadline();
    if (until === undefined) return;
    const timer = this.#timer = new AbortController();
    void this.#options.clock.wait(until, timer.signal).then(() => {
      if (timer.signal.aborted) return;
      this.#machine.expire(this.#now());
      this.#turn();
    });
  }

  #tell(direction: "in" | "out", bytes: Uint8Array): void {
    const { local, remote } = this.#stream;
    const ends = { local, remote, connection: `diameter ${local.port} ${remote.address} ${remote.port}` };
    this.#options.tap?.({ at: this.#now(), direction, layer: "diameter", transport: "tcp", bytes, ...ends });
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

const REMEDY = "See whether the Diameter peer is running, and whether it knows our host and realm.";

function noAnswer({ command }: DiameterMessage, peer: DiameterNode | undefined): EnvironmentError {
  return new EnvironmentError(`"${peer?.host ?? "?"}" does not answer Diameter command ${command}`, REMEDY);
}
