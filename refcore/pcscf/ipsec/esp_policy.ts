/** Which packet may go under which SA: the selectors of TS 33.203 7.1 and M.7.1 (RFC 4301 4.4.1, 5.2). */
import type {
  EspArrival,
  EspCarrierName,
  EspPolicy,
  EspWay,
  InnerPacket,
  OutboundPacket,
} from "../../../harness/net/mod.ts";
import type { Endpoint } from "../../../harness/net/types.ts";
import type { EspSa } from "../../../harness/wire/esp.ts";
import type { BoxContext } from "../../types.ts";
import type { SaSet } from "./sa_set.ts";
import type { SaTable } from "./sa_table.ts";

export class PcscfEspPolicy implements EspPolicy {
  /** Sees packets that could not be opened; for faults alone. */
  onUnopened: (arrival: EspArrival, set: SaSet) => void = () => {};

  constructor(readonly context: BoxContext, readonly table: SaTable) {}

  outbound(packet: OutboundPacket): EspWay | "clear" | "drop" {
    const { faults } = this.context;
    const { local, remote } = packet;
    const set = this.table.byPorts(remote.address, remote.port, local.port);
    // 7.1: nothing leaves these ports in the clear; a fault may have let it in.
    if (!set) return this.#clearAllowed(packet.transport) ? "clear" : "drop";
    const pair = remote.port === set.numbers.portUs && local.port === set.numbers.portPc ? "us" : "uc";
    const sa = faults.has("pcscf/ipsec-shared-outbound-spi") ? this.#sharing(set, pair) : set.outbound[pair];
    if (set.mode === "trans" || set.native) return { sa, carrier: "raw", mode: "transport" };
    const port = this.#encapsulationPort(set, pair);
    if (port === undefined) return "drop"; // M.7.1: nothing is known of where it goes yet
    return { sa, carrier: "udp", mode: "tunnel", outer: { address: set.ueAddress, port } };
  }

  connects(packet: OutboundPacket): "esp" | "clear" {
    return this.outbound(packet) === "clear" ? "clear" : "esp";
  }

