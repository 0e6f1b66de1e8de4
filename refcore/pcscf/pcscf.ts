/**
 * The P-CSCF. It has two sides, each a transaction layer of its own: Gm towards UEs on real sockets, Mw towards the
 * core. What comes in on one side goes out on the other.
 */
import { parseMessage, parseUri, type SipRequest, type Uri } from "sip-codec";
import type { Endpoint, Flow } from "../../harness/net/types.ts";
import { hostOf, isInside, type Link, namesBox, sentByOn } from "../fabric.ts";
import { popRoute } from "../proxy.ts";
import { type ServerTransaction, SipStack } from "../stack.ts";
import type { BoxContext } from "../types.ts";
import { accessClassifier, type AccessRanges, type AccessType } from "./access.ts";
import { AddressTable } from "./address_table.ts";
import { type UeBinding, UeBindings } from "./bindings.ts";
import { type IpsecEnd, PcscfSecurity, replyTo } from "./ipsec/mod.ts";
import type { Locator } from "./location.ts";
import { originate } from "./originating.ts";
import { stunAnswer } from "./outbound.ts";
import { RegEvents } from "./reg_event.ts";
import { register } from "./register.ts";
import { terminate } from "./terminating.ts";
import { PcscfTls, type TlsEnd } from "./tls/mod.ts";
import { VariantOrders } from "./variants.ts";
import { Veils } from "./veil.ts";
import { isReceivedNoted, withoutReceived } from "./via_of_ue.ts";

export interface PcscfOptions {
  /** Where UEs reach it, and what stands in Path and Record-Route. */
  readonly gm: Endpoint;
  /** sent-by on Mw. */
  readonly name: string;
  readonly link: Link;
  /** The next hop for REGISTER and for requests to home users: the home network's I-CSCF. */
  readonly homeEntry: Uri;
  /** Whether there is a roaming agreement with a network, by its domain; `link` leads there. Default: with none. */
  readonly hasAgreement?: (domain: string) => boolean;
  /** Where an originating request goes that has no Service-Route; only a fault lets one through. */
  readonly serviceRoute: string;
  readonly access?: AccessRanges;
  /** Without it there is no security agreement. */
  readonly ipsec?: IpsecEnd;
  /** The CLF of the NASS; without it there is no NBA. */
  readonly e2?: Locator;
  /** Without it UEs come in the clear or under SAs. */
  readonly tls?: TlsEnd;
  /** Takes octets to a UE, in the clear. */
  send(bytes: Uint8Array, to: Flow): Promise<void>;
}

export class Pcscf {
  readonly gm: SipStack;
  readonly mw: SipStack;
  readonly link: Link;
  readonly bindings: UeBindings;
  readonly table: AddressTable;
  readonly veils: Veils;
  readonly regEvents: RegEvents;
  readonly accessOf: (address: string) => AccessType;
  /** Which variants of IMS there are for UEs of 3GPP access. */
  readonly variants: VariantOrders;
  /** Security agreement and IPsec; undefined where this machine has none. */
  readonly security: PcscfSecurity | undefined;
  /** TLS with UEs; undefined where this machine has none. */
  readonly tls: PcscfTls | undefined;
  /** Host of our URIs: an IPv6 address in brackets. */
  readonly host: string;
  /** `received` as a UE wrote it, by branch; for "pcscf/keeps-forged-received" alone. */
  readonly #forged = new Map<string, string>();

  constructor(readonly context: BoxContext, readonly options: PcscfOptions) {
    const { link, name, gm, access } = options;
    this.link = link;
    this.host = gm.address.includes(":") ? `[${gm.address}]` : gm.address;
    this.bindings = new UeBindings(context);
    this.table = new AddressTable(context.faults);
    this.bindings.onGone = (binding) => {
      this.table.remove(binding);
      this.tls?.released(binding.token);
    };
    this.veils = new Veils({
      faults: context.faults,
      token: () => context.token(),
      uri: (user) => this.uri(user),
    });
    this.regEvents = new RegEvents(this);
    this.accessOf = accessClassifier(access);
    this.variants = new VariantOrders(context.policy.variants, context.faults);
    this.security = options.ipsec && this.#secured(options.ipsec);
    this.tls = options.tls && new PcscfTls(context, options.tls, {
      bindings: this.bindings,
      accessOf: (address) => this.accessOf(address),
    });
    const faulty = options.tls?.faultyTcp;
    if (faulty) faulty.take = (bytes, flow) => this.receive(bytes, flow);
    const { security } = this;
    this.gm = new SipStack(context, {
      sentBy: (to) => {
        const port = to.transport === "tls" ? this.tls?.local.port ?? gm.port : gm.port;
        return security?.sentBy(to) ?? { host: this.host, port };
      },
      ...(security ? { replyTo: (request, from) => replyTo(security, request, from) } : {}),
      answerKeepAlives: true,
      send: (bytes, to) => this.#toUe(bytes, to),
      handle: (server) => this.#fromUe(server),
    });
    this.mw = new SipStack(context, {
      sentBy: sentByOn(name),
      send: (bytes, to) => link.send(bytes, to),
      handle: (server) => terminate(this, server),
    });
  }

