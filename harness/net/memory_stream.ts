/** Streams in memory, for what stands upon TCP: what `tcpTransport` is to a machine. They neither lose nor delay. */
import type { ByteStream, StreamHandlers, StreamListener, StreamTransport } from "./byte_stream.ts";
import { formatEndpoint } from "./endpoint.ts";
import type { Endpoint } from "./types.ts";

export function memoryStreams(freePort: () => number): StreamTransport {
  const listeners = new Map<string, (stream: ByteStream) => void>();
  const withPort = ({ address, port }: Endpoint): Endpoint => ({ address, port: port || freePort() });
  return {
    name: "tcp",
    listen(wanted, accept): Promise<StreamListener> {
      const local = withPort(wanted);
      const key = formatEndpoint(local);
      if (listeners.has(key)) return Promise.reject(failure("EADDRINUSE", "the port is taken"));
      listeners.set(key, accept);
      return Promise.resolve({ local, close: () => Promise.resolve(void listeners.delete(key)) });
    },
    dial(wanted, remote): Promise<ByteStream> {
      const accept = listeners.get(formatEndpoint(remote));
      if (!accept) return Promise.reject(failure("ECONNREFUSED", "connection refused"));
      const local = withPort(wanted);
      const ours = new MemoryStream(local, remote);
      const theirs = new MemoryStream(remote, local);
      [ours.other, theirs.other] = [theirs, ours];
      accept(theirs);
      return Promise.resolve(ours);
    },
  };
}

class MemoryStream implements ByteStream {
  other: MemoryStream | undefined;
  /** What has come and was not handed over: octets in order, then how it ended. */
  readonly #waiting: (Uint8Array | "end" | Error)[] = [];
  readonly #gone = Promise.withResolvers<void>();
  #handlers: StreamHandlers | undefined;
  #paused = false;
  #closed = false;
  #error: Error | undefined;

  constructor(readonly local: Endpoint, readonly remote: Endpoint) {}

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers;
    void this.#gone.promise.then(() => handlers.closed(this.#error));
    this.#soon();
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(failure("EPIPE", "the stream is closed"));
    this.other?.arrive(bytes.slice());
    return Promise.resolve();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#soon();
  }

  end(): void {
    this.other?.arrive("end");
  }

  destroy(): Promise<void> {
    if (!this.#closed) this.end();
    this.#close();
    return this.#gone.promise;
  }

  reset(): Promise<void> {
    if (!this.#closed) this.other?.arrive(failure("ECONNRESET", "connection reset"));
    this.#close();
    return this.#gone.promise;
  }

  arrive(what: Uint8Array | "end" | Error): void {
    if (this.#closed) return;
    this.#waiting.push(what);
    this.#soon();
  }

  /** Never at once: nobody hears anything while they are still sending. */
  #soon(): void {
    queueMicrotask(() => this.#hand());
  }

  #hand(): void {
    while (this.#handlers && !this.#paused && !this.#closed) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next instanceof Uint8Array) this.#handlers.data(next);
      else {
        // As with TCP here: who hears the end ends as well.
        if (next instanceof Error) this.#error = next;
        else this.end();
        this.#close();
      }
    }
  }

  #close(): void {
    this.#closed = true;
    this.#gone.resolve();
  }
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
