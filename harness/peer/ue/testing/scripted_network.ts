/**
 * The network of a test: says what a script tells it, message by message, and keeps what it heard. It has no
 * transactions, so a test can also make it behave badly.
 */
import { buildRequest, buildResponse, parseMessage, SipRequest, SipResponse, StreamFramer } from "sip-codec";
import type { Clock, Endpoint, Flow, MessageSocket, Net, TransportName } from "../../../net/types.ts";

/** What comes back: responses and requests in order, or octets. */
export type Reply = SipResponse | SipRequest | Uint8Array;
export type Script = (request: SipRequest, n: number) => Reply | readonly Reply[] | undefined;

export class ScriptedNetwork {
  /** All requests so far, retransmissions too. */
  readonly requests: SipRequest[] = [];
  readonly responses: SipResponse[] = [];
  readonly raw: Uint8Array[] = [];
  readonly #scripts = new Map<string, { script: Script; calls: number }>();
  readonly #net: Net;
  readonly #clock: Clock;
  #socket: MessageSocket | undefined;
  #reading: Promise<void> = Promise.resolve();
  #lastFlow: Flow | undefined;
  #branch = 0;

  constructor(
    net: Net,
    clock: Clock,
    readonly transport: TransportName,
    readonly at: Endpoint = { address: "10.0.0.1", port: 5060 },
  ) {
    this.#net = net;
    this.#clock = clock;
  }

  /** Gives the endpoint it listens on. */
  async open(): Promise<Endpoint> {
    const framer = () => new StreamFramer();
    this.#socket = await this.#net.open(this.transport, { local: this.at, clock: this.#clock, framer });
    this.#reading = this.#read(this.#socket);
    return this.#socket.local;
  }

  /** What to say to requests of this method; `n` counts the calls from 0. */
  on(method: string, script: Script): this {
    this.#scripts.set(method, { script, calls: 0 });
    return this;
  }

  /** Of the message that is being heard, or was heard last. */
  get lastFlow(): Flow | undefined {
    return this.#lastFlow;
  }

  /** The requests of one method, in order. */
  of(method: string): SipRequest[] {
    return this.requests.filter((request) => request.method === method);
  }

  /** Sends to whoever spoke last, or over `flow`. */
  async send(message: Reply, flow: Flow | undefined = this.#lastFlow): Promise<void> {
    if (!flow) throw new Error("nobody has spoken yet");
    await this.#socket?.send(message instanceof Uint8Array ? message : message.toBytes(), flow);
  }

  /** A request of the network to the UE behind `uri`. */
  request(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string>> = {},
    body = "",
  ): SipRequest {
    const all = {
      Via: `SIP/2.0/${this.transport.toUpperCase()} 10.0.0.1:5060;branch=z9hG4bKnet${++this.#branch}`,
      "Max-Forwards": "70",
      From: "<sip:bob@home1.example>;tag=b0b",
      To: `<${uri}>`,
      "Call-ID": `call-${this.#branch}`,
      CSeq: `1 ${method}`,
      Contact: "<sip:bob@10.0.0.1:5060>",
      ...headers,
    };
    return buildRequest(method, uri, all, body);
  }

  async close(): Promise<void> {
    await this.#socket?.close();
    await this.#reading;
  }

  async #read(socket: MessageSocket): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      this.#lastFlow = incoming.flow;
      await this.#hear(incoming.bytes, incoming.flow);
    }
  }

  async #hear(bytes: Uint8Array, flow: Flow): Promise<void> {
    const message = understood(bytes);
    if (!message) return void this.raw.push(bytes);
    if (message instanceof SipResponse) return void this.responses.push(message);
    this.requests.push(message);
    const entry = this.#scripts.get(message.method);
    if (!entry) return;
    const replies = entry.script(message, entry.calls++);
    for (const reply of replies === undefined ? [] : Array.isArray(replies) ? replies : [replies]) {
      await this.send(reply as Reply, flow);
    }
  }
}

/** A response with a To tag of the network's. */
export function answer(
  request: SipRequest,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): SipResponse {
  return buildResponse(request, status, { toTag: "net", headers, body });
}

/** Undefined for what is no message. */
export function understood(bytes: Uint8Array): SipRequest | SipResponse | undefined {
  try {
    return parseMessage(bytes);
  } catch {
    return undefined;
  }
}
