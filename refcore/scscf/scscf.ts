/** The S-CSCF: registrar, authentication, reg-event notifier, and the proxy of those it serves. */
import type { SipRequest, Uri } from "sip-codec";
import type { Endpoint } from "../../harness/net/types.ts";
import type { Cx, CxListener, DigestVector } from "../cx.ts";
import { type Link, namesBox, sentByOn } from "../fabric.ts";
import { popRoute } from "../proxy.ts";
import { type ServerTransaction, SipStack } from "../stack.ts";
import type { BoxContext } from "../types.ts";
import { Authentication } from "./authentication.ts";
import { AwareProxies } from "./hops.ts";
import { Notifier } from "./notifier.ts";
import { originate, passOn } from "./originating.ts";
import { ProxyAuthentication } from "./proxy_auth.ts";
import { Registrar } from "./registrar.ts";
import { type ContactEvent, type RegisteredSet, Registrations } from "./registrations.ts";
import { terminate } from "./terminating.ts";

export interface ScscfOptions {
  /** Host, as it stands in the URIs of this box. */
  readonly name: string;
  /** Where requests to users of the home network enter it: its I-CSCF. */
  readonly homeEntry: Uri;
  readonly cx: Cx;
  readonly link: Link;
  /** An I-CSCF outside this core, from which REGISTERs come; one inside is known anyway. */
  readonly icscf?: Endpoint;
}

export class Scscf implements CxListener {
  readonly stack: SipStack;
  readonly link: Link;
  readonly homeEntry: Uri;
  readonly registrations: Registrations;
  readonly authentication: Authentication;
  readonly proxyAuthentication: ProxyAuthentication;
  readonly notifier: Notifier;
  readonly #registrar: Registrar;

  constructor(readonly context: BoxContext, readonly options: ScscfOptions) {
    const { name, cx, link, homeEntry, icscf } = options;
    const serverName = `sip:${name}`;
    this.link = link;
    this.homeEntry = homeEntry;
    this.stack = new SipStack(context, {
      sentBy: sentByOn(name),
      send: (bytes, to) => link.send(bytes, to),
      handle: (server) => this.#handle(server),
    });
    this.registrations = new Registrations(context);
    const { policy } = context;
    const aware = new AwareProxies(policy, policy.providesAccessInfo ? link.local.address : undefined);
    this.authentication = new Authentication(context, cx, serverName, aware);
    this.proxyAuthentication = new ProxyAuthentication(context, this.authentication);
    const { registrations, authentication } = this;
    this.notifier = new Notifier(context, { uri: serverName, stack: () => this.stack, link, registrations });
    this.#registrar = new Registrar(context, {
      cx,
      serverName,
      serviceRoute: this.uri("orig"),
      authentication,
      registrations,
      ...(icscf ? { icscf } : {}),
    });
    registrations.onChange = (set, event, binding) => this.notifier.changed(set, event, binding);
    registrations.onEmpty = (set, event) => this.#deregistered(set, event);
  }

  /** A Route value of ours; the user part says what for: "orig", "term", or "mo" and "mt" inside dialogs. */
  uri(user: string): string {
    return `sip:${user}@${this.options.name};lr`;
  }

  /** Takes our entries off the top of the Route and gives the user part of the first. */
  popOwnRoutes(request: SipRequest): string | undefined {
    const first = this.#popOwn(request);
    while (this.#popOwn(request) !== undefined);
    return first;
  }

  /** TS 33.203 6.1.4, N.2.4: the UE is told by reg-event that its registration is about to end. */
  requestReauthentication(impi: string): boolean {
    const sets = this.registrations.ofImpi(impi);
    const { faults, scheduler, timers } = this.context;
    if (faults.has("scscf/never-asks-for-reauthentication")) return sets.length > 0;
    for (const set of sets) {
      set.reauthenticate = true;
      if (faults.has("scscf/reauthenticates-silently")) continue;
      const { bindings } = set;
      if (faults.has("scscf/notifies-without-shortening")) {
        for (const binding of bindings.values()) this.notifier.changed(set, "refreshed", binding);
      } else this.registrations.shorten(set, scheduler.now() + timers.minExpires);
    }
    return sets.length > 0;
  }

  /** RTR: the network ends the registration (TS 24.229 5.4.1.5). */
  terminateRegistration({ impi }: { readonly impi: string }): void {
    for (const set of this.registrations.ofImpi(impi)) {
      if (this.context.faults.has("scscf/serves-after-deregistration")) this.notifier.pretendGone(set);
      else this.registrations.drop(set, "deactivated");
    }
  }

  /** PPR with a new H(A1) (N.2.5): for the next occasion; nothing that goes on is disturbed. */
  pushDigest({ impi, vector }: { readonly impi: string; readonly vector: DigestVector }): boolean {
    const { faults } = this.context;
    const { open, secrets } = this.authentication.state(impi);
    if (open && faults.has("scscf/refuses-push-under-challenge")) return false;
    if (faults.has("scscf/ignores-pushed-password")) return true;
    secrets?.take(vector);
    if (faults.has("scscf/password-change-deregisters")) this.terminateRegistration({ impi });
    return true;
  }

  reset(): void {
    this.notifier.reset();
    this.registrations.reset();
    this.authentication.reset();
    this.proxyAuthentication.reset();
    this.#registrar.reset();
  }

  #handle(server: ServerTransaction): void | Promise<void> {
    const { request } = server;
    if (request.method === "REGISTER") return this.#registrar.register(server);
    if (request.method === "SUBSCRIBE" && request.to?.tag !== undefined && this.notifier.knows(request)) {
      return this.notifier.subscribe(server, []);
    }
    const top = request.routes[0]?.uri;
    const use = top && this.#isOurs(top) ? top.user : undefined;
    if (request.to?.tag !== undefined || request.method === "ACK") return passOn(this, server);
    if (use === "orig") return originate(this, server);
    return terminate(this, server);
  }

  #popOwn(request: SipRequest): string | undefined {
    return popRoute(request, (uri) => this.#isOurs(uri))?.uri.user;
  }

  #isOurs(uri: Uri): boolean {
    return namesBox(uri, this.options.name, this.link);
  }

  /** The last contact of a set is gone: the HSS hears of it, and secrets are forgotten. */
  #deregistered(set: RegisteredSet, event: ContactEvent): void {
    const { impi, explicit: impu } = set;
    const type = event === "expired"
      ? "timeout-deregistration"
      : event === "deactivated"
      ? "administrative-deregistration"
      : "user-deregistration";
    if (this.registrations.ofImpi(impi).length === 0) this.authentication.forget(impi);
    this.options.cx.serverAssignment({ impi, impu, serverName: `sip:${this.options.name}`, type })
      .catch((error) => this.context.problem(error));
  }
}
