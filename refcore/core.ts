/** The reference core put together: boxes on a fabric, sockets for the UEs, the operator's interface. */
import { parseUri, StreamFramer } from "sip-codec";
import { toHex } from "../harness/crypto/mod.ts";
import type { Authority } from "../harness/crypto/pki/mod.ts";
import { LocalMisuseError } from "../harness/errors.ts";
import type { Clock, Endpoint, Flow, MessageSocket, Net, Tap } from "../harness/net/types.ts";
import type { EntryPoint, Profile, Subscriber } from "../profiles/types.ts";
import { Fabric } from "./fabric.ts";
import { faults as knownFaults, type FaultSet } from "./faults.ts";
import { Hss } from "./hss/mod.ts";
import { type Border, type BorderOptions, type Ibcf, openBorder } from "./ibcf/mod.ts";
import { Icscf } from "./icscf/mod.ts";
import { NatBox } from "./nat/mod.ts";
import { openOperator, type Operator, type OperatorAction } from "./operator.ts";
import { type EndOptions, IpsecEnd } from "./pcscf/ipsec/mod.ts";
import { type AccessRanges, Pcscf } from "./pcscf/mod.ts";
import { TlsEnd } from "./pcscf/tls/mod.ts";
import { DEFAULT_POLICY, type Policy } from "./policy.ts";
import { Scheduler } from "./scheduler.ts";
import { Scscf } from "./scscf/mod.ts";
import type { BoxContext, CoreTimers, Random } from "./types.ts";

export interface CoreOptions {
  readonly net: Net;
  /** Default: the net's. */
  readonly clock?: Clock;
  /** Address of the P-CSCF and, where it is a loopback address, of the operator interface. */
  readonly bind: string;
  readonly ports?: {
    /** Gm, for UDP and TCP. Default 5060. */
    readonly gm?: number;
    /** TLS with UEs. Default: one above Gm, as 5061 is above 5060; any where Gm's may be any. */
    readonly tls?: number;
    /** Default 0: any. */
    readonly operator?: number;
  };
  readonly subscribers: readonly Subscriber[];
  readonly home: Profile["home"];
  readonly timers: CoreTimers;
  readonly faults?: FaultSet;
  readonly random: Random;
  readonly policy?: Partial<Policy>;
  /** Which source addresses belong to which access network; the rest is "fixed". */
  readonly access?: AccessRanges;
  /** Sees every octet on Gm. */
  readonly tap?: Tap;
  /**
   * Opens IPsec on the address of the P-CSCF, for the access networks that the policy wants it for. Without the
   * privilege for raw IP there is UDP-encapsulated ESP alone. Default: none.
   */
  readonly ipsec?: Pick<EndOptions, "encapsulationPort" | "raw">;
  /**
   * Opens TLS on the address of the P-CSCF, with certificates that this CA issues: a root, whose certificate is what
   * UEs trust. Needs OpenSSL on this machine. Default: none.
   */
  readonly tls?: { readonly authority: Authority };
  /**
   * A NAT in front of the core (TS 33.203 Annex M): UEs that send to `Core.nat` seem to be at the first of these
   * addresses. `lifetime`: ms until a binding without traffic is forgotten. Needs `ipsec`. Default: none.
   */
  readonly nat?: { readonly addresses: readonly [string, ...string[]]; readonly lifetime?: number };
  /** The border to partner networks, with the home network's DNS. Default: none; foreign domains are nowhere. */
  readonly interconnect?: BorderOptions;
}

