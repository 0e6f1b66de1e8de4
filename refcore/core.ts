/** The reference core put together: boxes on a fabric, sockets for the UEs, the operator's interface. */
import type { Endpoint } from "../harness/net/types.ts";
import type { EntryPoint } from "../profiles/types.ts";
import { begin } from "./begin.ts";
import { type Boxes, connect } from "./boxes.ts";
import { type Ends, type Gm, openBorderOf, openGm, openIpsec, openNat, openTls, readGm } from "./ends.ts";
import { openHssEnds } from "./hss/mod.ts";
import type { Border } from "./ibcf/mod.ts";
import { type MwEnds, type MwPort, openMw } from "./mw/mod.ts";
import type { NatBox } from "./nat/mod.ts";
import { openOperator, type Operator, type OperatorAction } from "./operator.ts";
import { operatorActions } from "./operator_actions.ts";
import type { CoreOptions } from "./options.ts";
import type { TlsEnd } from "./pcscf/tls/mod.ts";
import type { Scheduler } from "./scheduler.ts";
import type { BoxContext } from "./types.ts";

export interface Core {
  /** As a profile has it: by name and transport. */
  readonly entry:
    & { readonly "p-cscf": Readonly<Record<"udp" | "tcp", Endpoint>> & { readonly tls?: EntryPoint } }
    & { readonly ibcf?: Border["entry"]; readonly hss?: { readonly tcp: Endpoint } }
    & Partial<Record<"i-cscf" | "s-cscf" | "i-cscf-hss" | "s-cscf-hss", Record<"udp" | "tcp", Endpoint>>>;
  /** Where the HSS takes RADIUS accounting. */
  readonly radius: Endpoint | undefined;
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
  const { context, scheduler, problems } = begin(options);
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
    const mw = await openMw(context, options, gm.local);
    if (mw) open.push(mw);
    const hss = await openHssEnds(context, options, gm.local.address);
    open.push(hss);
    const boxes = connect(context, options, { gm, ipsec, tls, border, mw, hss });
    open.push({ close: () => boxes.leave() });
    const actions = operatorActions(boxes, nat);
    const operator = await openOperator(operatorEndpoint(options), actions);
    open.push(operator);
    const ends = { gm, ipsec, tls, nat, border, mw, hss };
    return run({ options, scheduler, problems, context, ...ends, boxes, actions, operator, closeAll });
  } catch (error) {
    await closeAll();
    throw error;
  }
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
  const { options, scheduler, problems, context, gm, ipsec, tls, nat, border, mw, hss, boxes } = parts;
  const { actions, operator, closeAll } = parts;
  const sockets = [...gm.sockets, ...ipsec?.sockets ?? [], ...tls?.sockets ?? []];
  const reading = sockets.map((socket) => readGm(socket, boxes.pcscf, context));
  let closed: Promise<void> | undefined;
  const close = async () => {
    boxes.fabric.close();
    await Promise.all([scheduler.close(), closeAll()]);
    await Promise.all(reading);
  };
  return {
    entry: {
      "p-cscf": entryOf(gm, tls),
      ...(border ? { ibcf: border.entry } : {}),
      ...entriesOf(mw),
      ...(hss.cx ? { hss: { tcp: hss.cx.local } } : {}),
    },
    radius: hss.radius?.local,
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

function entriesOf(mw: MwEnds | undefined): Omit<Core["entry"], "p-cscf" | "ibcf" | "hss"> {
  if (!mw) return {};
  const at = ({ local }: MwPort) => ({ udp: local, tcp: local });
  const { own, asking } = mw;
  return {
    "i-cscf": at(own.icscf),
    "s-cscf": at(own.scscf),
    ...(asking ? { "i-cscf-hss": at(asking.icscf), "s-cscf-hss": at(asking.scscf) } : {}),
  };
}

function operatorEndpoint({ bind, ports }: CoreOptions): Endpoint {
  const loopback = bind.startsWith("127.") || bind === "::1";
  return { address: loopback ? bind : "127.0.0.1", port: ports?.operator ?? 0 };
}