  /** What came from a UE. */
  receive(bytes: Uint8Array, flow: Flow): void {
    const stun = stunAnswer(bytes, flow);
    if (stun) return void this.options.send(stun, flow).catch((error) => this.context.problem(error));
    const { faults } = this.context;
    const forged = faults.has("pcscf/keeps-forged-received") || faults.has("pcscf/nat-trusts-received") ||
      faults.has("pcscf/giba-keeps-forged-received") || faults.has("pcscf/giba-by-received-on-wlan");
    if (forged) this.#noteForged(bytes);
    if (this.tls && !this.tls.admits(bytes, flow)) return;
    if (flow.transport !== "tls" && this.security && !this.security.admits(bytes, flow)) return;
    this.gm.receive(bytes, flow);
  }

  /** A URI of ours; for a UE under SAs or over TLS with the port it is to send to (TS 24.229 5.2.6.3). */
  uri(user: string, binding?: UeBinding): string {
    if (this.tls && binding?.overTls) {
      return `sip:${user}@${this.host}:${this.tls.local.port};transport=tls`;
    }
    const port = binding && this.security?.serverPortOf(binding.token);
    return `sip:${user}@${this.host}:${port ?? this.options.gm.port}`;
  }

  /** A URI of ours for elements outside this core: where Mw is, not Gm. */
  uriOutside(user: string): string {
    const { outside = this.options.gm } = this.link;
    return `sip:${user}@${hostOf(outside)}:${outside.port}`;
  }

  get serviceRoute(): string {
    return this.options.serviceRoute;
  }

  isOurs(uri: Uri): boolean {
    // RFC 3261 19.1.2: the port of SIP over TLS.
    const port = uri.port ?? (uri.params.get("transport")?.toLowerCase() === "tls" ? 5061 : 5060);
    if (namesBox(uri, this.options.name, this.link)) return true;
    return uri.host === this.host && (port === this.options.gm.port || port === this.tls?.local.port ||
      this.security?.end.isProtected(port) === true);
  }

  /**
   * Takes our entry off the top of the Route and gives its user part, "" where the UE only named us. Where we are on
   * two networks the entry has two values, one for each (RFC 5658 4).
   */
  popOwnRoute(request: SipRequest): string | undefined {
    const popped = popRoute(request, (uri) => this.isOurs(uri))?.uri.user;
    popRoute(request, (uri) => uri.user === popped && popped?.includes(".") === true && this.isOurs(uri));
    return popped;
  }

  /**
   * Record-Route values of ours, the side of whoever is next first (RFC 5658 4): two for a user whose home network is
   * outside this core. `to`: the way to the home network, or from it.
   */
  recordRoute(request: SipRequest, user: string, binding: UeBinding | undefined, home: Flow): void {
    const gm = `<${this.uri(user, binding)};lr>`;
    const mw = isInside(home) ? [] : [`<${this.uriOutside(user)};lr>`];
    for (const value of user.startsWith("mo.") ? [gm, ...mw] : [...mw, gm]) {
      request.prepend("Record-Route", value);
    }
  }

  /** The way to the home network with this domain; undefined for one without an agreement. */
  toHome(domain: string = this.context.home.domain): Flow | undefined {
    const { homeEntry, hasAgreement } = this.options;
    if (domain.toLowerCase() === this.context.home.domain) return this.link.flowTo(homeEntry);
    return hasAgreement?.(domain) ? this.link.flowTo(parseUri(`sip:${domain}`)) : undefined;
  }

  reset(): void {
    this.variants.clear();
    this.security?.reset();
    this.tls?.reset();
    this.bindings.reset();
    this.regEvents.reset();
  }

  #secured(end: IpsecEnd): PcscfSecurity {
    const { gm, send } = this.options;
    const { bindings } = this;
    return new PcscfSecurity(this.context, end, {
      gm,
      accessOf: (address) => this.accessOf(address),
      isBound: (token) => bindings.byToken(token) !== undefined,
      isBundled: (address) =>
        [...bindings.all].some(({ giba, flow }) => giba && flow.remote.address === address),
      hasBindings: (impi) => [...bindings.all].some((binding) => binding.impi === impi),
      abandoned: (token) => {
        const binding = bindings.byToken(token);
        if (binding) bindings.remove(binding);
      },
      sendClear: (bytes, to) => send(bytes, to),
      receive: (bytes, flow) => this.receive(bytes, flow),
    });
  }

  #toUe(bytes: Uint8Array, to: Flow): Promise<void> {
    if (this.tls && to.transport === "tls") return this.tls.send(bytes, to);
    const faulty = this.tls?.end.faultyTcp;
    if (faulty?.holds(to)) return faulty.send(bytes, to);
    return this.security ? this.security.send(bytes, to) : this.options.send(bytes, to);
  }

  #fromUe(server: ServerTransaction): void | Promise<void> {
    this.#noteSource(server);
    if (server.request.method === "REGISTER") return register(this, server);
    originate(this, server);
  }

  /** RFC 3261 18.2.1: `received` is the server's word on the source, whatever the client has put there. */
  #noteSource({ request, flow }: ServerTransaction): void {
    if (!isReceivedNoted(flow.remote.address, this.context.faults)) return withoutReceived(request);
    const via = request.via;
    const forged = this.#forged.get(via?.branch ?? "");
    const wanted = forged ?? flow.remote.address;
    if (!via || via.received === undefined || via.received === wanted) return;
    const [first = "", ...rest] = request.values("Via");
    request.set("Via", [first.replace(/;\s*received\s*=\s*[^;]*/i, `;received=${wanted}`), ...rest]);
  }

  #noteForged(bytes: Uint8Array): void {
    try {
      const { via } = parseMessage(bytes);
      if (via?.received !== undefined) this.#forged.set(via.branch ?? "", via.received);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}
