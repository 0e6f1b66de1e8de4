/**
 * SIP over WebSocket (RFC 7118), from the client's side: each message is one WebSocket message. A client accepts no
 * connections; it holds a port that its Contact can name, and hangs up on who comes there.
 */
import { createHash } from "node:crypto";
import {
  buildFrame,
  buildUpgrade,
  FrameReader,
  OPCODE,
  parseUpgradeAnswer,
  type WebSocketFrame,
} from "../wire/websocket.ts";
import { concat } from "../wire/mod.ts";
import type { ByteStream, StreamHandlers, StreamTransport } from "./byte_stream.ts";
import { formatEndpoint } from "./endpoint.ts";
import { connectionName, openStreamSocket } from "./stream_socket.ts";
import { tcpTransport } from "./tcp.ts";
import { tlsDialer } from "./tls/transport.ts";
import type { Endpoint, MessageSocket, SocketOptions } from "./types.ts";

/** Rejects as openTcp(). `framer` is not asked: WebSocket keeps messages apart. */
export function openWs(options: SocketOptions): Promise<MessageSocket> {
  return open("ws", tcpTransport.dial, options);
}

/** The same inside TLS, which takes any chain. Rejects with EnvironmentError where OpenSSL is absent. */
export async function openWss(options: SocketOptions): Promise<MessageSocket> {
  const { clock, tap } = options;
  const tls = tlsDialer({ clock, ...(tap ? { tap } : {}) });
  try {
    const socket = await open("wss", tls.dial, options);
    const close = socket.close.bind(socket);
    socket.close = () => close().finally(() => tls.release());
    return socket;
  } catch (error) {
    tls.release();
    throw error;
  }
}

function open(
  name: "ws" | "wss",
  dial: StreamTransport["dial"],
  options: SocketOptions,
): Promise<MessageSocket> {
  const transport: StreamTransport = {
    name,
    listen: (at) => tcpTransport.listen(at, (stream) => void stream.destroy()),
    dial: async (local, remote, signal) => await upgraded(name, await dial(local, remote, signal), signal),
  };
  // What comes out of a WebSocketStream is one whole message at a time.
  return openStreamSocket(transport, { ...options, framer: () => ({ push: (message) => [message] }) });
}

/** Asks for SIP on WebSocket (RFC 7118 4.1). Rejects, and closes, where the answer is another. */
async function upgraded(
  name: "ws" | "wss",
  stream: ByteStream,
  signal: AbortSignal,
): Promise<WebSocketStream> {
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const socket = new WebSocketStream(name, stream);
  const stop = () => void stream.destroy();
  signal.addEventListener("abort", stop);
  try {
    await stream.write(
      buildUpgrade({ host: formatEndpoint(stream.remote), path: "/", key, protocol: "sip" }),
    );
    const { status, headers } = await socket.answered;
    if (status !== 101) throw new Error(`the WebSocket handshake was answered ${status}, needs 101`);
    const accept = createHash("sha1").update(key + ACCEPT_GUID).digest("base64");
    if (headers.get("sec-websocket-accept") !== accept) {
      throw new Error("the WebSocket handshake was answered with a wrong Sec-WebSocket-Accept");
    }
    if (headers.get("sec-websocket-protocol") !== "sip") {
      throw new Error(`the server does not speak "sip" over WebSocket`);
    }
    return socket;
  } catch (error) {
    await stream.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** RFC 6455 1.3 */
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

type Answer = NonNullable<ReturnType<typeof parseUpgradeAnswer>>;

class WebSocketStream implements ByteStream {
  readonly name: string;
  readonly answered: Promise<Answer>;
  readonly #stream: ByteStream;
  readonly #settled = Promise.withResolvers<Answer>();
  readonly #reader = new FrameReader();
  #header: Uint8Array | undefined = new Uint8Array();
  /** Of a message in several frames. */
  #parts: Uint8Array[] = [];
  #early: Uint8Array[] = [];
  #handlers: StreamHandlers | undefined;
  #ended: { readonly error?: Error } | undefined;

  constructor(name: "ws" | "wss", stream: ByteStream) {
    this.#stream = stream;
    this.name = connectionName(name);
    this.answered = this.#settled.promise;
    this.answered.catch(() => {});
    stream.start({ data: (bytes) => this.#data(bytes), closed: (error) => this.#closed(error) });
  }

  get local(): Endpoint {
    return this.#stream.local;
  }

  get remote(): Endpoint {
    return this.#stream.remote;
  }

  get security(): string | undefined {
    return this.#stream.security;
  }

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers;
    for (const message of this.#early.splice(0)) handlers.data(message);
    if (this.#ended) handlers.closed(this.#ended.error);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#send(OPCODE.text, bytes);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Says so before (RFC 6455 5.5.1), where it can. */
  async destroy(): Promise<void> {
    if (!this.#ended) await this.#send(OPCODE.close, Uint8Array.of(0x03, 0xe8)).catch(() => {});
    await this.#stream.destroy();
  }

  #send(opcode: number, payload: Uint8Array): Promise<void> {
    const mask = crypto.getRandomValues(new Uint8Array(4));
    return this.#stream.write(buildFrame({ final: true, opcode, payload }, mask));
  }

  #data(bytes: Uint8Array): void {
    try {
      const rest = this.#header ? this.#answer(bytes, this.#header) : bytes;
      if (rest) { for (const frame of this.#reader.push(rest)) this.#frame(frame); }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      void this.#stream.destroy();
      this.#closed(error);
    }
  }

  /** What comes after the answer to the handshake; undefined before that is whole. */
  #answer(bytes: Uint8Array, before: Uint8Array): Uint8Array | undefined {
    const all = this.#header = concat(before, bytes);
    const answer = parseUpgradeAnswer(all);
    if (!answer) return undefined;
    this.#header = undefined;
    this.#settled.resolve(answer);
    return all.subarray(answer.length);
  }

  #frame({ final, opcode, payload }: WebSocketFrame): void {
    switch (opcode) {
      case OPCODE.ping:
        // Whether it can be sent is told by `closed`.
        return void this.#send(OPCODE.pong, payload).catch(() => {});
      case OPCODE.pong:
        return;
      case OPCODE.close:
        return void this.destroy();
      default:
        this.#parts.push(payload);
        if (final) this.#message(concat(...this.#parts.splice(0)));
    }
  }

  #message(bytes: Uint8Array): void {
    if (this.#handlers) this.#handlers.data(bytes);
    else this.#early.push(bytes);
  }

  #closed(error?: Error): void {
    if (this.#ended) return;
    this.#ended = error ? { error } : {};
    this.#settled.reject(error ?? new Error("the connection was closed in the WebSocket handshake"));
    this.#handlers?.closed(error);
  }
}
