/** One box of a core alone. What is around it is equipment, or somebody who plays it. */
import { parseUri } from "sip-codec";
import { LocalMisuseError } from "../harness/errors.ts";
import { formatEndpoint } from "../harness/net/mod.ts";
import type { Endpoint } from "../harness/net/types.ts";
import type { Profile } from "../profiles/types.ts";
import { begin, type Beginning } from "./begin.ts";
import { cscfNames, joinIcscf, joinScscf } from "./cscfs.ts";
import { DiameterCx } from "./cx_diameter/mod.ts";
import { openGm, openIpsec, openTls, readGm } from "./ends.ts";
import { Fabric } from "./fabric.ts";
import { Hss, openHssEnds, serveHss } from "./hss/mod.ts";
import { joinPcscf, openE2 } from "./join_pcscf.ts";
import { HomeNetworks, literalPlace, MwPort, TrustDomain } from "./mw/mod.ts";
import type { CoreOptions } from "./options.ts";
import type { Pcscf } from "./pcscf/mod.ts";

export const BOX_NAMES = ["p-cscf", "i-cscf", "s-cscf", "hss"] as const;
export type BoxName = typeof BOX_NAMES[number];

/**
 * A CSCF alone calls itself by its address, since nobody could look its name up. Of `mw`, the HSS that an I-CSCF or S-CSCF asks must be there. A CSCF has the port of Gm; `ports.mw` is that of a
 * P-CSCF towards its home network. Who is at the next hop is trusted.
 */
export interface BoxOptions extends CoreOptions {
  readonly only: BoxName;
  /**
   * Where names lead: for a P-CSCF, which must have one, the home network; for an I-CSCF the S-CSCF that it selects; for
   * an S-CSCF the way to users of the home network, who without one are those registered here.
   */
  readonly nextHop?: Endpoint;
}

export interface Box {
  /** As a profile has it. */
  readonly entry: Profile["entry"];
  /** Where an HSS takes RADIUS accounting. */
  readonly radius: Endpoint | undefined;
  readonly problems: readonly unknown[];
  /** Closes everything; nothing is left waiting. Idempotent. */
  close(): Promise<void>;
}

