/**
 * Layers joined in memory for tests: a small discrete-event loop that carries what each sends to whoever owns the
 * address, over a link that loses, repeats and delays as told, and lets time jump to whatever is due next.
 */
import { type HeadersInit, parseMessage, type SipMessage, SipRequest } from "sip-codec";
import type { Endpoint, Flow, TransportName } from "../../net/types.ts";
import { TransactionLayer } from "../transaction_layer.ts";
import { DEFAULT_TIMERS, type LayerOptions, type TransactionEvent } from "../types.ts";

export interface Sent {
  readonly at: number;
  readonly from: string;
  readonly message: SipMessage;
  readonly flow: Flow;
}

/** Delays in milliseconds after which copies arrive; [] loses the message. `n` counts all messages from 0. */
export type SimulatedLink = (sent: Sent, n: number) => readonly number[];

export interface Node {
  readonly layer: TransactionLayer;
  readonly at: Endpoint;
  /** All events so far, in order. */
  readonly events: TransactionEvent[];
  flow(to: Endpoint): Flow;
}

export class Simulation {
  now = 1_000_000;
  /** Everything that was sent, also what got lost. */
  readonly sent: Sent[] = [];
  readonly #nodes = new Map<
    string,
    Node & { on: (event: TransactionEvent, node: Node) => void; name: string }
  >();
  #flying: { at: number; order: number; to: string; bytes: Uint8Array; flow: Flow }[] = [];
  #order = 0;
  #ids = 0;

  constructor(readonly transport: TransportName = "udp", readonly link: SimulatedLink = () => [1]) {}

  node(
    name: string,
    address: string,
    on: (event: TransactionEvent, node: Node) => void = () => {},
    options: Partial<LayerOptions> = {},
  ): Node {
    const ids = () => `${name}${++this.#ids}`;
    const at: Endpoint = { address, port: 5060 };
    const connection = this.transport === "udp" ? {} : { connection: `c-${address}` };
    const node = {
      name,
      at,
      on,
      layer: new TransactionLayer({ timers: DEFAULT_TIMERS, ids, ...options }),
      events: [],
      flow: (to: Endpoint): Flow => ({ transport: this.transport, local: at, remote: to, ...connection }),
    };
    this.#nodes.set(keyOf(at), node);
    return node;
  }

  /** Runs until nothing is left to happen, or this much time has passed. Gives whether nothing was left. */
  run(forMs = Infinity): boolean {
    const end = this.now + forMs;
    while (true) {
      this.#collect();
      const next = Math.min(
        ...this.#flying.map(({ at }) => at),
        ...[...this.#nodes.values()].map(({ layer }) => layer.deadline() ?? Infinity),
      );
      if (next === Infinity || next > end) {
        if (Number.isFinite(end)) this.now = end;
        return next === Infinity;
      }
      this.now = Math.max(this.now, next);
      this.#deliver();
      for (const { layer } of this.#nodes.values()) layer.expire(this.now);
    }
  }

  /** What `from` sent, as "INVITE" or "200", with milliseconds since `since`. */
  log(from: string, since: number): [string, number][] {
    return this.sent.filter((sent) => sent.from === from)
      .map(({ message, at }) => [summary(message), at - since]);
  }

  #collect(): void {
    for (let busy = true; busy;) {
      busy = false;
      for (const node of this.#nodes.values()) {
        for (let event = node.layer.nextEvent(); event; event = node.layer.nextEvent()) {
          node.events.push(event);
          node.on(event, node);
          busy = true;
        }
        for (const { bytes, to } of node.layer.toSend(this.now)) this.#send(node.name, node.at, bytes, to);
      }
    }
  }

  #send(name: string, from: Endpoint, bytes: Uint8Array, flow: Flow): void {
    const sent = { at: this.now, from: name, message: parseMessage(bytes), flow };
    const delays = this.link(sent, this.sent.length);
    this.sent.push(sent);
    const back: Flow = { ...flow, local: flow.remote, remote: from };
    for (const delay of delays) {
      const at = this.now + delay;
      this.#flying.push({ at, order: this.#order++, to: keyOf(flow.remote), bytes, flow: back });
    }
  }

  #deliver(): void {
    const due = this.#flying.filter(({ at }) => at <= this.now).sort((a, b) =>
      a.at - b.at || a.order - b.order
    );
    this.#flying = this.#flying.filter(({ at }) => at > this.now);
    for (const { to, bytes, flow } of due) this.#nodes.get(to)?.layer.receive(bytes, flow, this.now);
  }
}

/** A request as a UE would write it, without Via. */
export function draft(method: string, headers: HeadersInit = {}, uri = "sip:bob@home1.net"): SipRequest {
  const request = parseMessage(new TextEncoder().encode([
    `${method} ${uri} SIP/2.0`,
    "Max-Forwards: 70",
    "From: <sip:alice@home1.net>;tag=from1",
    "To: <sip:bob@home1.net>",
    "Call-ID: call1@10.0.0.1",
    `CSeq: 1 ${method}`,
    "Contact: <sip:alice@10.0.0.1:5060>",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n")));
  if (!(request instanceof SipRequest)) throw new Error("no request");
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  for (const [name, value] of pairs) request.set(name, value);
  return request;
}

export function summary(message: SipMessage): string {
  return message.kind === "request" ? message.method : String(message.status);
}

function keyOf({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}