export interface Core {
  /** As a profile has it: by name and transport. */
  readonly entry:
    & { readonly "p-cscf": Readonly<Record<"udp" | "tcp", Endpoint>> & { readonly tls?: EntryPoint } }
    & { readonly ibcf?: Border["entry"] };
  /** The home network's name server, where there is a border. */
  readonly dns: Endpoint | undefined;
  /** What the CAs of its certificates have revoked, DER; empty without TLS. */
  readonly crls: readonly Uint8Array[];
  /** What of IPsec is there: "native" is protocol 50. */
  readonly ipsec: { readonly encapsulation: Endpoint | undefined; readonly native: boolean } | undefined;
  /** Inside of the NAT: for SIP in the clear, and for UDP-encapsulated ESP. */
  readonly nat: { readonly sip: Endpoint; readonly encapsulated: Endpoint } | undefined;
  readonly operatorUrl: string;
  /** Names of the operator's actions. */
  readonly actions: readonly string[];
  /** What went wrong inside: empty unless the core has a bug (or a fault that makes one). */
  readonly problems: readonly unknown[];
  readonly options: CoreOptions;
  /** Closes everything; nothing is left waiting. Idempotent. */
  close(): Promise<void>;
}

/** @throws EnvironmentError where it cannot listen, LocalMisuseError for a fault that does not exist */
export async function startCore(options: CoreOptions): Promise<Core> {
  checkFaults(options.faults ?? new Set());
  const scheduler = new Scheduler(options.clock ?? options.net.clock);
  const problems: unknown[] = [];
  const context = contextOf(options, scheduler, problems);
  const open: { close(): Promise<void> }[] = [];
  const closeAll = () => Promise.all(open.map((one) => one.close()));
  try {
    const gm = await openGm(options);
    open.push(...gm.sockets);
    const ipsec = await openIpsec(context, options);
    if (ipsec) open.push(ipsec);
    const nat = await openNat(context, options, gm, ipsec);
    if (nat) open.push(nat);
    const tls = await openTls(context, options, gm);
    if (tls) open.push(tls);
    const border = await openBorderOf(context, options, gm);
    if (border) open.push(border);
    const boxes = connect(context, options, { gm, ipsec, tls, border });
    const actions = operatorActions(boxes, nat);
    const operator = await openOperator(operatorEndpoint(options), actions);
    open.push(operator);
    const ends = { gm, ipsec, tls, nat, border };
    return run({ options, scheduler, problems, context, ...ends, boxes, actions, operator, closeAll });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Where the boxes meet the network. */
interface Ends {
  readonly gm: Gm;
  readonly ipsec: IpsecEnd | undefined;
  readonly tls: TlsEnd | undefined;
  readonly border: Border | undefined;
}

interface Parts extends Ends {
  readonly options: CoreOptions;
  readonly scheduler: Scheduler;
  readonly problems: unknown[];
  readonly context: BoxContext;
  readonly nat: NatBox | undefined;
  readonly boxes: Boxes;
  readonly actions: ReadonlyMap<string, OperatorAction>;
  readonly operator: Operator;
  readonly closeAll: () => Promise<unknown>;
}

function run(parts: Parts): Core {
  const { options, scheduler, problems, context, gm, ipsec, tls, nat, border, boxes } = parts;
  const { actions, operator, closeAll } = parts;
  const sockets = [...gm.sockets, ...ipsec?.sockets ?? [], ...tls?.sockets ?? []];
  const reading = sockets.map((socket) => read(socket, boxes.pcscf, context));
  let closed: Promise<void> | undefined;
  const close = async () => {
    boxes.fabric.close();
    await Promise.all([scheduler.close(), closeAll()]);
    await Promise.all(reading);
  };
  return {
    entry: { "p-cscf": entryOf(gm, tls), ...(border ? { ibcf: border.entry } : {}) },
    dns: border?.dns,
    crls: tls?.crls ?? [],
    nat: nat && { sip: nat.inside[0]!, encapsulated: nat.inside[1]! },
    ipsec: ipsec && { encapsulation: ipsec.host.encapsulation, native: ipsec.native },
    operatorUrl: operator.url,
    actions: [...actions.keys()],
    problems,
    options,
    close: () => closed ??= close(),
  };
}

function entryOf({ local }: Gm, tls: TlsEnd | undefined): Core["entry"]["p-cscf"] {
  return { udp: local, tcp: local, ...(tls ? { tls: { ...tls.host.local, name: tls.name } } : {}) };
}

interface Gm {
  readonly local: Endpoint;
  readonly sockets: readonly MessageSocket[];
}

interface Boxes {
  readonly fabric: Fabric;
  readonly pcscf: Pcscf;
  readonly icscf: Icscf;
  readonly scscf: Scscf;
  readonly hss: Hss;
  readonly ibcf: Ibcf | undefined;
}

function contextOf(options: CoreOptions, scheduler: Scheduler, problems: unknown[]): BoxContext {
  const { timers, random, home } = options;
  return {
    scheduler,
    timers,
    random,
    home: { ...home, domain: home.domain.toLowerCase() },
    policy: { ...DEFAULT_POLICY, ...options.policy },
    faults: options.faults ?? new Set(),
    token: () => toHex(random.bytes(12)),
    problem: (error) => void problems.push(error),
  };
}

/** UDP and TCP on the same port; with port 0 the one that UDP was given. */
async function openGm({ net, clock, bind, ports, tap }: CoreOptions): Promise<Gm> {
  const common = { clock: clock ?? net.clock, ...(tap ? { tap } : {}) };
  const udp = await net.open("udp", { ...common, local: { address: bind, port: ports?.gm ?? 5060 } });
  try {
    const tcp = await net.open("tcp", { ...common, local: udp.local, framer: () => new StreamFramer() });
    return { local: udp.local, sockets: [udp, tcp] };
  } catch (error) {
    await udp.close();
    throw error;
  }
}

async function openIpsec(context: BoxContext, options: CoreOptions): Promise<IpsecEnd | undefined> {
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

async function openTls(context: BoxContext, options: CoreOptions, gm: Gm): Promise<TlsEnd | undefined> {
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

function pcscfName({ home }: BoxContext): string {
  return `pcscf.${home.domain}`;
}

/** For SIP and for encapsulated ESP, each with an inside port of its own. */
async function openNat(
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

async function openBorderOf(
  context: BoxContext,
  { net, clock, interconnect }: CoreOptions,
  gm: Gm,
): Promise<Border | undefined> {
  if (!interconnect) return undefined;
  return await openBorder(context, { net, clock: clock ?? net.clock, gm: gm.local }, interconnect);
}

/** RFC 4787 REQ-5: not shorter than two minutes. */
const NAT_LIFETIME = 120_000;

/** Puts the boxes on a fabric. Addresses there are the core's own; nothing listens on them. */
function connect(
  context: BoxContext,
  options: CoreOptions,
  { gm, ipsec, tls, border }: Ends,
): Boxes {
  const fabric = new Fabric();
  const { domain } = context.home;
  const names = { pcscf: pcscfName(context), icscf: `icscf.${domain}`, scscf: `scscf.${domain}` };
  const homeEntry = parseUri(`sip:${names.icscf}`);
  const hss = new Hss({
    subscribers: options.subscribers,
    realm: domain,
    faults: context.faults,
    random: (length) => context.random.bytes(length),
  });
  const at = (offset: number): Endpoint => ({ address: gm.local.address, port: gm.local.port + offset });
  const host = gm.local.address.includes(":") ? `[${gm.local.address}]` : gm.local.address;
  const ports = [gm.local.port, ...ipsec?.serverPorts ?? [], ...(tls ? [tls.host.local.port] : [])];
  const gmNames = [names.pcscf, ...ports.map((port) => `${host}:${port}`)];
  if (gm.local.port === 5060) gmNames.push(host);
  const pcscf: Pcscf = new Pcscf(context, {
    gm: gm.local,
    name: names.pcscf,
    homeEntry,
    serviceRoute: `sip:orig@${names.scscf};lr`,
    link: fabric.attach(at(1), gmNames, (bytes, flow) => pcscf.mw.receive(bytes, flow)),
    send: (bytes, to) => sendOnGm(gm, bytes, to),
    ...(options.access ? { access: options.access } : {}),
    ...(ipsec ? { ipsec } : {}),
    ...(tls ? { tls } : {}),
  });
  const icscf: Icscf = new Icscf(context, {
    name: names.icscf,
    cx: hss,
    servers: [`sip:${names.scscf}`],
    link: fabric.attach(at(2), [names.icscf, domain], (bytes, flow) => icscf.stack.receive(bytes, flow)),
  });
  const scscf: Scscf = new Scscf(context, {
    name: names.scscf,
    homeEntry,
    cx: hss,
    link: fabric.attach(at(3), [names.scscf], (bytes, flow) => scscf.stack.receive(bytes, flow)),
  });
  hss.listen(`sip:${names.scscf}`, scscf);
  const ibcf = border?.join(fabric, at(4), homeEntry);
  return { fabric, pcscf, icscf, scscf, hss, ibcf };
}

async function sendOnGm({ sockets }: Gm, bytes: Uint8Array, to: Flow): Promise<void> {
  const socket = sockets.find(({ transport }) => transport === to.transport);
  if (!socket) throw new RangeError(`no socket for transport "${to.transport}"`);
  await socket.send(bytes, to);
}

async function read(socket: MessageSocket, pcscf: Pcscf, context: BoxContext): Promise<void> {
  for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
    try {
      pcscf.receive(incoming.bytes, incoming.flow);
    } catch (error) {
      context.problem(error);
    }
  }
}

function operatorActions(
  { pcscf, scscf, hss, ibcf }: Boxes,
  nat: NatBox | undefined,
): Map<string, OperatorAction> {
  const unknown = (impi: string | undefined) =>
    ({ status: 404, error: `there is no subscriber "${impi}"` }) as const;
  const actions = new Map<string, OperatorAction>([
    ["reauthenticate", ({ impi = "" }) => {
      if (!hss.has(impi)) return unknown(impi);
      if (!scscf.requestReauthentication(impi)) return { status: 404, error: `"${impi}" is not registered` };
    }],
    ["deregister", ({ impi = "" }) => hss.terminateRegistration(impi) ? undefined : unknown(impi)],
    ["change-password", ({ impi = "", password }) => {
      if (password === undefined) return { status: 400, error: `need "password"` };
      return hss.changePassword(impi, password) ? undefined : unknown(impi);
    }],
    ["reset", () => {
      scscf.reset();
      pcscf.reset();
      hss.reset();
      ibcf?.reset();
    }],
  ]);
  const { security, tls } = pcscf;
  if (security || tls) {
    actions.set("security-policy", (parameters) => {
      const error = security?.orders.order(parameters) ?? tls?.orders.order(parameters);
      return error === undefined ? undefined : { status: 400, error };
    });
  }
  if (tls) {
    actions.set("tls-renegotiate", ({ impi = "" }) => {
      if (!hss.has(impi)) return unknown(impi);
      if (!tls.askToRenegotiate(impi)) return { status: 404, error: `"${impi}" is not registered over TLS` };
    });
  }
  if (nat) {
    actions.set("nat-rebind", ({ address, move }) => {
      const forgotten = nat.rebind(address, move === "true");
      return forgotten > 0 ? undefined : { status: 404, error: `nobody is behind the NAT at "${address}"` };
    });
  }
  return actions;
}

function operatorEndpoint({ bind, ports }: CoreOptions): Endpoint {
  const loopback = bind.startsWith("127.") || bind === "::1";
  return { address: loopback ? bind : "127.0.0.1", port: ports?.operator ?? 0 };
}

function checkFaults(chosen: FaultSet): void {
  const known = new Set(knownFaults.map(({ id }) => id));
  for (const id of chosen) {
    if (!known.has(id)) throw new LocalMisuseError(`There is no fault "${id}"`);
  }
}
