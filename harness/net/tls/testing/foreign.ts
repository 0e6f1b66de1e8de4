/** Engines over sockets of the kernel, against programs that nobody here wrote. */
import { systemClock } from "../../clock.ts";
import { soon } from "../../within.ts";
import type { TlsEngine, TlsEvent } from "../mod.ts";

/** What octets come from and go to: a stream or a datagram socket. */
export interface Pipe {
  /** Undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Runs the connection until the peer closes it, it fails, or `seen` says so (called after each step with all events).
 */
export async function run(
  engine: TlsEngine,
  pipe: Pipe,
  seen: (events: readonly TlsEvent[]) => boolean | void,
): Promise<TlsEvent[]> {
  const events: TlsEvent[] = [];
  const flush = async () => {
    for (const bytes of engine.toSend(systemClock.now())) await pipe.write(bytes);
  };
  for (let done = false; !done;) {
    await flush();
    for (let event = engine.nextEvent(); event; event = engine.nextEvent()) events.push(event);
    done = seen(events) === true || events.some(({ type }) => type === "closed" || type === "failed");
    await flush();
    if (done) break;
    const bytes = await pipe.read();
    if (bytes === undefined) break;
    engine.receive(bytes, systemClock.now());
  }
  return events;
}

export function tcpPipe(connection: Deno.Conn): Pipe {
  const buffer = new Uint8Array(0x10000);
  return {
    async read() {
      const length = await connection.read(buffer).catch(() => null);
      return length === null ? undefined : buffer.slice(0, length);
    },
    async write(bytes) {
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    },
  };
}

/** Towards `peer`, or towards whoever speaks first. */
export function udpPipe(socket: Deno.DatagramConn, peer?: Deno.Addr): Pipe {
  let remote = peer;
  return {
    async read() {
      const [bytes, from] = await socket.receive();
      remote = from;
      return bytes;
    },
    async write(bytes) {
      if (remote !== undefined) await socket.send(bytes, remote);
    },
  };
}

/** A program that is there as long as it is used; `output` is all that it has said. */
export class ForeignPeer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  output = "";
  #told = () => {};

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#reading = Promise.all([this.#collect(this.#child.stdout), this.#collect(this.#child.stderr)]);
  }

  /** Resolves when it has said so; with what it said. Rejects when it ends before, or is silent for too long. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    void this.#reading.then(() => {
      ended = true;
      this.#told();
    });
    for (;;) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (ended) throw new Error(`It never said ${pattern}: ${this.output}`);
      const told = new Promise<true>((resolve) => this.#told = () => resolve(true));
      if (!await soon(systemClock, SILENCE, told)) {
        throw new Error(`It is silent before ${pattern}: ${this.output}`);
      }
    }
  }

  /** Resolves when it is gone. */
  get ended(): Promise<unknown> {
    return this.#reading;
  }

  /** Types into it, as at a terminal. */
  type(text: string): void {
    const typing = async () => {
      const writer = this.#child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(text));
      writer.releaseLock();
    };
    void typing();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    await this.#reading;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (
      const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    ) {
      this.output += text;
      this.#told();
    }
  }
}

const SILENCE = 20_000;

/** A port that nothing listens on just now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
