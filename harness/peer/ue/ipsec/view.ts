/** `ue.ipsec`: what a case sees of the SAs, and the packets it sends by hand. */
import type { SipRequest, SipResponse } from "sip-codec";
import { EnvironmentError, LocalMisuseError } from "../../../errors.ts";
import type { MessageSocket } from "../../../net/types.ts";
import { type EspKeys, wiresharkEspSa } from "../../../wire/esp.ts";
import { orSilence, quiet } from "../../no_answer.ts";
import type { SendingOptions } from "../sending.ts";
import { Association, keysOf } from "./association.ts";
import type { Ipsec, IpsecParts } from "./ipsec.ts";
import { ENCAPSULATION_PORT, IN_THE_CLEAR, type SentEsp } from "./traffic.ts";
import type {
  AlgorithmPair,
  Carried,
  Discarded,
  ElsewhereOptions,
  IpsecView,
  IpsecWay,
  NatView,
  SaSet,
} from "./types.ts";

export class LiveIpsecView implements IpsecView {
  readonly nat: NatView | undefined;
  readonly #ipsec: Ipsec;
  readonly #parts: IpsecParts;

  constructor(ipsec: Ipsec, parts: IpsecParts) {
    this.#ipsec = ipsec;
    this.#parts = parts;
    this.nat = parts.host.encapsulation && this.#natView();
  }

  get client(): readonly string[] {
    return this.#ipsec.negotiation.client;
  }

  get server(): readonly string[] {
    return this.#ipsec.negotiation.server;
  }

