/** User-space TCP as the stream transport of `openStreamSocket`. */
import type { ByteStream, StreamHandlers, StreamListener, StreamTransport } from "../byte_stream.ts";
import type { Endpoint } from "../types.ts";
import type { TcpConnection, TcpEnd } from "../user_tcp/connection.ts";
import type { TcpStack } from "../user_tcp/stack.ts";

/** What a stream needs of the host it runs on. */
export interface TcpHost {
  readonly stack: TcpStack;
  readonly now: () => number;
  /** To be called after anything that may have made segments or events. */
  pump(): void;
  /** A port of this address that no connection with `remote` has. */
  freePort(address: string, remote: Endpoint): number;
  /** Told of each connection that a stream is made for, before it can have events. */
  attach(stream: EspTcpStream): void;
  detach(stream: EspTcpStream): void;
}

export class EspTcpStream implements ByteStream {
  readonly #host: TcpHost;
  /** The SA of the segment that came last with anything in it, as `Flow.security` names it. */
  #in: string | undefined;
  #out: string | undefined;
  /** What the last sender asked for. */
  asked: string | undefined;
  readonly #writes: Write[] = [];
  #handlers: StreamHandlers | undefined;
  #opened: ((error?: Error) => void) | undefined;
  #paused = false;
  #over = false;
  #failure: Error | undefined;

  constructor(host: TcpHost, readonly connection: TcpConnection) {
    this.#host = host;
    host.attach(this);
  }

  get local(): Endpoint {
    return this.connection.local;
  }

  get remote(): Endpoint {
    return this.connection.remote;
  }

  get security(): string | undefined {
    return this.#in;
  }

  get securityOut(): string | undefined {
    return this.#out;
  }

  /** A segment with something in it came in on this SA. */
  arrivedOn(security: string): void {
    this.#in = security;
  }

  sentOn(security: string): void {
    this.#out = security;
  }

  /** Resolves when the handshake is over. Rejects when it fails or `signal` aborts. */
  opened(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.connection.abort();
        this.#gone();
        this.#host.pump();
        done(signal.reason);
      };
      const done = (error?: Error) => {
        signal.removeEventListener("abort", abort);
        this.#opened = undefined;
        if (error) reject(error);
        else resolve();
      };
      this.#opened = done;
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort);
      this.#host.pump();
    });
  }

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers;
    this.ready();
  }

  write(bytes: Uint8Array, security?: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#failure ?? new Error(CLOSED_HERE));
      if (security !== undefined) this.asked = security;
      this.#writes.push({ bytes, taken: 0, resolve, reject });
      this.#flush();
      this.#host.pump();
    });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.ready();
    this.#host.pump();
  }

  /** What was written is still sent, and FIN; the host sees to that for as long as it lives. */
  destroy(): Promise<void> {
    this.connection.leave(this.#host.now());
    this.#end(undefined);
    this.#host.pump();
    return Promise.resolve();
  }

  /** Nothing more can be sent on it. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#failure = error;
    this.connection.abort();
    this.ready();
  }

  /** Takes the events there are, unless paused. */
  ready(): void {
    if (this.#opened) return this.#readyToOpen(this.#opened);
    this.#flush();
    while (this.#handlers && !this.#paused && !this.#over) {
      const event = this.connection.nextEvent();
      if (!event) return;
      if (event.type === "data") this.#handlers.data(event.bytes);
      else if (event.type === "closed") this.#end(this.#failure ?? errorOf(event.how));
      else if (event.type === "end") {
        // A peer that sends nothing more has left, to SIP: so do we.
        this.connection.leave(this.#host.now());
        this.#end(undefined);
      }
    }
  }

  /** What comes after the handshake waits for start(). */
  #readyToOpen(opened: (error?: Error) => void): void {
    const event = this.connection.nextEvent();
    if (event?.type === "open") opened();
    else if (event?.type === "closed") {
      this.#gone();
      opened(this.#failure ?? errorOf(event.how) ?? new Error(CLOSED_HERE));
    }
  }

  #flush(): void {
    if (!MAY_WRITE.has(this.connection.state)) return;
    for (let write = this.#writes[0]; write; write = this.#writes[0]) {
      write.taken += this.connection.send(write.bytes.subarray(write.taken));
      if (write.taken < write.bytes.length) return;
      this.#writes.shift();
      write.resolve();
    }
  }

  #end(error: Error | undefined): void {
    if (this.#over) return;
    this.#gone();
    for (const write of this.#writes.splice(0)) write.reject(error ?? new Error(CLOSED_HERE));
    this.#handlers?.closed(error);
  }

  #gone(): void {
    this.#over = true;
    this.#host.detach(this);
  }
}

interface Write {
  readonly bytes: Uint8Array;
  taken: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const CLOSED_HERE = "the connection was closed here";
const MAY_WRITE: ReadonlySet<string> = new Set(["established", "close-wait"]);

/** Listens and dials on the host's stack. */
export function espTcpTransport(
  host: TcpHost,
  listeners: Map<string, (stream: ByteStream) => void>,
): StreamTransport {
  return {
    name: "tcp",
    listen(local, accept): Promise<StreamListener> {
      host.stack.listen(local);
      const key = `${local.address} ${local.port}`;
      listeners.set(key, accept);
      return Promise.resolve({
        local,
        close() {
          host.stack.unlisten(local);
          listeners.delete(key);
          return Promise.resolve();
        },
      });
    },
    async dial({ address, port: wanted }, remote, signal, security) {
      const port = wanted === 0 ? host.freePort(address, remote) : wanted;
      const local = { address, port };
      const stream = new EspTcpStream(host, host.stack.connect(local, remote, host.now()));
      stream.asked = security;
      await stream.opened(signal);
      return stream;
    },
  };
}

/** The system's names, as the socket above knows them. */
function errorOf(how: TcpEnd): Error | undefined {
  switch (how) {
    case "finished":
      return undefined;
    case "refused":
      return Object.assign(new Error("the target refused the connection"), { code: "ECONNREFUSED" });
    case "reset":
      return Object.assign(new Error("connection reset"), { code: "ECONNRESET" });
    case "timeout":
      return Object.assign(new Error("the target does not answer"), { code: "ETIMEDOUT" });
    case "aborted":
      return new Error(CLOSED_HERE);
  }
}
