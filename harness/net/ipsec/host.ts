/**
 * The host: joins carriers, policy, UDP and TCP. It asks the policy about every packet and does as it is told;
 * everything it sends and receives is told to the tap.
 */
import { LocalMisuseError } from "../../errors.ts";
import { buildIp, buildTcp, IP_PROTOCOL } from "../../wire/mod.ts";
import { formatEndpoint } from "../endpoint.ts";
import { openStreamSocket } from "../stream_socket.ts";
import type { Endpoint, Flow, MessageSocket, Net, SocketOptions } from "../types.ts";
import type { SegmentToSend } from "../user_tcp/stack.ts";
import { canonical, canonicalEndpoint } from "./addresses.ts";
import {
  type Carried,
  type CarrierHandlers,
  KEEPALIVE_MS,
  keepAlives,
  type RawCarrier,
  type UdpCarrier,
} from "./carrier.ts";
import { Egress } from "./egress.ts";
import { Evidence } from "./evidence.ts";
import { noteOf, openCarried } from "./inbound.ts";
import { type Clear, udpDatagram, withChecksum } from "./outbound.ts";
import { type PortGuard, PortGuards } from "./port_guard.ts";
import { securityOf } from "./security_name.ts";
import { segmentSize } from "./sizes.ts";
import { type Sent, TcpEngine } from "./tcp_engine.ts";
import { EspTcpSocket } from "./tcp_socket.ts";
import type {
  EspDestination,
  EspWay,
  InnerPacket,
  IpsecHost,
  IpsecOptions,
  IpsecSocketOptions,
  OutboundPacket,
  PacketToSend,
} from "./types.ts";
import { EspUdpSocket } from "./udp_socket.ts";

export interface Carriers {
  readonly raw: RawCarrier | undefined;
  readonly udp: UdpCarrier | undefined;
}

export class UserSpaceHost implements IpsecHost {
  readonly address: string;
  readonly #options: IpsecOptions;
  readonly #net: Pick<Net, "open">;
  readonly #evidence: Evidence;
  readonly #guards: PortGuards;
  readonly #tcp: TcpEngine;
  readonly #udpSockets = new Map<string, EspUdpSocket>();
  readonly #sockets = new Set<MessageSocket>();
  /** Addresses of inner packets that are for us. */
  readonly #addresses = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #carriers: Carriers = { raw: undefined, udp: undefined };
  #egress: Egress;
  #closed: Promise<void> | undefined;

