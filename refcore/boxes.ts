/** The boxes of a core, joined by a fabric. */
import { parseUri } from "sip-codec";
import type { Endpoint } from "../harness/net/types.ts";
import { type Ends, pcscfName, sendOnGm } from "./ends.ts";
import { Fabric, hostOf } from "./fabric.ts";
import { Hss } from "./hss/mod.ts";
import type { Ibcf } from "./ibcf/mod.ts";
import { Icscf } from "./icscf/mod.ts";
import type { CoreOptions } from "./options.ts";
import { Pcscf } from "./pcscf/mod.ts";
import { Scscf } from "./scscf/mod.ts";
import type { BoxContext } from "./types.ts";

export interface Boxes {
  readonly fabric: Fabric;
  readonly pcscf: Pcscf;
  readonly icscf: Icscf;
  readonly scscf: Scscf;
  readonly hss: Hss;
  readonly ibcf: Ibcf | undefined;
}

/** Puts the boxes on a fabric. Addresses there are the core's own; nothing listens on them. */
export function connect(
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
  const host = hostOf(gm.local);
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
