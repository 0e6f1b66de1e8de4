/** An I-CSCF and the S-CSCF it leads to, on the fabric and, with ports of their own, on Mw. */
import { parseUri, type Uri } from "sip-codec";
import type { Endpoint } from "../harness/net/types.ts";
import type { Cx, CxListener } from "./cx.ts";
import type { Fabric, Link, Receiver } from "./fabric.ts";
import { Icscf } from "./icscf/mod.ts";
import { type CscfPorts, gateway, literalPlace, type MwPort, TrustDomain } from "./mw/mod.ts";
import { Scscf } from "./scscf/mod.ts";
import type { BoxContext } from "./types.ts";

export interface Cscfs {
  readonly icscf: Icscf;
  readonly scscf: Scscf;
}

/** Hosts as they stand in URIs. */
export interface CscfNames {
  readonly icscf: string;
  readonly scscf: string;
}

export interface CscfOptions {
  readonly names: CscfNames;
  /** Their places on the fabric. */
  readonly at: { readonly icscf: Endpoint; readonly scscf: Endpoint };
  /** What I-CSCF and S-CSCF ask; told who listens to what the HSS says unasked. */
  readonly cx: {
    readonly icscf: Cx;
    readonly scscf: Cx;
    listen(serverName: string, listener: CxListener): void;
  };
  readonly ports: CscfPorts | undefined;
  /** Further names that lead to the I-CSCF: the home domain's. */
  readonly domains: readonly string[];
}

/** The pair that the home network has, or another one: "scscf.<domain>", "scscf-hss.<domain>". */
export function cscfNames({ home }: BoxContext, suffix = ""): CscfNames {
  return { icscf: `icscf${suffix}.${home.domain}`, scscf: `scscf${suffix}.${home.domain}` };
}

export function cscfPair(context: BoxContext, fabric: Fabric, options: CscfOptions): Cscfs {
  const { names, at, cx, ports, domains } = options;
  const icscf = joinIcscf(context, fabric, {
    names: [names.icscf, ...domains],
    at: at.icscf,
    cx: cx.icscf,
    servers: [`sip:${names.scscf}`],
    port: ports?.icscf,
  });
  const scscf = joinScscf(context, fabric, {
    names: [names.scscf],
    at: at.scscf,
    cx: cx.scscf,
    homeEntry: parseUri(`sip:${names.icscf}`),
    port: ports?.scscf,
  });
  cx.listen(`sip:${names.scscf}`, scscf);
  return { icscf, scscf };
}

interface JoinOptions {
  /** What it is found under on the fabric; the first is the host of its URIs. */
  readonly names: readonly [string, ...string[]];
  /** Its place there. */
  readonly at: Endpoint;
  readonly cx: Cx;
  readonly port: MwPort | undefined;
  /** Where names lead that are not on the fabric. Default: nowhere. */
  readonly nextHop?: Endpoint | undefined;
}

export function joinIcscf(
  context: BoxContext,
  fabric: Fabric,
  options: JoinOptions & { readonly servers: readonly string[] },
): Icscf {
  const { names: [name], cx, servers } = options;
  const receive: Receiver = (bytes, flow) => icscf.stack.receive(bytes, flow);
  const link = linkOf(context, fabric, options, receive, (address) => icscf.trust.admits(address));
  const icscf: Icscf = new Icscf(context, { name, cx, servers, link });
  return icscf;
}

export function joinScscf(
  context: BoxContext,
  fabric: Fabric,
  options: JoinOptions & { readonly homeEntry: Uri },
): Scscf {
  const { names: [name], cx, homeEntry } = options;
  const trust = new TrustDomain(context.policy);
  const receive: Receiver = (bytes, flow) => scscf.stack.receive(bytes, flow);
  const link = linkOf(
    context,
    fabric,
    options,
    receive,
    (address) => trust.holds(address) || context.faults.has("scscf/takes-auth-done-from-anywhere"),
  );
  const scscf: Scscf = new Scscf(context, {
    ...{ name, cx, homeEntry, link },
    ...(options.nextHop ? { icscf: options.nextHop } : {}),
  });
  return scscf;
}

function linkOf(
  { policy }: BoxContext,
  fabric: Fabric,
  { names, at, port, nextHop }: JoinOptions,
  receive: Receiver,
  admits: (address: string) => boolean,
): Link {
  const inside = fabric.attach(at, names, receive);
  if (!port) return inside;
  port.serve(receive, admits);
  const trust = new TrustDomain(policy);
  return gateway(inside, port, (uri) => {
    const place = literalPlace(uri);
    // Outside this core requests go to nodes of the network domain alone.
    return place ? trust.holds(place.address) ? place : undefined : nextHop;
  });
}
