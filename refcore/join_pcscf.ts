/** The P-CSCF on a fabric, between Gm and Mw. */
import { parseUri } from "sip-codec";
import type { Endpoint } from "../harness/net/types.ts";
import { cscfNames } from "./cscfs.ts";
import { type Ends, pcscfName, sendOnGm } from "./ends.ts";
import { type Fabric, hostOf, type Receiver } from "./fabric.ts";
import { gateway, type MwPort, type Outside } from "./mw/mod.ts";
import type { CoreOptions } from "./options.ts";
import { type AccessRanges, E2Client, Pcscf } from "./pcscf/mod.ts";
import type { BoxContext } from "./types.ts";

export interface PcscfSurroundings extends Pick<Ends, "gm" | "ipsec" | "tls"> {
  /** Its place on the fabric. */
  readonly at: Endpoint;
  readonly access: AccessRanges | undefined;
  readonly e2: E2Client | undefined;
  /** Mw towards elements outside this process. */
  readonly mw: {
    readonly port: MwPort;
    readonly outside: Outside;
    /** Whose requests are taken there, by address. */
    readonly admits: (address: string) => boolean;
    /** Whose users may roam here, by domain. */
    readonly hasAgreement: (domain: string) => boolean;
  } | undefined;
}

export function joinPcscf(context: BoxContext, fabric: Fabric, surroundings: PcscfSurroundings): Pcscf {
  const { gm, ipsec, tls, mw, at, access, e2 } = surroundings;
  const { icscf, scscf } = cscfNames(context);
  const name = pcscfName(context);
  const host = hostOf(gm.local);
  const ports = [gm.local.port, ...ipsec?.serverPorts ?? [], ...(tls ? [tls.host.local.port] : [])];
  const names = [name, ...ports.map((port) => `${host}:${port}`)];
  if (gm.local.port === 5060) names.push(host);
  const receive: Receiver = (bytes, flow) => pcscf.mw.receive(bytes, flow);
  const inside = fabric.attach(at, names, receive);
  const pcscf: Pcscf = new Pcscf(context, {
    gm: gm.local,
    name,
    homeEntry: parseUri(`sip:${icscf}`),
    serviceRoute: `sip:orig@${scscf};lr`,
    link: mw ? gateway(inside, mw.port, mw.outside) : inside,
    send: (bytes, to) => sendOnGm(gm, bytes, to),
    ...(mw ? { hasAgreement: mw.hasAgreement } : {}),
    ...(access ? { access } : {}),
    ...(ipsec ? { ipsec } : {}),
    ...(e2 ? { e2 } : {}),
    ...(tls ? { tls } : {}),
  });
  mw?.port.serve(receive, mw.admits);
  return pcscf;
}

/** Undefined where the options name no CLF. */
export function openE2(context: BoxContext, options: CoreOptions, address: string): E2Client | undefined {
  const { net, clock = net.clock, clf } = options;
  const { home: { domain: realm }, timers, problem, random } = context;
  return clf && new E2Client({
    ...{ net, clock, address, clf, problem },
    self: { host: pcscfName(context), realm },
    random: (length) => random.bytes(length),
    // Before the UE gives its REGISTER up (64*T1), but not where the machine is merely busy.
    answerMs: 20 * timers.t1,
  });
}