/** @throws EnvironmentError where it cannot listen, LocalMisuseError for a fault that does not exist */
export async function startBox(options: BoxOptions): Promise<Box> {
  const { policy, nextHop } = options;
  const trusted = [...policy?.trusted ?? [], ...(nextHop ? [nextHop.address] : [])];
  const parts = new Parts({ ...options, policy: { ...policy, trusted } });
  try {
    const { entry, radius } = await OPENERS[options.only](parts);
    let closed: Promise<void> | undefined;
    const close = () => closed ??= parts.close();
    return { entry, radius, problems: parts.beginning.problems, close };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

class Parts {
  readonly beginning: Beginning;
  readonly fabric = new Fabric();
  readonly trust: TrustDomain;
  readonly open: { close(): Promise<unknown> }[] = [];
  reading: readonly Promise<void>[] = [];

  constructor(readonly options: BoxOptions) {
    this.beginning = begin(options);
    this.trust = new TrustDomain(this.beginning.context.policy);
  }

  /** A place on the fabric, where nobody else is. */
  get at(): Endpoint {
    return { address: this.options.bind, port: 1 };
  }

  async port(port: number): Promise<MwPort> {
    const { net, clock = net.clock, bind, tap } = this.options;
    const local = { address: bind, port };
    const { problem } = this.beginning.context;
    const opened = await MwPort.open({ net, clock, local, problem, ...(tap ? { tap } : {}) });
    this.open.push(opened);
    return opened;
  }

  /** Cx of the box with this name. */
  cx(host: string): DiameterCx {
    const { net, clock = net.clock, bind: address, mw } = this.options;
    if (!mw?.hss) throw new LocalMisuseError(`"${this.options.only}" alone needs an HSS to ask`);
    const { problem, random, home } = this.beginning.context;
    const cx = new DiameterCx({
      ...{ net, clock, address, problem, hss: mw.hss },
      self: { host, realm: home.domain },
      random: (length) => random.bytes(length),
    });
    this.open.push(cx);
    return cx;
  }

  async close(): Promise<void> {
    this.fabric.close();
    await Promise.all([this.beginning.scheduler.close(), ...this.open.map((one) => one.close())]);
    await Promise.all(this.reading);
  }
}

interface Opened {
  readonly entry: Profile["entry"];
  readonly radius?: Endpoint | undefined;
}

const OPENERS: Readonly<Record<BoxName, (parts: Parts) => Promise<Opened>>> = {
  "p-cscf": openPcscf,
  "i-cscf": openIcscf,
  "s-cscf": openScscf,
  "hss": openHss,
};

async function openPcscf(parts: Parts): Promise<Opened> {
  const { options, beginning: { context }, fabric, open, trust } = parts;
  const { ports, nextHop, access } = options;
  if (!nextHop) throw new LocalMisuseError('"p-cscf" alone needs a next hop');
  const gm = await openGm(options);
  open.push(...gm.sockets);
  const ipsec = await openIpsec(context, options);
  if (ipsec) open.push(ipsec);
  const tls = await openTls(context, options, gm);
  if (tls) open.push(tls);
  const port = await parts.port(ports?.mw ?? (ports?.gm === 0 ? 0 : gm.local.port + 10));
  const e2 = openE2(context, options, gm.local.address);
  if (e2) open.push(e2);
  const roaming = new HomeNetworks(options.mw?.homeNetworks ?? []);
  const pcscf: Pcscf = joinPcscf(context, fabric, {
    ...{ gm, ipsec, tls, access, e2, at: parts.at },
    mw: {
      port,
      hasAgreement: (domain) => roaming.has(domain),
      admits: (address) => trust.holds(address) || roaming.holds(address),
      outside(uri) {
        const literal = literalPlace(uri);
        if (literal && trust.holds(literal.address)) return literal;
        return roaming.place(uri) ?? (literal ? undefined : nextHop);
      },
    },
  });
  const sockets = [...gm.sockets, ...ipsec?.sockets ?? [], ...tls?.sockets ?? []];
  parts.reading = sockets.map((socket) => readGm(socket, pcscf, context));
  const { local } = gm;
  const overTls = tls ? { tls: { ...tls.host.local, name: tls.name } } : {};
  return { entry: { "p-cscf": { udp: local, tcp: local, ...overTls } } };
}

async function openIcscf(parts: Parts): Promise<Opened> {
  const { options: { ports, nextHop }, beginning: { context }, fabric, at } = parts;
  const { icscf } = cscfNames(context);
  const port = await parts.port(ports?.gm ?? 5060);
  joinIcscf(context, fabric, {
    ...{ at, port, nextHop },
    names: [formatEndpoint(port.local), icscf, context.home.domain],
    cx: parts.cx(icscf),
    servers: nextHop ? [`sip:${formatEndpoint(nextHop)}`] : [],
  });
  return entriesOf("i-cscf", port);
}

async function openScscf(parts: Parts): Promise<Opened> {
  const { options: { ports, nextHop }, beginning: { context }, fabric, at } = parts;
  const { icscf, scscf } = cscfNames(context);
  const port = await parts.port(ports?.gm ?? 5060);
  const cx = parts.cx(scscf);
  const box = joinScscf(context, fabric, {
    ...{ at, port, nextHop, cx },
    names: [formatEndpoint(port.local), scscf, ...(nextHop ? [] : [icscf, context.home.domain])],
    homeEntry: parseUri(`sip:${icscf}`),
  });
  cx.listen(box);
  return entriesOf("s-cscf", port);
}

async function openHss(parts: Parts): Promise<Opened> {
  const { options, beginning: { context } } = parts;
  const ends = await openHssEnds(context, { ...options, cx: true }, options.bind);
  parts.open.push(ends);
  const { subscribers } = options;
  const { faults, home: { domain: realm }, random } = context;
  serveHss(ends, new Hss({ subscribers, realm, faults, random: (length) => random.bytes(length) }));
  return { entry: { hss: { tcp: ends.cx!.local } }, radius: ends.radius?.local };
}

/** It asks an HSS that is not its own, so it stands under both names. */
function entriesOf(name: "i-cscf" | "s-cscf", { local }: MwPort): Opened {
  const place = { udp: local, tcp: local };
  return { entry: { [name]: place, [`${name}-hss`]: place } };
}
