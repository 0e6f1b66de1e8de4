/** TLS in memory: OpenSSL over byte streams that only exist between two hosts of one net. */
import { openTls, type StreamTransport } from "../../../net/mod.ts";
import type { ByteStream, Endpoint, Net, StreamHandlers } from "../../../net/mod.ts";

/** The same net, with TLS. Octets arrive in a later turn of the event loop, ends after what was written before. */
export function withMemoryTls(net: Net): Net {
  const tcp = new MemoryTcp();
  return {
    clock: net.clock,
    open: (transport, options) => net.open(transport, options),
    ...(net.ipsec ? { ipsec: net.ipsec.bind(net) } : {}),
    tls: (options) => openTls(options, tcp),
  };
}

class MemoryTcp implements StreamTransport {
  readonly name = "tcp";
  readonly #listeners = new Map<string, (stream: ByteStream) => void>();
  #port = 20_000;

  listen({ address, port }: Endpoint, accept: (stream: ByteStream) => void) {
    const local = { address, port: port || this.#port++ };
    const key = keyOf(local);
    this.#listeners.set(key, accept);
    const close = () => Promise.resolve(void this.#listeners.delete(key));
    return Promise.resolve({ local, close });
  }

  dial({ address }: Endpoint, remote: Endpoint): Promise<ByteStream> {
    const accept = this.#listeners.get(keyOf(remote));
    if (!accept) return Promise.reject(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    const local = { address, port: this.#port++ };
    const [ours, theirs] = [new MemoryStream(local, remote), new MemoryStream(remote, local)];
    ours.other = theirs;
    theirs.other = ours;
    accept(theirs);
    return Promise.resolve(ours);
  }
}

class MemoryStream implements ByteStream {
  other!: MemoryStream;
  #handlers: StreamHandlers | undefined;
  #queue: (() => void)[] = [];
  readonly #ended = { here: false, there: false };
  #gone = false;

  constructor(readonly local: Endpoint, readonly remote: Endpoint) {}

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers;
    for (const act of this.#queue.splice(0)) queueMicrotask(act);
  }

  write(bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    if (this.#gone) return Promise.reject(Object.assign(new Error("broken"), { code: "EPIPE" }));
    this.other.#later(() => this.other.#gone || this.other.#handlers?.data(copy));
    return Promise.resolve();
  }

  pause(): void {}
  resume(): void {}

  end(): void {
    if (this.#ended.here) return;
    this.#ended.here = true;
    this.other.#later(() => this.other.#otherEnds());
  }

  destroy(): Promise<void> {
    this.end();
    this.#close();
    return Promise.resolve();
  }

  reset(): Promise<void> {
    const error = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    this.other.#later(() => this.other.#close(error));
    this.#close();
    return Promise.resolve();
  }

  #otherEnds(): void {
    this.#ended.there = true;
    this.end();
    this.#close();
  }

  #close(error?: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#later(() => this.#handlers?.closed(error));
  }

  #later(act: () => void): void {
    if (this.#handlers) queueMicrotask(act);
    else this.#queue.push(act);
  }
}

function keyOf({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}
