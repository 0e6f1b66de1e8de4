/** An I-CSCF and the S-CSCF it leads to, on the fabric and, with ports of their own, on Mw. */
import { parseUri, type Uri } from "sip-codec";
import type { Endpoint } from "../harness/net/types.ts";
import type { Cx, CxListener } from "./cx.ts";
import type { Fabric, Receiver } from "./fabric.ts";
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
  const trust = new TrustDomain(context.policy);
  const attach = (
    { local, names, port, receive, admits = (address) => trust.holds(address) }: {
      local: Endpoint;
      names: readonly string[];
      port: MwPort | undefined;
      receive: Receiver;
      admits?: (address: string) => boolean;
    },
  ) => {
    const link = fabric.attach(local, names, receive);
    if (!port) return link;
    port.serve(receive, admits);
    return gateway(link, port, (uri) => trustedPlace(trust, uri));
  };
  const icscf: Icscf = new Icscf(context, {
    name: names.icscf,
    cx: cx.icscf,
    servers: [`sip:${names.scscf}`],
    link: attach({
      local: at.icscf,
      names: [names.icscf, ...domains],
      port: ports?.icscf,
      receive: (bytes, flow) => icscf.stack.receive(bytes, flow),
      admits: (address) => icscf.trust.admits(address),
    }),
  });
  const scscf: Scscf = new Scscf(context, {
    name: names.scscf,
    homeEntry: parseUri(`sip:${names.icscf}`),
    cx: cx.scscf,
    link: attach({
      local: at.scscf,
      names: [names.scscf],
      port: ports?.scscf,
      receive: (bytes, flow) => scscf.stack.receive(bytes, flow),
    }),
  });
  cx.listen(`sip:${names.scscf}`, scscf);
  return { icscf, scscf };
}

/** Outside this core requests go to nodes of the network domain alone. */
function trustedPlace(trust: TrustDomain, uri: Uri): Endpoint | undefined {
  const place = literalPlace(uri);
  return place && trust.holds(place.address) ? place : undefined;
}
