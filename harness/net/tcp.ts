/** TCP by node:net, which lets both the local address and the local port be chosen. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { ByteStream, StreamHandlers, StreamListener, StreamTransport } from "./byte_stream.ts";
import { openStreamSocket } from "./stream_socket.ts";
import type { Endpoint, MessageSocket, SocketOptions } from "./types.ts";

/** One local endpoint that accepts connections and makes its own. See `openStreamSocket`. */
export function openTcp(options: SocketOptions): Promise<MessageSocket> {
  return openStreamSocket(tcpTransport, options);
}

export const tcpTransport: StreamTransport = { name: "tcp", listen, dial };

function listen(local: Endpoint, accept: (stream: ByteStream) => void): Promise<StreamListener> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
      // Gone before we looked: nothing to accept.
      if (socket.remoteAddress === undefined) return void socket.destroy();
      accept(new TcpStream(socket));
    });
    server.once("error", reject);
    server.listen({ host: local.address, port: local.port, exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", () => {});
      const { port } = server.address() as AddressInfo;
      const close = () => new Promise<void>((closed) => void server.close(() => closed()));
      resolve({ local: { address: local.address, port }, close });
    });
  });
}

function dial(local: Endpoint, remote: Endpoint, signal: AbortSignal): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: remote.address,
      port: remote.port,
      localAddress: local.address,
      ...(local.port === 0 ? {} : { localPort: local.port }),
    });
    const abort = () => fail(signal.reason);
    const fail = (error: Error) => {
      signal.removeEventListener("abort", abort);
      socket.once("close", () => reject(error));
      socket.destroy();
    };
    signal.addEventListener("abort", abort);
    socket.once("error", fail);
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", fail);
      socket.setNoDelay(true);
      socket.pause();
      resolve(new TcpStream(socket));
    });
  });
}

class TcpStream implements ByteStream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  readonly #gone: Promise<void>;
  #error: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.local = { address: socket.localAddress ?? "", port: socket.localPort ?? 0 };
    this.remote = { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    socket.on("error", (error) => void (this.#error = error));
    this.#gone = new Promise((resolve) => void socket.once("close", () => resolve()));
  }

  start({ data, closed }: StreamHandlers): void {
    this.#socket.on("data", (chunk: Uint8Array) => data(new Uint8Array(chunk)));
    void this.#gone.then(() => closed(this.#error));
    this.#socket.resume();
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): Promise<void> {
    this.#socket.destroy();
    return this.#gone;
  }

  end(): void {
    this.#socket.end();
  }

  reset(): Promise<void> {
    this.#socket.resetAndDestroy();
    return this.#gone;
  }
}
