/**
 * A bare SIP element beside the core, for the tests of this folder: one port for UDP and TCP, from which it sends what
 * it is told, and hands over what comes. It knows no transactions; loopback loses nothing.
 */
import {
  buildRequest,
  buildResponse,
  parseMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
} from "sip-codec";
import { openPair, systemNet } from "../../harness/net/mod.ts";
import type { Endpoint, Flow, MessageSocket } from "../../harness/net/types.ts";

export interface Came<Message> {
  readonly message: Message;
  readonly flow: Flow;
}

type Transport = "udp" | "tcp";

let count = 0;

export class TestElement {
  readonly #sockets: Readonly<Record<Transport, MessageSocket>>;
  readonly #came: Came<SipMessage>[] = [];
  readonly #waiting: {
    wanted: (item: Came<SipMessage>) => boolean;
    resolve: (item: Came<SipMessage>) => void;
  }[] = [];
  readonly #reading: Promise<unknown>;

  private constructor(sockets: Readonly<Record<Transport, MessageSocket>>) {
    this.#sockets = sockets;
    this.#reading = Promise.all(Object.values(sockets).map((socket) => this.#read(socket)));
  }

  static async open(address: string): Promise<TestElement> {
    const framer = () => new StreamFramer();
    return new TestElement(
      await openPair(systemNet, { clock: systemNet.clock, framer, local: { address, port: 0 } }),
    );
  }

  get local(): Endpoint {
    return this.#sockets.udp.local;
  }

  /** "address:port" */
  get at(): string {
    return `${this.local.address}:${this.local.port}`;
  }

  /** How many messages have come that nobody took. */
  get left(): number {
    return this.#came.length;
  }

  build(method: string, uri: string, headers: Record<string, string | string[]> = {}, body = ""): SipRequest {
    const n = ++count;
    return buildRequest(method, uri, {
      "Via": `SIP/2.0/UDP ${this.at};branch=z9hG4bK-element-${n}`,
      "Max-Forwards": "70",
      "From": `<sip:somebody@home1.net>;tag=e${n}`,
      "To": `<${uri}>`,
      "Call-ID": `element-${n}`,
      "CSeq": `${n} ${method}`,
      "Contact": `<sip:element@${this.at}>`,
      ...headers,
    }, body);
  }

  async send(message: SipMessage, to: Endpoint, transport: Transport = "udp"): Promise<void> {
    if (transport === "tcp" && message.kind === "request") {
      message.set("Via", message.values("Via").map((via, i) => i === 0 ? via.replace("UDP", "TCP") : via));
    }
    const socket = this.#sockets[transport];
    await socket.send(message.toBytes(), { transport, local: socket.local, remote: to });
  }

  /** The final response. */
  async ask(request: SipRequest, to: Endpoint, transport: Transport = "udp"): Promise<SipResponse> {
    await this.send(request, to, transport);
    return (await this.response(request)).message;
  }

  async answer(
    { message, flow }: Came<SipRequest>,
    status: number,
    headers: Record<string, string | string[]> = {},
  ): Promise<void> {
    const response = buildResponse(message, status, { toTag: "element", headers });
    await this.#sockets[flow.transport as Transport].send(response.toBytes(), flow);
  }

  async request(method: string): Promise<Came<SipRequest>> {
    const wanted = ({ message }: Came<SipMessage>) => message.kind === "request" && message.method === method;
    return await this.#take(wanted) as Came<SipRequest>;
  }

  /** A response that nobody has taken. */
  async next(): Promise<SipResponse> {
    return (await this.#take(({ message }) => message.kind === "response")).message as SipResponse;
  }

  async response(request: SipRequest): Promise<Came<SipResponse>> {
    const branch = request.via?.branch;
    return await this.#take(({ message }) =>
      message.kind === "response" && message.via?.branch === branch && message.status >= 200
    ) as Came<SipResponse>;
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#sockets).map((socket) => socket.close()));
    await this.#reading;
  }

  #take(wanted: (item: Came<SipMessage>) => boolean): Promise<Came<SipMessage>> {
    const at = this.#came.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.#came.splice(at, 1)[0]!);
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  async #read(socket: MessageSocket): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      const item = { message: parseMessage(incoming.bytes), flow: incoming.flow };
      const at = this.#waiting.findIndex(({ wanted }) => wanted(item));
      if (at >= 0) this.#waiting.splice(at, 1)[0]!.resolve(item);
      else this.#came.push(item);
    }
  }
}
