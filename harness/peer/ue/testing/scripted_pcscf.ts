/**
 * A P-CSCF of a test: makes SAs with whoever registers, says what a script tells it, and keeps what it heard with the
 * SA it came under. It has no rules of its own to break: a test says which SA an answer takes.
 */
import { buildRequest, SipRequest, type SipResponse, StreamFramer } from "sip-codec";
import { type AuthenticationCentre, expandEspKeys, parseAuts } from "../../../crypto/mod.ts";
import type {
  EspArrival,
  EspPolicy,
  EspWay,
  IpsecHost,
  IpsecOptions,
  OutboundPacket,
} from "../../../net/ipsec/types.ts";
import type { Clock, Endpoint, Flow, MessageSocket, Net } from "../../../net/types.ts";
import { seededRandom } from "../../../runner/random.ts";
import { formatIpsec3gpp, type Ipsec3gpp, readIpsec3gpp } from "../../../sip/mod.ts";
import { type EncryptionAlgorithm, type EspPair, EspSa, type IntegrityAlgorithm } from "../../../wire/esp.ts";
import { akaChallenge, aliceCentre, granted, isRight } from "./registrar.ts";
import { answer, ScriptedNetwork, understood } from "./scripted_network.ts";

/** Stays (TS 33.203 7.1 NOTE 7). */
const PORT_PS = 7777;

/** Four SAs, as the P-CSCF holds them. */
export interface NetworkSet {
  readonly n: number;
  readonly client: Ipsec3gpp;
  readonly pair: EspPair;
  readonly tunnel: boolean;
  readonly ueAddress: string;
  readonly spiPc: number;
  readonly spiPs: number;
  readonly portPc: number;
  readonly xres: Uint8Array;
  readonly nonce: string;
  /** By SPI: spi_pc and spi_ps. */
  readonly inbound: ReadonlyMap<number, EspSa>;
  /** To port_us, and to port_uc. */
  readonly toUs: EspSa;
  readonly toUc: EspSa;
  /** Of UDP encapsulation, once a packet has come (M.7.2). */
  outer?: Endpoint;
}

export interface Heard {
  readonly message: SipRequest | SipResponse;
  readonly flow: Flow;
  /** Undefined where it came in the clear. */
  readonly set: NetworkSet | undefined;
}

/** How the P-CSCF answers; what is left out is as it should be. */
export interface PcscfOptions {
  /** What Security-Server lists, in its order; the first is what the SAs have. */
  readonly pairs?: readonly EspPair[];
  /** Whether a protected REGISTER is challenged; default true. */
  readonly challenges?: boolean;
  /** Last word on the elements of Security-Server. */
  readonly server?: (elements: string[]) => string[];
  /** Sends a message elsewhere than it should go. */
  readonly reroute?: (message: SipResponse, way: NetworkWay) => NetworkWay | undefined;
}

/** Under a set, or in the clear. */
export type NetworkWay = { readonly set: NetworkSet | undefined; readonly flow: Flow };

export class ScriptedPcscf implements EspPolicy {
  readonly sets: NetworkSet[] = [];
  readonly heard: Heard[] = [];
  readonly arrivals: EspArrival[] = [];
  /** What comes besides REGISTER. */
  readonly scripts = new Map<
    string,
    (request: SipRequest, set: NetworkSet | undefined) => SipResponse | undefined
  >();
  options: PcscfOptions = {};
  readonly #network: ScriptedNetwork;
  readonly #address: string;
  readonly #carriers: IpsecOptions["carriers"];
  readonly #net: Net;
  readonly #clock: Clock;
  readonly #centre: AuthenticationCentre = aliceCentre();
  readonly #random = seededRandom("P-CSCF");
  readonly #sockets = new Map<string, MessageSocket>();
  readonly #reading: Promise<void>[] = [];
  #host: IpsecHost | undefined;
  #rands = 0;
  #branch = 0;