  get sets(): readonly SaSet[] {
    return [...this.#ipsec.table.sets];
  }

  get current(): SaSet | undefined {
    return this.#ipsec.table.current;
  }

  get old(): SaSet | undefined {
    return this.#ipsec.table.old;
  }

  get new(): SaSet | undefined {
    return this.#ipsec.table.new;
  }

  get discarded(): readonly Discarded[] {
    return [...this.#ipsec.gate.discarded];
  }

  get strays(): IpsecView["strays"] {
    return [...this.#parts.traffic.strays];
  }

  get arrivals(): IpsecView["arrivals"] {
    return [...this.#parts.traffic.arrivals];
  }

  get sent(): number {
    return this.#parts.traffic.sent.length;
  }

  carried(message: SipRequest | SipResponse): Carried {
    return this.#ipsec.gate.carried(message);
  }

  nextDiscarded(within: number = this.#parts.timers.silence): Promise<Discarded | undefined> {
    const anything = { what: "a message by a wrong way", fits: () => true };
    return quiet(this.#ipsec.gate.discards.take(anything, within).catch(orSilence(undefined)));
  }

  sequences(spi: number): readonly number[] {
    return this.#parts.traffic.sequences(spi);
  }

  async again(n: number, from: ElsewhereOptions = {}): Promise<void> {
    const { packet, carrier } = this.#sent(n);
    await this.sendOctets(packet, { carrier, ...from });
  }

  packet(n: number): Uint8Array {
    return this.#sent(n).packet.slice();
  }

  get packets(): readonly Uint8Array[] {
    return this.#parts.traffic.sent.map(({ packet }) => packet);
  }

  async sendOctets(bytes: Uint8Array, from: ElsewhereOptions = {}): Promise<void> {
    const { host, remote, elsewhere } = this.#parts;
    const { carrier, sourceAddress, otherPort, toPort = ENCAPSULATION_PORT } = from;
    const to = { address: remote.address, port: toPort };
    if (otherPort) {
      const socket = await elsewhere("udp");
      await socket.send(bytes, { transport: "udp", local: socket.local, remote: to });
      return await socket.close();
    }
    await host.sendEsp(bytes, {
      to,
      ...(carrier ? { carrier } : {}),
      ...(sourceAddress === undefined ? {} : { sourceAddress }),
    });
  }

  forget(set?: SaSet): void {
    if (set === undefined) return this.#ipsec.forget();
    if (!(set instanceof Association)) throw new LocalMisuseError("forget() needs an SA set of this UE");
    this.#ipsec.forget(set);
  }

  async send(
    payload: Uint8Array,
    options: SendingOptions & { readonly fromPort?: number; readonly toPort?: number } = {},
  ): Promise<void> {
    const { way, esp, over, fromPort, toPort } = options;
    if (way === "clear" || way === "clear-to-protected") {
      const port = fromPort ?? this.#parts.clear.local.port;
      const transport = over ?? (this.#parts.clear.transport === "tcp" ? "tcp" : "udp");
      return await this.#sendClear(this.#socket(transport, port), payload, toPort ?? this.#clearPort(way));
    }
    if (over === "tcp") throw new LocalMisuseError("send() makes datagrams; TCP needs a connection");
    const set = this.#ipsec.setOf(way);
    const from = fromPort === set.portUs ? "port-us" : "port-uc";
    const ports = { local: fromPort ?? set.portUc, remote: toPort ?? set.portPs };
    await this.#parts.traffic.sendDatagram(this.#parts.host, payload, { set, from, esp }, ports);
  }

  async connects(
    { from = "port-uc", way }: { readonly from?: "port-uc" | "port-us"; readonly way?: IpsecWay } = {},
  ): Promise<boolean> {
    const clear = way === "clear" || way === "clear-to-protected";
    const [socket, to] = clear
      ? [await this.#parts.elsewhere("tcp"), { port: this.#clearPort(way) }]
      : await this.#connecting(this.#ipsec.setOf(way), from);
    try {
      await socket.send(new Uint8Array(0), {
        transport: "tcp",
        local: socket.local,
        remote: { address: this.#parts.remote.address, port: to.port },
        connection: "new",
        ...("security" in to ? { security: to.security } : {}),
      });
    } catch (error) {
      await socket.close();
      if (error instanceof EnvironmentError) return false;
      throw error;
    }
    await (clear ? socket.close() : this.#leave(socket));
    return true;
  }

  /** The ports are free again when both sides have said goodbye, or the other one does not. */
  async #leave(socket: MessageSocket): Promise<void> {
    const { clock, timers, traffic } = this.#parts;
    const before = traffic.arrivals.length;
    await socket.close();
    const until = clock.now() + timers.silence;
    while (traffic.arrivals.length === before && clock.now() < until) await clock.wait(clock.now() + 10);
    await clock.wait(clock.now() + 10);
  }

  /** A socket for one connection from a protected port, which may have others that listen or are connected. */
  async #connecting(
    set: Association,
    from: "port-uc" | "port-us",
  ): Promise<readonly [MessageSocket, { readonly port: number; readonly security: string }]> {
    const { host, framer, traffic } = this.#parts;
    const { ours, theirs } = set.ports(from);
    const address = set.ueAddress;
    const socket = await host.open("tcp", { port: ours, address, framer, listen: false, clear: false });
    return [socket, { port: theirs, security: traffic.passage(set, from) }];
  }

  keys(
    pair: AlgorithmPair,
    { ck, ik }: { readonly ck?: Uint8Array; readonly ik?: Uint8Array } = {},
  ): EspKeys {
    const latest = this.#ipsec.table.sets.at(-1);
    if (!latest && !(ck && ik)) throw new LocalMisuseError("keys() needs CK and IK: there are no SAs yet");
    return keysOf(pair, { ck: ck ?? latest!.ck, ik: ik ?? latest!.ik });
  }

  get espSa(): readonly string[] {
    const lines = this.#ipsec.table.sets.flatMap((set) => {
      const { spiUc, spiUs, spiPc, spiPs, keys, pcscfAddress } = set;
      const out = { source: "*", destination: pcscfAddress, keys };
      const back = { source: pcscfAddress, destination: "*", keys };
      return [
        ...[spiPc, spiPs].map((spi) => wiresharkEspSa({ ...out, spi })),
        ...[spiUc, spiUs].map((spi) => wiresharkEspSa({ ...back, spi })),
      ];
    });
    return [...new Set(lines.filter((line) => line !== undefined))];
  }

  #sent(n: number): SentEsp {
    const { sent } = this.#parts.traffic;
    const packet = sent.at(n);
    if (packet) return packet;
    throw new LocalMisuseError(`Packet "${n}" was not sent; ${sent.length} were sent so far`);
  }

  async #sendClear(socket: MessageSocket, payload: Uint8Array, port: number): Promise<void> {
    await socket.send(payload, {
      transport: socket.transport,
      local: socket.local,
      remote: { address: this.#parts.remote.address, port },
      security: IN_THE_CLEAR,
    });
  }

  #clearPort(way: "clear" | "clear-to-protected"): number {
    if (way === "clear") return this.#parts.remote.port;
    const { table } = this.#ipsec;
    const set = table.current ?? table.new ?? table.sets.at(-1);
    if (set) return set.portPs;
    throw new LocalMisuseError("There is no port_ps yet: it comes with SM6");
  }

  #socket(transport: "udp" | "tcp", port: number): MessageSocket {
    const socket = this.#ipsec.socketAt(transport, port);
    if (socket) return socket;
    throw new LocalMisuseError(`The UE has no ${transport} socket on port "${port}"`);
  }

  #natView(): NatView {
    const { nat, clear, host, remote } = this.#parts;
    return {
      privateAddress: clear.local.address,
      get public() {
        return nat?.publicOf(ENCAPSULATION_PORT) ?? host.encapsulation!;
      },
      get publicClear() {
        return nat?.publicOf(clear.local.port) ?? clear.local;
      },
      keepAlive: () =>
        host.sendEsp(NAT_KEEPALIVE, {
          to: { address: remote.address, port: ENCAPSULATION_PORT },
          carrier: "udp",
        }),
      rebind: () => {
        if (nat) return nat.rebind();
        return Promise.reject(
          new LocalMisuseError("rebind() needs a NAT that we play: say `nat: true` in `security`"),
        );
      },
    };
  }
}

/** RFC 3948 2.3. */
const NAT_KEEPALIVE = Uint8Array.of(0xff);
