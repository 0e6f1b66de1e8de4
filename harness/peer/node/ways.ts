/** The way of a node's messages: UDP and TCP in the clear, on one address and port, to wherever each is to go. */
import { parseUri, type SipRequest, type SipResponse, StreamFramer, type Uri } from "sip-codec";
import { EnvironmentError } from "../../errors.ts";
import type { Clock, Endpoint, Flow, MessageSocket, Net, Tap } from "../../net/types.ts";
import { parseAddress, WireSyntaxError } from "../../wire/mod.ts";
import { lenient } from "../ue/lenient.ts";
import type { Protection, Sending } from "../ue/protection.ts";

export type ClearTransport = "udp" | "tcp";

export interface Destination {
  readonly transport: ClearTransport;
  readonly remote: Endpoint;
}

/** UDP and TCP on the same port. */
export interface NodeSockets {
  readonly udp: MessageSocket;
  readonly tcp: MessageSocket;
}

export interface NodeSocketOptions {
  readonly net: Net;
  readonly clock: Clock;
  /** Port 0 takes any that both have free. */
  readonly local: Endpoint;
  readonly tap?: Tap;
}

/** Rejects with EnvironmentError where the address is not this machine's, or the port is taken. */
export async function openNodeSockets({ net, clock, local, tap }: NodeSocketOptions): Promise<NodeSockets> {
  const common = { clock, framer: () => new StreamFramer(), ...(tap ? { tap } : {}) };
  for (let left = local.port === 0 ? 5 : 0;; left--) {
    const udp = await net.open("udp", { ...common, local });
    try {
      return { udp, tcp: await net.open("tcp", { ...common, local: udp.local }) };
    } catch (error) {
      await udp.close();
      if (left === 0 || !(error instanceof EnvironmentError)) throw error;
    }
  }
}

export interface NodeWaysOptions {
  readonly sockets: NodeSockets;
  /** Of requests that nothing else is known of. */
  readonly transport: ClearTransport;
  /** Where a request goes. */
  readonly destination: (request: SipRequest) => Destination;
  /** Where octets go. */
  readonly usual: () => Destination;
  /** What every request gets that is otherwise finished, but for the case's own fields. */
  readonly dress?: (request: SipRequest, sending: Sending) => void;
}

export class NodeWays implements Protection {
  readonly transport: ClearTransport;
  /** Everything that came, in order. */
  readonly arrivals: (SipRequest | SipResponse)[] = [];
  readonly #options: NodeWaysOptions;
  readonly #pinned = new WeakMap<SipRequest, Destination>();

  constructor(options: NodeWaysOptions) {
    this.#options = options;
    this.transport = options.transport;
  }

  get sockets(): readonly MessageSocket[] {
    const { udp, tcp } = this.#options.sockets;
    return [udp, tcp];
  }

  get local(): Endpoint {
    return this.#options.sockets.udp.local;
  }

  get contactAt(): Endpoint {
    return this.local;
  }

  get remote(): Endpoint {
    return this.#options.usual().remote;
  }

  sentBy(): Endpoint {
    return this.local;
  }

  /** This request goes there, whatever it says. */
  pin(request: SipRequest, destination: Destination): void {
    this.#pinned.set(request, destination);
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  dress(request: SipRequest, sending: Sending): void {
    this.#options.dress?.(request, sending);
  }

  flow(_sending: Sending, request?: SipRequest): Flow {
    const { transport, remote } = this.#destinationOf(request);
    const { local } = this.#options.sockets[transport];
    return { transport, local, remote };
  }

  answeredOn(): void {}

  received(message: SipRequest | SipResponse): void {
    this.arrivals.push(message);
  }

  challenged(): Promise<void> {
    return Promise.resolve();
  }

  concluded(): Promise<void> {
    return Promise.resolve();
  }

  #destinationOf(request: SipRequest | undefined): Destination {
    if (!request) return this.#options.usual();
    return this.#pinned.get(request) ?? this.#options.destination(request);
  }
}

/** What the next hop of a request says of itself: its first Route, else its Request-URI; undefined for a name. */
export function literalNextHop(request: SipRequest, transport: ClearTransport): Destination | undefined {
  const uri = nextHopOf(request);
  return uri && literal(uri, transport);
}

function nextHopOf(request: SipRequest): Uri | undefined {
  return lenient(() => request.routes[0]?.uri) ?? lenient(() => parseUri(request.requestUri));
}

function literal(uri: Uri, transport: ClearTransport): Destination | undefined {
  const address = uri.host.replace(/^\[|\]$/g, "");
  if (!isAddress(address)) return undefined;
  const asked = uri.params.get("transport")?.toLowerCase();
  return {
    transport: asked === "udp" || asked === "tcp" ? asked : transport,
    remote: { address, port: uri.port ?? 5060 },
  };
}

function isAddress(text: string): boolean {
  try {
    return parseAddress(text).length > 0;
  } catch (error) {
    if (error instanceof WireSyntaxError) return false;
    throw error;
  }
}