  constructor(
    network: ScriptedNetwork,
    net: Net,
    clock: Clock,
    carriers: IpsecOptions["carriers"] = { raw: true, udp: {} },
  ) {
    this.#network = network;
    this.#address = network.at.address;
    this.#carriers = carriers;
    this.#net = net;
    this.#clock = clock;
    network.on("REGISTER", (request) => void this.#hear(request, network.lastFlow!));
  }

  async open(): Promise<this> {
    this.#host = await this.#net.ipsec!({
      address: this.#address,
      carriers: this.#carriers,
      policy: this,
      clock: this.#clock,
      random: (octets) => this.#random.bytes(octets),
    });
    await this.#listen(PORT_PS);
    return this;
  }

  async close(): Promise<void> {
    await this.#host?.close();
    await Promise.all(this.#reading);
  }

  get latest(): NetworkSet {
    return this.sets.at(-1)!;
  }

  /** Requests of one method that came, with how they came. */
  of(method: string): Heard[] {
    return this.heard.filter(({ message }) => message instanceof SipRequest && message.method === method);
  }

  /** A request of the network to port_us of a set, by the transport. */
  async request(
    method: string,
    set: NetworkSet,
    over: "udp" | "tcp" = "udp",
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const uri = `sip:alice@${set.ueAddress}:${set.client.portS}`;
    await this.send(this.build(method, uri, over, headers), { set, flow: this.flowTo(set, over) });
  }

  build(
    method: string,
    uri: string,
    over: "udp" | "tcp" = "udp",
    headers: Readonly<Record<string, string>> = {},
  ): SipRequest {
    return buildRequest(method, uri, {
      Via: `SIP/2.0/${over.toUpperCase()} ${this.#address}:${PORT_PS};branch=z9hG4bKp${++this.#branch}`,
      "Max-Forwards": "70",
      From: "<sip:bob@home1.example>;tag=b0b",
      To: "<sip:alice@home1.example>",
      "Call-ID": `call-${this.#branch}`,
      CSeq: `1 ${method}`,
      Contact: `<sip:bob@${this.#address}:${PORT_PS}>`,
      ...headers,
    });
  }

  /** In the clear from the unprotected port to where SM1 came from, or to a port of the same address. */
  clearFlow(port?: number): Flow {
    const flow = this.#network.lastFlow!;
    return port === undefined ? flow : { ...flow, remote: { address: flow.remote.address, port } };
  }

  get host(): IpsecHost {
    return this.#host!;
  }

  /** Requests that came to the unprotected port. */
  get unprotected(): readonly SipRequest[] {
    return this.#network.requests;
  }

  get clearResponses(): readonly SipResponse[] {
    return this.#network.responses;
  }

  /** From port_pc to port_us. */
  flowTo(set: NetworkSet, transport: "udp" | "tcp" = "udp"): Flow {
    return {
      transport,
      local: { address: this.#address, port: set.portPc },
      remote: { address: set.ueAddress, port: set.client.portS },
    };
  }

  async send(message: SipRequest | SipResponse, { set, flow }: NetworkWay): Promise<void> {
    if (!set) return await this.#network.send(message, flow);
    await this.#sockets.get(`${flow.transport} ${flow.local.port}`)!.send(message.toBytes(), flow);
  }

  outbound({ local, remote }: OutboundPacket): EspSa | EspWay | "clear" | "drop" {
    for (const set of this.sets.toReversed()) {
      const { client, portPc, toUs, toUc } = set;
      if (local.port === portPc && remote.port === client.portS) return this.#way(set, toUs);
      if (local.port === PORT_PS && remote.port === client.portC) return this.#way(set, toUc);
    }
    return "drop";
  }

  inbound(spi: number): EspSa | undefined {
    return this.sets.findLast((set) => set.inbound.has(spi))?.inbound.get(spi);
  }

  opened(arrival: EspArrival): void {
    this.arrivals.push(arrival);
    if (arrival.result !== "opened" || arrival.carrier !== "udp") return;
    const set = this.sets.findLast(({ inbound }) => inbound.has(arrival.spi ?? 0));
    if (set) set.outer = arrival.from;
  }

  #way(set: NetworkSet, sa: EspSa): EspWay {
    if (!set.tunnel) return { sa, carrier: "raw" };
    return { sa, carrier: "udp", ...(set.outer ? { outer: set.outer } : {}) };
  }

  async #listen(port: number): Promise<void> {
    for (const transport of ["udp", "tcp"] as const) {
      const framer = () => new StreamFramer();
      // Connections begin at port_pc and end at port_ps.
      const listen = port === PORT_PS;
      const socket = await this.#host!.open(transport, { port, framer, clear: false, listen });
      this.#sockets.set(`${transport} ${port}`, socket);
      this.#reading.push(this.#read(socket));
    }
  }

  async #read(socket: MessageSocket): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      const message = understood(incoming.bytes);
      if (message) await this.#hear(message, incoming.flow);
    }
  }

  async #hear(message: SipRequest | SipResponse, flow: Flow): Promise<void> {
    const spi = Number(flow.security?.replace("spi:", "") ?? 0);
    const set = this.sets.findLast(({ inbound }) => inbound.has(spi));
    this.heard.push({ message, flow, set });
    if (!(message instanceof SipRequest) || message.method === "ACK") return;
    const response = message.method === "REGISTER"
      ? await this.#registrar(message, flow, set)
      : this.scripts.get(message.method)?.(message, set) ?? answer(message, 200);
    if (!response) return;
    // UDP: responses go from port_pc to port_us (TS 33.203 7.1).
    const back = set && flow.transport === "udp" ? this.flowTo(set) : flow;
    const way = { set, flow: back };
    await this.send(response, this.options.reroute?.(response, way) ?? way);
  }

  async #registrar(
    request: SipRequest,
    flow: Flow,
    set: NetworkSet | undefined,
  ): Promise<SipResponse | undefined> {
    if (set && request.authorization[0]?.parameters.get("nonce") === set.nonce) {
      return isRight(request, set.xres, set.nonce) ? granted(request) : answer(request, 403);
    }
    if (set && this.options.challenges === false) return granted(request);
    const auts = request.authorization[0]?.parameters.get("auts");
    if (auts !== undefined) {
      this.#centre.resynchronise(new Uint8Array(16).fill(this.#rands), parseAuts(auts));
    }
    const made = await this.#challenge(request, flow);
    const via = made.response.via!;
    if (via.host !== flow.remote.address) {
      made.response.set("Via", `${made.response.get("Via")};received=${flow.remote.address}`);
    }
    return made.response;
  }

  async #challenge(request: SipRequest, flow: Flow): Promise<{ response: SipResponse }> {
    const made = akaChallenge(request, this.#centre, ++this.#rands);
    const [client] = request.securityClient.map(readIpsec3gpp);
    if (!client || typeof client === "string") return made;
    const n = this.sets.length + 1;
    const tunnel = request.via?.host !== flow.remote.address || (this.sets.at(-1)?.tunnel ?? false);
    const pairs = this.options.pairs ?? [{ integrity: "hmac-sha-1-96", encryption: "aes-cbc" }];
    const pair = pairs[0]!;
    const keys = expandEspKeys(pair, made);
    const random = (octets: number) => this.#random.bytes(octets);
    const sa = (spi: number) => new EspSa({ spi, keys, random });
    const [spiPc, spiPs, portPc] = [0x1000 + n, 0x2000 + n, 8000 + n];
    this.sets.push({
      n,
      client,
      pair,
      tunnel,
      ueAddress: flow.remote.address,
      spiPc,
      spiPs,
      portPc,
      xres: made.xres,
      nonce: made.nonce,
      inbound: new Map([[spiPc, sa(spiPc)], [spiPs, sa(spiPs)]]),
      toUs: sa(client.spiS),
      toUc: sa(client.spiC),
    });
    await this.#listen(portPc);
    const ours = { spiC: spiPc, spiS: spiPs, portC: portPc, portS: PORT_PS };
    const mode = tunnel ? "UDP-enc-tun" : "trans";
    const elements = pairs.map(({ integrity, encryption }, index) =>
      formatIpsec3gpp({ alg: integrity, ealg: encryption, mode, ...ours, q: 0.9 - index / 10 })
    );
    made.response.set("Security-Server", (this.options.server?.(elements) ?? elements).join(", "));
    return made;
  }
}

/** "hmac-sha-1-96/aes-cbc" */
export function pairOf(text: string): EspPair {
  const [integrity, encryption] = text.split("/") as [IntegrityAlgorithm, EncryptionAlgorithm];
  return { integrity, encryption };
}
