/**
 * The IBCF (TS 24.229 5.10): the border between the home network and its partners. It has two sides, each a
 * transaction layer of its own: outside TLS, inside the fabric. What comes in on one goes out on the other.
 */
import type { SipRequest, Uri } from "sip-codec";
import { EnvironmentError } from "../../harness/errors.ts";
import type { Endpoint, Flow } from "../../harness/net/types.ts";
import type { Link } from "../fabric.ts";
import { popRoute } from "../proxy.ts";
import { type ServerTransaction, SipStack } from "../stack.ts";
import type { BoxContext } from "../types.ts";
import { fromClear } from "./clear.ts";
import { Dialogs } from "./dialogs.ts";
import { fromPartner } from "./inbound.ts";
import { toPartner } from "./outbound.ts";
import type { Partner, Partners } from "./partners.ts";
import { domainOfFlow, partnerFlow, type Trunk } from "./trunk.ts";

export interface IbcfOptions {
  /** Host of its URIs, outside and inside. */
  readonly name: string;
  /** Where TLS is taken. */
  readonly tls: Endpoint;
  readonly partners: Partners;
  /** Undefined where this machine has no TLS: then nobody is reached. */
  readonly trunk: Trunk | undefined;
  readonly link: Link;
  /** The home network's I-CSCF. */
  readonly homeEntry: Uri;
  /** Takes octets out in the clear: only faults do. */
  sendClear(bytes: Uint8Array, to: Flow): Promise<void>;
}

export class Ibcf {
  readonly outer: SipStack;
  readonly inner: SipStack;
  readonly dialogs = new Dialogs();

  constructor(readonly context: BoxContext, readonly options: IbcfOptions) {
    const { name, tls, link } = options;
    this.outer = new SipStack(context, {
      sentBy: { host: name, port: tls.port, alias: true },
      answerKeepAlives: true,
      send: (bytes, to) => this.#sendOut(bytes, to),
      handle: (server) => this.#fromOutside(server),
    });
    this.inner = new SipStack(context, {
      sentBy: { host: name },
      send: (bytes, to) => link.send(bytes, to),
      handle: (server) => toPartner(this, server),
    });
  }

  /** What came by TLS. */
  receive(bytes: Uint8Array, flow: Flow): void {
    if (this.options.trunk?.partnerOf(flow)) this.outer.receive(bytes, flow);
  }

  /** Record-Route values for a dialog, the side of the partner first (RFC 5658 4). */
  recordRoutes(token: string): { readonly outside: string; readonly inside: string } {
    const { name, tls } = this.options;
    return {
      outside: `<sip:${token}@${name}:${tls.port};transport=tls;lr>`,
      inside: `<sip:${token}@${name};lr>`,
    };
  }

  /** A flow for requests to a partner; whether it is reached shows when something is sent. */
  flowTo({ domain }: Partner, remote: Endpoint): Flow {
    return { transport: "tls", local: this.options.tls, remote, connection: partnerFlow(domain) };
  }

  /** Takes our entries off the top of the Route and gives the user part of the first. */
  popOwnRoutes(request: SipRequest): string | undefined {
    const isOurs = ({ host, port }: Uri) =>
      host.toLowerCase() === this.options.name && (port === undefined || port === this.options.tls.port);
    const first = popRoute(request, isOurs);
    while (popRoute(request, isOurs));
    return first && (first.uri.user ?? "");
  }

  /** For "ibcf/closes-after-bye": the dialog is over, and the connection is not (TS 33.203 6.5). */
  afterBye(server: ServerTransaction, partner: Partner): void {
    const { faults, problem } = this.context;
    if (server.request.method !== "BYE" || !faults.has("ibcf/closes-after-bye")) return;
    const { connection } = server.flow;
    const which = server.flow.transport === "tls" && connection !== undefined
      ? { partner, connection }
      : { partner };
    // The answer to the BYE goes first.
    queueMicrotask(() => void this.options.trunk?.hangUp(which).catch(problem));
  }

  reset(): void {
    this.dialogs.clear();
  }

  #fromOutside(server: ServerTransaction): void {
    const { trunk } = this.options;
    if (server.flow.transport !== "tls") return fromClear(this, server);
    const partner = trunk?.partnerOf(server.flow);
    if (!trunk || !partner) return server.discard();
    if (server.request.via?.params.has("alias")) trunk.alias(server.flow);
    fromPartner(this, server, partner);
  }

  async #sendOut(bytes: Uint8Array, to: Flow): Promise<void> {
    const { trunk, sendClear, partners } = this.options;
    if (to.transport !== "tls") return await sendClear(bytes, to);
    try {
      if (!trunk) throw new EnvironmentError("There is no TLS on this machine", "Install OpenSSL 3.");
      await trunk.send(bytes, to);
    } catch (error) {
      const partner = partners.byDomain(domainOfFlow(to) ?? "");
      if (!partner?.clear || !this.context.faults.has("ibcf/falls-back-to-tcp")) throw error;
      await sendClear(bytes, { transport: "tcp", local: this.options.tls, remote: partner.clear });
    }
  }
}
