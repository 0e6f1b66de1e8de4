/** A TCP connection of octets, told to the tap as it is. */
import { EnvironmentError } from "../errors.ts";
import type { ByteStream, StreamHandlers, StreamListener } from "./byte_stream.ts";
import { openError, sendError } from "./socket_errors.ts";
import { connectionName, DEFAULT_LIMITS } from "./stream_socket.ts";
import { tcpTransport } from "./tcp.ts";
import type { Endpoint, StreamOptions } from "./types.ts";
import { within } from "./within.ts";

/** Rejects with EnvironmentError where it cannot be made. */
export async function openStream(options: StreamOptions, { dial } = tcpTransport): Promise<ByteStream> {
  const { clock, local, remote } = options;
  const never = new AbortController().signal;
  try {
    const stream = await within(
      clock,
      DEFAULT_LIMITS.connectMs,
      never,
      (limit) => dial(local, remote, limit),
    );
    return new TappedStream(stream, options);
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    const failure = sendError("tcp", local, remote, error);
    tell(options, { local, remote }, "out", new Uint8Array(), failure.message);
    throw failure;
  }
}

/** Rejects with EnvironmentError where the address is not this machine's or the port is taken. */
export async function listenStreams(
  local: Endpoint,
  accept: (stream: ByteStream) => void,
): Promise<StreamListener> {
  try {
    return await tcpTransport.listen(local, accept);
  } catch (error) {
    throw openError("tcp", local, error);
  }
}

class TappedStream implements ByteStream {
  readonly name = connectionName("tcp");
  readonly #stream: ByteStream;
  readonly #options: StreamOptions;
  #closing = false;

  constructor(stream: ByteStream, options: StreamOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  get local() {
    return this.#stream.local;
  }

  get remote() {
    return this.#stream.remote;
  }

  start({ data, closed }: StreamHandlers): void {
    this.#stream.start({
      data: (bytes) => {
        tell(this.#options, this, "in", bytes);
        data(bytes);
      },
      closed: (error) => {
        const how = this.#closing ? "we closed the connection" : error?.message ?? "connection closed";
        tell(this.#options, this, this.#closing ? "out" : "in", new Uint8Array(), how);
        closed(error);
      },
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    tell(this.#options, this, "out", bytes);
    return this.#stream.write(bytes);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  destroy(): Promise<void> {
    this.#closing = true;
    return this.#stream.destroy();
  }

  end(): void {
    this.#stream.end?.();
  }

  reset(): Promise<void> {
    this.#closing = true;
    return this.#stream.reset?.() ?? this.#stream.destroy();
  }
}

function tell(
  { tap, clock, layer = "tcp" }: StreamOptions,
  { local, remote, name }: Pick<ByteStream, "local" | "remote" | "name">,
  direction: "out" | "in",
  bytes: Uint8Array,
  note?: string,
): void {
  tap?.({
    at: clock.now(),
    direction,
    // The end of a connection is TCP's, whatever it carried.
    layer: note === undefined ? layer : "tcp",
    transport: layer === "tls" ? "tls" : "tcp",
    local,
    remote,
    bytes,
    ...(name === undefined ? {} : { connection: name }),
    ...(note === undefined ? {} : { note }),
  });
}
