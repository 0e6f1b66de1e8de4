/** The boxes of a core, joined by a fabric. */
import { parseUri } from "sip-codec";
import type { Endpoint } from "../harness/net/types.ts";
import { cscfNames, cscfPair, type Cscfs } from "./cscfs.ts";
import { DiameterCx } from "./cx_diameter/mod.ts";
import type { Ends } from "./ends.ts";
import { Fabric } from "./fabric.ts";
import { Hss, serveHss } from "./hss/mod.ts";
import type { Ibcf } from "./ibcf/mod.ts";
import type { Icscf } from "./icscf/mod.ts";
import { joinPcscf, openE2 } from "./join_pcscf.ts";
import { HomeNetworks } from "./mw/mod.ts";
import type { CoreOptions } from "./options.ts";
import type { Pcscf } from "./pcscf/mod.ts";
import type { Scscf } from "./scscf/mod.ts";
import type { BoxContext } from "./types.ts";

export interface Boxes {
  readonly fabric: Fabric;
  readonly pcscf: Pcscf;
  readonly icscf: Icscf;
  readonly scscf: Scscf;
  readonly hss: Hss;
  readonly ibcf: Ibcf | undefined;
  /** The pair that asks an HSS outside this core. */
  readonly asking: Cscfs | undefined;
  /** Takes leave of what is asked outside this core. */
  leave(): Promise<void>;
}

/** What takes leave at the end. */
type Leaving = { close(): Promise<void> }[];

/** Puts the boxes on a fabric. Addresses there are the core's own; nothing listens on them. */
export function connect(context: BoxContext, options: CoreOptions, ends: Ends): Boxes {
  const { gm, border, mw } = ends;
  const fabric = new Fabric();
  const at = (offset: number): Endpoint => ({ address: gm.local.address, port: gm.local.port + offset });
  const hss = new Hss({
    subscribers: options.subscribers,
    realm: context.home.domain,
    faults: context.faults,
    random: (length) => context.random.bytes(length),
  });
  serveHss(ends.hss, hss);
  const leaving: Leaving = [];
  const e2 = openE2(context, options, gm.local.address);
  if (e2) leaving.push(e2);
  const roaming = new HomeNetworks(options.mw?.homeNetworks ?? []);
  const pcscf = joinPcscf(context, fabric, {
    ...{ ...ends, e2, at: at(1) },
    access: options.access,
    mw: mw && {
      port: mw.pcscf,
      hasAgreement: (domain) => roaming.has(domain),
      admits: (address) => roaming.holds(address),
      outside: (uri) => roaming.place(uri),
    },
  });
  const names = cscfNames(context);
  const { icscf, scscf } = cscfPair(context, fabric, {
    names,
    at: { icscf: at(2), scscf: at(3) },
    cx: { icscf: hss, scscf: hss, listen: (server, listener) => hss.listen(server, listener) },
    ports: mw?.own,
    domains: [context.home.domain],
  });
  const ibcf = border?.join(fabric, at(4), parseUri(`sip:${names.icscf}`));
  const asking = connectAsking(context, options, ends, fabric, { icscf: at(5), scscf: at(6) }, leaving);
  const leave = async () => void await Promise.all(leaving.map((one) => one.close()));
  return { fabric, pcscf, icscf, scscf, hss, ibcf, asking, leave };
}

function connectAsking(
  context: BoxContext,
  options: CoreOptions,
  { gm, mw }: Ends,
  fabric: Fabric,
  at: { readonly icscf: Endpoint; readonly scscf: Endpoint },
  leaving: Leaving,
): Cscfs | undefined {
  const { net, clock = net.clock, mw: { hss } = {} } = options;
  if (!hss || !mw?.asking) return undefined;
  const names = cscfNames(context, "-hss");
  const cxOf = (host: string) =>
    new DiameterCx({
      ...{ net, clock, hss, problem: context.problem },
      address: gm.local.address,
      self: { host, realm: context.home.domain },
      random: (length) => context.random.bytes(length),
    });
  const cx = { icscf: cxOf(names.icscf), scscf: cxOf(names.scscf) };
  leaving.push(cx.icscf, cx.scscf);
  return cscfPair(context, fabric, {
    names,
    at,
    cx: { ...cx, listen: (_, listener) => cx.scscf.listen(listener) },
    ports: mw.asking,
    domains: [],
  });
}
