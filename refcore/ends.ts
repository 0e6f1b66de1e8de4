/** Where the boxes of a core meet the network: each is opened if the options ask for it. */
import { StreamFramer } from "sip-codec";
import { openPair } from "../harness/net/mod.ts";
import type { Endpoint, Flow, MessageSocket } from "../harness/net/types.ts";
import type { HssEnds } from "./hss/mod.ts";
import { type Border, openBorder } from "./ibcf/mod.ts";
import type { MwEnds } from "./mw/mod.ts";
import { NatBox } from "./nat/mod.ts";
import type { CoreOptions } from "./options.ts";
import { IpsecEnd } from "./pcscf/ipsec/mod.ts";
import type { Pcscf } from "./pcscf/mod.ts";
import { TlsEnd } from "./pcscf/tls/mod.ts";
import type { BoxContext } from "./types.ts";

export interface Ends {
  readonly gm: Gm;
  readonly ipsec: IpsecEnd | undefined;
  readonly tls: TlsEnd | undefined;
  readonly border: Border | undefined;
  readonly mw: MwEnds | undefined;
  readonly hss: HssEnds;
}

export interface Gm {
  readonly local: Endpoint;
  readonly sockets: readonly MessageSocket[];
}

/** UDP and TCP on the same port; with port 0 one that is free for both. */
export async function openGm({ net, clock, bind, ports, tap }: CoreOptions): Promise<Gm> {
  const { udp, tcp } = await openPair(net, {
    clock: clock ?? net.clock,
    local: { address: bind, port: ports?.gm ?? 5060 },
    framer: () => new StreamFramer(),
    ...(tap ? { tap } : {}),
  });
  return { local: udp.local, sockets: [udp, tcp] };
}

export async function openIpsec(context: BoxContext, options: CoreOptions): Promise<IpsecEnd | undefined> {
  const { net, clock, bind, ipsec, tap } = options;
  if (!ipsec) return undefined;
  return await IpsecEnd.open(context, {
    ...ipsec,
    net,
    clock: clock ?? net.clock,
    address: bind,
    ...(tap ? { tap } : {}),
  });
}

export async function openTls(
  context: BoxContext,
  options: CoreOptions,
  gm: Gm,
): Promise<TlsEnd | undefined> {
  const { net, clock, ports, tls, tap } = options;
  if (!tls) return undefined;
  const open = (port: number) =>
    TlsEnd.open({
      net,
      clock: clock ?? net.clock,
      local: { address: gm.local.address, port },
      authority: tls.authority,
      name: pcscfName(context),
      faults: context.faults,
      ...(tap ? { tap } : {}),
    });
  const anyWill = ports?.gm === 0 && ports.tls === undefined;
  return await open(anyWill ? 0 : ports?.tls ?? gm.local.port + 1);
}

export function pcscfName({ home }: BoxContext): string {
  return `pcscf.${home.domain}`;
}

/** For SIP and for encapsulated ESP, each with an inside port of its own. */
export async function openNat(
  { scheduler, problem }: BoxContext,
  { net, clock, nat }: CoreOptions,
  gm: Gm,
  ipsec: IpsecEnd | undefined,
): Promise<NatBox | undefined> {
  const encapsulation = ipsec?.host.encapsulation;
  if (!nat || !encapsulation) return undefined;
  return await NatBox.open({
    net,
    clock: clock ?? net.clock,
    scheduler,
    problem,
    addresses: nat.addresses,
    targets: [gm.local, encapsulation],
    lifetime: nat.lifetime ?? NAT_LIFETIME,
  });
}

export async function openBorderOf(
  context: BoxContext,
  { net, clock, interconnect }: CoreOptions,
  gm: Gm,
): Promise<Border | undefined> {
  if (!interconnect) return undefined;
  return await openBorder(context, { net, clock: clock ?? net.clock, gm: gm.local }, interconnect);
}

/** RFC 4787 REQ-5: not shorter than two minutes. */
const NAT_LIFETIME = 120_000;

export async function sendOnGm({ sockets }: Gm, bytes: Uint8Array, to: Flow): Promise<void> {
  const socket = sockets.find(({ transport }) => transport === to.transport);
  if (!socket) throw new RangeError(`no socket for transport "${to.transport}"`);
  await socket.send(bytes, to);
}

/** Hands the P-CSCF what UEs send, until the socket is closed. */
export async function readGm(socket: MessageSocket, pcscf: Pcscf, context: BoxContext): Promise<void> {
  for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
    try {
      pcscf.receive(incoming.bytes, incoming.flow);
    } catch (error) {
      context.problem(error);
    }
  }
}