  inbound(spi: number, from: Endpoint, carrier: EspCarrierName): EspSa | undefined {
    const { faults } = this.context;
    const set = this.table.bySpi(spi);
    const pair = set?.portOf(spi);
    if (!set || !pair) return undefined;
    if (set.state === "registration" && faults.has("pcscf/ipsec-sas-after-200")) return undefined;
    if (carrier !== carrierOf(set) && !this.#carrierIgnored(set)) return undefined;
    // 7.1: the SA is bound to the source of the initial REGISTER. In a tunnel the inner addresses tell (M.7.1).
    const elsewhere = carrier === "raw" && from.address !== set.ueAddress;
    if (elsewhere && !this.#sourceIgnored()) return undefined;
    if (carrier === "udp") {
      if (faults.has("pcscf/nat-source-port-4500-only") && from.port !== 4500) return undefined;
      const { port = from.port } = set.encapsulation ?? {};
      if (faults.has("pcscf/nat-keeps-to-first-port") && from.port !== port) return undefined;
      if (faults.has("pcscf/nat-learns-before-icv")) this.#learn(set, pair, from);
    }
    return set.inbound[pair];
  }

  opened(arrival: EspArrival): "take" | "drop" {
    const { spi, inner, from, carrier } = arrival;
    const set = spi === undefined ? undefined : this.table.bySpi(spi);
    const pair = spi === undefined ? undefined : set?.portOf(spi);
    if (!set || !pair) return "drop";
    if (!inner) {
      this.onUnopened(arrival, set);
      return "drop";
    }
    if (!this.#fits(set, pair, inner, carrier)) return "drop";
    if (this.context.faults.has("pcscf/ipsec-follows-address")) set.ueAddress = inner.remote.address;
    if (carrier === "udp") this.#learn(set, pair, from);
    else if (set.mode === "UDP-enc-tun") set.native = true;
    return "take";
  }

  #fits(set: SaSet, pair: "pc" | "ps", inner: InnerPacket, carrier: EspCarrierName): boolean {
    const { faults } = this.context;
    const { numbers, setup } = set;
    const tunnel = inner.mode === "tunnel";
    const anyMode = carrier === "udp" && faults.has("pcscf/nat-takes-transport-mode");
    if (tunnel !== (carrier === "udp") && !anyMode) return false;
    if (inner.remote.address !== set.ueAddress && !this.#innerSourceIgnored(set, inner, tunnel)) return false;
    const anyInner = tunnel && faults.has("pcscf/nat-any-inner-address");
    if (inner.local.address !== setup.localAddress && !anyInner) return false;
    if (inner.transport === "tcp") {
      const udpOnly = tunnel ? "pcscf/nat-inner-udp-only" : "pcscf/ipsec-selector-udp-only";
      if (faults.has(udpOnly)) return false;
    }
    if (faults.has("pcscf/ipsec-ignores-port-selectors")) return true;
    const { portUc, portUs, portPc, portPs } = numbers;
    return pair === "ps"
      ? inner.remote.port === portUc && inner.local.port === portPs
      : inner.remote.port === portUs && inner.local.port === portPc;
  }

  #innerSourceIgnored(set: SaSet, { remote }: InnerPacket, tunnel: boolean): boolean {
    const { faults } = this.context;
    if (!tunnel) return this.#sourceIgnored();
    return faults.has("pcscf/nat-any-inner-address") ||
      faults.has("pcscf/nat-private-inner-source") && remote.address === set.setup.sentBy;
  }

  #sourceIgnored(): boolean {
    const { faults } = this.context;
    return faults.has("pcscf/ipsec-ignores-source-address") || faults.has("pcscf/ipsec-follows-address");
  }

  /** M.7.4.1a: what began in a tunnel goes on in one. */
  #carrierIgnored(set: SaSet): boolean {
    const { faults } = this.context;
    return set.mode === "UDP-enc-tun" && (faults.has("pcscf/nat-mode-change-at-sm7") && !!set.setup.sm1Set ||
      faults.has("pcscf/nat-accepts-other-protection"));
  }

  /**
   * M.7.1: port_Uenc is where protected packets come from; a NAT may change it any time. One port for all four SAs
   * (M.7.2). The address is that of the initial REGISTER and stays.
   */
  #learn(set: SaSet, pair: "pc" | "ps", from: Endpoint): void {
    if (from.address !== set.ueAddress) return;
    set.encapsulation = { port: from.port, at: this.context.scheduler.now(), pair };
  }

  #encapsulationPort(set: SaSet, pair: "uc" | "us"): number | undefined {
    const { faults, scheduler, timers } = this.context;
    if (faults.has("pcscf/nat-downlink-to-4500")) return 4500;
    const { encapsulation } = set;
    if (!encapsulation) return undefined;
    const other = pair === "us" ? "ps" : "pc";
    if (faults.has("pcscf/nat-port-for-one-pair") && encapsulation.pair === other) return undefined;
    const age = scheduler.now() - encapsulation.at;
    if (faults.has("pcscf/nat-forgets-port") && age > timers.minExpires) return undefined;
    return encapsulation.port;
  }

  /** The newest SA of all that go to this address with this SPI. */
  #sharing(set: SaSet, pair: "uc" | "us"): EspSa {
    const { spi } = set.outbound[pair];
    const others = this.table.all.filter(({ ueAddress }) => ueAddress === set.ueAddress)
      .flatMap(({ outbound }) => [outbound.uc, outbound.us]);
    return others.findLast((sa) => sa.spi === spi) ?? set.outbound[pair];
  }

  #clearAllowed(transport: "udp" | "tcp"): boolean {
    const { faults } = this.context;
    if (faults.has("pcscf/nat-clear-on-protected-port")) return true;
    const own = transport === "udp" ? "pcscf/ipsec-clear-on-protected-port" : "pcscf/ipsec-takes-clear-tcp";
    return faults.has(own);
  }
}

function carrierOf({ mode }: SaSet): EspCarrierName {
  return mode === "trans" ? "raw" : "udp";
}
