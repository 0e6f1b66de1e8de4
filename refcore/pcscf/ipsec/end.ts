/** The P-CSCF's end of IPsec: the host with its policy, the protected ports, and the sockets on them. */
import { StreamFramer } from "sip-codec";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { IpsecHost } from "../../../harness/net/mod.ts";
import type {
  Clock,
  Flow,
  MessageSocket,
  Net,
  SocketOptions,
  Tap,
  TapRecord,
} from "../../../harness/net/types.ts";
import type { BoxContext } from "../../types.ts";
import { PcscfEspPolicy } from "./esp_policy.ts";
import { SaTable } from "./sa_table.ts";

export interface EndOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly address: string;
  /** UDP port for encapsulated ESP; default 4500 (M.7.1). */
  readonly encapsulationPort?: number;
  /** Default: raw IP wherever this machine lets us. */
  readonly raw?: boolean;
  readonly tap?: Tap;
}

/** Ports of either kind that are open: one server port for all UEs (7.1 note 7), and client ports in turn (7.4.0). */
const CLIENT_PORTS = 4;
/** Further server ports, which only a fault uses. */
const SPARE_SERVER_PORTS = 2;

export class IpsecEnd {
  readonly sockets: readonly MessageSocket[];

  private constructor(
    readonly host: IpsecHost,
    readonly table: SaTable,
    readonly policy: PcscfEspPolicy,
    /** Whether protocol 50 can be spoken: transport mode needs it. */
    readonly native: boolean,
    readonly serverPorts: readonly number[],
    readonly clientPorts: readonly number[],
    sockets: readonly MessageSocket[],
    readonly taps: EndTaps,
  ) {
    this.sockets = sockets;
  }

  /** Undefined where this net has no IPsec. Rejects with EnvironmentError where the UDP port is taken. */
  static async open(context: BoxContext, options: EndOptions): Promise<IpsecEnd | undefined> {
    const { net } = options;
    if (!net.ipsec) return undefined;
    const table = new SaTable(context.scheduler, context.faults);
    const policy = new PcscfEspPolicy(context, table);
    const taps: EndTaps = { onOther: undefined };
    const { host, native } = await openHost(context, options, policy, taps);
    try {
      const spare = context.faults.size > 0 ? SPARE_SERVER_PORTS : 0;
      const serverPorts = await host.reserve(1 + spare);
      const clientPorts = await host.reserve(CLIENT_PORTS);
      const sockets = await Promise.all([
        ...serverPorts.flatMap((port) => socketsOn(host, port, true, context)),
        ...clientPorts.flatMap((port) => socketsOn(host, port, false, context)),
      ]);
      return new IpsecEnd(host, table, policy, native, serverPorts, clientPorts, sockets, taps);
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  isProtected(port: number): boolean {
    return this.serverPorts.includes(port) || this.clientPorts.includes(port);
  }

  async send(bytes: Uint8Array, to: Flow): Promise<void> {
    const socket = this.sockets.find(({ transport, local }) =>
      transport === to.transport && local.port === to.local.port
    );
    if (!socket) throw new RangeError(`no protected socket for ${to.transport} on port ${to.local.port}`);
    await socket.send(bytes, to);
  }

  async close(): Promise<void> {
    this.table.clear();
    await this.host.close();
  }
}

export interface EndTaps {
  /** What comes to the port of encapsulation and is no ESP; for faults alone. */
  onOther: ((bytes: Uint8Array, flow: Flow) => void) | undefined;
}

async function openHost(
  { random, faults }: BoxContext,
  { net, clock, address, encapsulationPort, raw = true, tap }: EndOptions,
  policy: PcscfEspPolicy,
  taps: EndTaps,
): Promise<{ host: IpsecHost; native: boolean }> {
  const watch = (record: TapRecord) => {
    tap?.(record);
    const { direction, layer, local, remote, bytes } = record;
    if (taps.onOther && direction === "in" && layer === "udp" && local.port === host?.encapsulation?.port) {
      taps.onOther(bytes, { transport: "udp", local, remote });
    }
  };
  let host: IpsecHost | undefined;
  const open = (native: boolean) =>
    net.ipsec!({
      address,
      carriers: {
        ...(native ? { raw: true } : {}),
        udp: {
          ...(encapsulationPort === undefined ? {} : { port: encapsulationPort }),
          ...(faults.has("pcscf/nat-other-source-address") ? { through: twoFaced(net) } : {}),
        },
      },
      policy,
      clock,
      random: (octets) => random.bytes(octets),
      tap: watch,
    });
  if (raw) {
    try {
      host = await open(true);
      return { host, native: true };
    } catch (error) {
      // Without CAP_NET_RAW there is still Annex M.
      if (!(error instanceof EnvironmentError)) throw error;
    }
  }
  host = await open(false);
  return { host, native: false };
}

/** 7.1: an SA is for UDP and TCP alike, and nothing is taken in the clear on its ports. */
function socketsOn(
  host: IpsecHost,
  port: number,
  listen: boolean,
  { faults }: BoxContext,
): Promise<MessageSocket>[] {
  const nat = faults.has("pcscf/nat-clear-on-protected-port");
  const clearUdp = nat || faults.has("pcscf/ipsec-clear-on-protected-port");
  const clearTcp = nat || faults.has("pcscf/ipsec-takes-clear-tcp");
  return [
    host.open("udp", { port, clear: clearUdp }),
    host.open("tcp", { port, listen, clear: clearTcp && listen, framer: () => new StreamFramer() }),
  ];
}

/** M.7.1: the outer source is the address that the UE talks to. Here is a socket that is heard from elsewhere. */
function twoFaced(net: Net): Pick<Net, "open"> {
  return {
    open: async (transport, options: SocketOptions) => {
      const front = await net.open(transport, options);
      const back = await net.open(transport, { ...options, local: neighbour(front.local.address) });
      return {
        transport,
        local: front.local,
        send: (bytes, to) => back.send(bytes, { ...to, local: back.local }),
        receive: () => front.receive(),
        close: async () => {
          await Promise.all([front.close(), back.close()]);
        },
      };
    },
  };
}

/** Another address of a loopback network; elsewhere the same one, whose port is another all the same. */
function neighbour(address: string) {
  const [first, second, third, last = ""] = address.split(".");
  const loopback = first === "127" && last !== "";
  return {
    address: loopback ? [first, second, third, Number(last) > 1 ? Number(last) - 1 : 2].join(".") : address,
    port: 0,
  };
}