  constructor(options: IpsecOptions, net: Pick<Net, "open">) {
    const { policy, clock, tap, allow, random } = options;
    this.address = canonical(options.address);
    this.#addresses.add(this.address);
    this.#options = options;
    this.#net = net;
    this.#evidence = new Evidence(clock, tap);
    const { address } = this;
    this.#guards = new PortGuards({ net, address, clock, random, ...(tap ? { tap } : {}) });
    this.#egress = new Egress({ policy, evidence: this.#evidence, allow, carriers: [] });
    this.#tcp = new TcpEngine({
      clock,
      random,
      mss: segmentSize(options),
      send: (segment, security) => this.#sendSegment(segment, security),
    });
  }

  /** What carriers call; to be had before they are. */
  get handlers(): CarrierHandlers {
    return {
      esp: (carried) => this.#arrived(carried),
      other: (seen, note) => this.#evidence.wire("in", seen, note),
    };
  }

  /** To be called once, before anything is sent. */
  use(carriers: Carriers): void {
    const { policy, allow } = this.#options;
    this.#carriers = carriers;
    const open = [carriers.raw, carriers.udp].filter((carrier) => carrier !== undefined);
    this.#egress = new Egress({ policy, evidence: this.#evidence, allow, carriers: open });
  }

  get encapsulation(): Endpoint | undefined {
    return this.#carriers.udp?.local;
  }

  async reserve(count: number): Promise<number[]> {
    this.#notClosed();
    const guards: PortGuard[] = [];
    for (let i = 0; i < count; i++) guards.push(await this.#guards.use(0));
    return guards.map(({ local }) => local.port);
  }

  async open(transport: "udp" | "tcp", options: IpsecSocketOptions): Promise<MessageSocket> {
    this.#notClosed();
    const guard = await this.#guards.use(options.port);
    try {
      const address = canonical(options.address ?? this.address);
      const local = { address, port: guard.local.port };
      const socket = transport === "udp"
        ? this.#openUdp(local, guard, options)
        : await this.#openTcp(local, guard, options);
      this.#addresses.add(address);
      this.#sockets.add(socket);
      return socket;
    } catch (error) {
      await this.#guards.release(guard);
      throw error;
    }
  }

  async sendPacket(packet: PacketToSend): Promise<Uint8Array> {
    this.#notClosed();
    const { payload, tcp, clear, ...chosen } = packet;
    const [local, remote] = [canonicalEndpoint(packet.local), canonicalEndpoint(packet.remote)];
    const transport = tcp ? "tcp" : "udp";
    const datagram: Clear = tcp
      ? { transport, local, remote, datagram: lonelySegment(tcp, local, remote, payload) }
      : udpDatagram(local, remote, payload);
    if (clear) return this.#sendClear(datagram, payload);
    const { sa } = chosen;
    const way = sa ? { sa } : this.#egress.wayOf({ transport, local, remote });
    if (typeof way === "string") {
      throw new LocalMisuseError(`The policy has "${way}" for this packet, and no \`sa\` was given`);
    }
    const all: EspWay = { ...way, ...chosen };
    if (!tcp) this.#evidence.message("out", { local, remote }, payload, nameOf(all));
    return await this.#egress.send(datagram, all);
  }

  async sendEsp(packet: Uint8Array, destination: EspDestination): Promise<void> {
    this.#notClosed();
    await this.#egress.sendEsp(packet, destination);
  }

  keepAlive(to: Endpoint, everyMs: number = KEEPALIVE_MS): { stop(): void } {
    this.#notClosed();
    const { udp } = this.#carriers;
    if (!udp) throw new LocalMisuseError("Keep-alives need the UDP carrier, which is not open");
    this.#egress.allow(to.address);
    const stop = new AbortController();
    const send = () => udp.keepAlive(to, (seen) => this.#evidence.wire("out", seen));
    const signal = AbortSignal.any([stop.signal, this.#stopping.signal]);
    this.#run(keepAlives(send, everyMs, this.#options.clock, signal));
    return { stop: () => stop.abort() };
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#sockets].map((socket) => socket.close()));
    await this.#tcp.close();
    await Promise.all([...this.#running]);
    const { raw, udp } = this.#carriers;
    await Promise.all([raw?.close(), udp?.close(), this.#guards.close()]);
  }

  // The way out

  #openUdp(local: Endpoint, guard: PortGuard, { clear = true }: IpsecSocketOptions): MessageSocket {
    const key = formatEndpoint(local);
    if (this.#udpSockets.has(key)) {
      throw new LocalMisuseError(`A UDP socket is open on "${key}" already; it needs another port`);
    }
    const socket: EspUdpSocket = new EspUdpSocket({
      local,
      send: (bytes, to) => this.#sendMessage(local, bytes, to, clear ? guard : undefined),
      closed: async () => {
        this.#udpSockets.delete(key);
        this.#sockets.delete(socket);
        guard.take = undefined;
        await this.#guards.release(guard);
      },
    });
    this.#udpSockets.set(key, socket);
    if (clear) guard.take = (incoming) => socket.arrived(incoming);
    return socket;
  }

  async #openTcp(local: Endpoint, guard: PortGuard, options: IpsecSocketOptions): Promise<MessageSocket> {
    const { framer, limits, listen = true, clear = true } = options;
    const { clock, tap } = this.#options;
    const common = {
      clock,
      listen,
      ...(framer ? { framer } : {}),
      ...(limits ? { limits } : {}),
      ...(tap ? { tap } : {}),
    } satisfies Omit<SocketOptions, "local">;
    const socket: EspTcpSocket = new EspTcpSocket({
      local,
      inside: await openStreamSocket(this.#tcp.transport, { ...common, local }),
      clear: clear ? () => this.#net.open("tcp", { ...common, local: guard.local }) : undefined,
      isClear: ({ remote, security }) =>
        this.#options.policy.connects?.(outboundPacket("tcp", local, remote, security)) === "clear",
      allow: (address) => this.#egress.allow(address),
      closed: async () => {
        this.#sockets.delete(socket);
        await this.#guards.release(guard);
      },
    });
    if (!listen || !clear) return socket;
    try {
      await socket.listenClear();
    } catch (error) {
      guard.users++; // close() lets go of the port, and so does our caller
      await socket.close();
      throw error;
    }
    return socket;
  }

  async #sendMessage(
    local: Endpoint,
    bytes: Uint8Array,
    to: Flow,
    guard: PortGuard | undefined,
  ): Promise<void> {
    const remote = canonicalEndpoint(to.remote);
    const clear = udpDatagram(local, remote, bytes);
    const way = this.#way("udp", local, remote, to.security);
    if (way === "drop") return this.#evidence.note("out", { local, remote }, DROPPED);
    if (way === "clear") {
      if (!guard) {
        throw new LocalMisuseError("This socket speaks only inside ESP: it was opened without `clear`");
      }
      this.#egress.allow(remote.address);
      return await guard.send(bytes, remote);
    }
    this.#evidence.message("out", { local, remote }, bytes, nameOf(way));
    await this.#egress.send(clear, way);
  }

  #sendSegment({ local, remote, bytes }: SegmentToSend, security: string | undefined): Sent {
    const way = this.#way("tcp", local, remote, security);
    if (typeof way === "string") return { security: undefined, done: Promise.reject(new Error(DROPPED)) };
    const clear: Clear = { transport: "tcp", local, remote, datagram: bytes };
    return { security: nameOf(way), done: this.#egress.send(clear, way) };
  }

  /** A whole packet without ESP; only from outside of UDP and TCP sockets. */
  #sendClear({ transport, local, remote, datagram }: Clear, payload: Uint8Array): Uint8Array {
    const { raw } = this.#carriers;
    if (!raw) throw new LocalMisuseError("A packet in the clear needs the raw carrier, which is not open");
    this.#egress.allow(remote.address);
    const addresses = { source: local.address, destination: remote.address };
    const protocol = transport === "udp" ? IP_PROTOCOL.udp : IP_PROTOCOL.tcp;
    const packet = buildIp({ ...addresses, protocol, payload: withChecksum(datagram, protocol, addresses) });
    raw.sendPacket(packet, remote.address);
    if (transport === "udp") this.#evidence.message("out", { local, remote }, payload, undefined);
    else {
      const ends = { local: { ...local, port: 0 }, remote: { ...remote, port: 0 } };
      this.#evidence.wire("out", { layer: "ip", transport: "ip", ...ends, bytes: packet });
    }
    return packet;
  }

  #way(transport: "udp" | "tcp", local: Endpoint, remote: Endpoint, security: string | undefined) {
    return this.#egress.wayOf(outboundPacket(transport, local, remote, security));
  }

  // The way in

  #arrived(carried: Carried): void {
    if (this.#closed) return;
    const { policy } = this.#options;
    const { arrival, datagram } = openCarried(policy, carried);
    this.#evidence.wire("in", carried.seen, noteOf(arrival));
    const verdict = policy.opened?.(arrival);
    const { inner, sa } = arrival;
    if (!inner || !datagram || !sa) return;
    if (verdict === "drop") return this.#evidence.note("in", inner, "dropped by the policy");
    this.#deliver(inner, datagram, securityOf(sa.spi));
  }

  #deliver(inner: InnerPacket, datagram: Uint8Array, security: string): void {
    const { transport, local, remote, payload } = inner;
    if (!this.#addresses.has(local.address)) {
      return this.#evidence.note("in", inner, `dropped: "${local.address}" is not this host`);
    }
    if (transport === "tcp") {
      const addresses = { source: remote.address, destination: local.address };
      return this.#tcp.receive(datagram, addresses, security);
    }
    const socket = this.#udpSockets.get(formatEndpoint(local));
    if (!socket) return this.#evidence.note("in", inner, `dropped: nobody has port ${local.port}`);
    this.#evidence.message("in", inner, payload, security);
    const at = this.#options.clock.now();
    socket.arrived({ bytes: payload, at, flow: { transport: "udp", local, remote, security } });
  }

  #run(work: Promise<void>): void {
    const watched = work.catch(() => {}).finally(() => this.#running.delete(watched));
    this.#running.add(watched);
  }

  #notClosed(): void {
    if (this.#closed) throw new LocalMisuseError("The IPsec host was closed before its last use");
  }
}

const DROPPED = "not sent: the policy drops it";

function outboundPacket(
  transport: "udp" | "tcp",
  local: Endpoint,
  remote: Endpoint,
  security: string | undefined,
): OutboundPacket {
  return { transport, local, remote, ...(security === undefined ? {} : { security }) };
}

function nameOf({ sa, overrides }: EspWay): string {
  return securityOf(overrides?.spi ?? sa.spi);
}

function lonelySegment(
  tcp: NonNullable<PacketToSend["tcp"]>,
  local: Endpoint,
  remote: Endpoint,
  payload: Uint8Array,
): Uint8Array {
  const ports = { sourcePort: local.port, destinationPort: remote.port };
  return buildTcp({ ...tcp, ...ports, payload }, { source: local.address, destination: remote.address });
}
