/**
 * The UE's side of TLS (TS 33.203 Annex O): which message goes on which connection, and what it says because of that.
 * Which way that is, ways.ts knows; what comes in is looked at in gate.ts.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import { EnvironmentError } from "../../../errors.ts";
import type { Clock, Endpoint, Flow, MessageSocket } from "../../../net/types.ts";
import type { ConnectOptions, TlsOptions } from "../../../net/tls/options.ts";
import type { TlsConnection, TlsEnd, TlsHost } from "../../../net/tls/types.ts";
import type { Profile } from "../../../../profiles/types.ts";
import { responseFlow } from "../../../sip/mod.ts";
import { lenient } from "../lenient.ts";
import type { Loss, Protection, Sending } from "../protection.ts";
import { dressAnswer, dressFirst, dressRequest, setVia } from "../sec_agree_fields.ts";
import type { AnswerOptions, ReceivedChallenge, Registered } from "../types.ts";
import { Filtered } from "./filtered.ts";
import { Gate } from "./gate.ts";
import { endOf, Link } from "./link.ts";
import { LiveTlsView } from "./view.ts";
import { type ClearRoute, type Route, routeFor, type WayFacts } from "./ways.ts";

export interface TlsParts {
  /** Listens where Contact points to. */
  readonly host: TlsHost;
  /** Outside TLS. The one of UDP has the port of Contact, the one of TCP only dials. */
  readonly clear: Readonly<Record<"udp" | "tcp", MessageSocket>>;
  /** The entry point of TLS. */
  readonly remote: Endpoint;
  /** The entry point outside TLS; throws EnvironmentError where the profile has none. */
  readonly clearRemote: (transport: "udp" | "tcp") => Endpoint;
  readonly clearTransport: "udp" | "tcp";
  readonly agreement: boolean;
  readonly wrongWay: "discard" | "take";
  readonly afterFailure: "close" | "keep";
  /** What a connection offers. */
  readonly client: TlsOptions & ConnectOptions;
  readonly clock: Clock;
  readonly timers: Profile["timers"];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Tls implements Protection {
  readonly transport = "tls";
  readonly tls: LiveTlsView;
  readonly sockets: readonly MessageSocket[];
  readonly gate: Gate;
  onDiscard?: (response: SipResponse) => void;
  onLost?: (loss: Loss) => void;
  readonly #parts: TlsParts;
  readonly #links = new Map<string, Link>();
  /** What carries the registration, lost or not; "clear" where a case has registered without TLS. */
  #carrier: Link | "clear" | undefined;
  /** Of the registration under way, made by the UE itself. */
  #pending: Link | undefined;
  readonly #chosen = new WeakMap<Sending, Route>();
  readonly #routes = new WeakMap<SipRequest, Route>();
  readonly #dispatches = new WeakMap<Flow, Route>();
  /** By the request: the way of its responses, which a case may still change. */
  readonly #replies = new WeakMap<SipRequest, Mutable<Flow>>();
  /** What Security-Server said before this connection was made; the latest, for those of which nothing was said. */
  readonly #agreed = new WeakMap<Link, readonly string[]>();
  #latestServer: readonly string[] | undefined;
  readonly #closing = new AbortController();
  readonly #ending = new Set<Promise<void>>();

  constructor(parts: TlsParts) {
    const { host, clear } = parts;
    this.#parts = parts;
    this.gate = new Gate({
      ...parts,
      linkAt: (flow) => this.#linkAt(flow),
      carrier: () => this.#carrier,
      onDiscard: (response) => this.onDiscard?.(response),
    });
    const admits = this.gate.admits.bind(this.gate);
    const closing = () => this.#closing.abort();
    const socket = (socket: MessageSocket) =>
      new Filtered(socket, {
        send: (bytes, to) => this.#sendClear(socket, bytes, to),
        admits,
        closing,
      });
    const tls = new Filtered(host, { send: (bytes, to) => this.#sendTls(bytes, to), admits, closing });
    this.sockets = [tls, socket(clear.udp), socket(clear.tcp)];
    this.tls = new LiveTlsView(this, parts);
    host.onEnded = (connection, end) => this.#ended(connection, end);
  }

  get local(): Endpoint {
    return this.#parts.host.local;
  }

  /** TS 24.229 5.1.1.2.4: the port where the UE could be reached over TLS, in SM1 in the clear as well. */
  get contactAt(): Endpoint {
    return this.#parts.host.local;
  }

  get remote(): Endpoint {
    const { address, port } = this.#parts.remote;
    return { address, port };
  }

  get alive(): boolean {
    return !(this.#carrier instanceof Link) || this.#carrier.open;
  }

  /** The link that carries the registration, lost or not. */
  get carrier(): Link | undefined {
    return this.#carrier instanceof Link ? this.#carrier : undefined;
  }

  carryOn(connection: TlsConnection): void {
    this.#carrier = this.linkOf(connection);
  }

  linkOf(connection: TlsConnection): Link {
    const known = this.#links.get(connection.id);
    if (known) return known;
    const link = Link.of(connection);
    this.#links.set(connection.id, link);
    return link;
  }

  sentBy(): Endpoint {
    return this.contactAt;
  }

  async prepare(sending: Sending): Promise<void> {
    await this.#route(sending).link?.ready();
  }

  dress(request: SipRequest, sending: Sending): void {
    const { step, challenge } = sending;
    const route = this.#foreseen(sending);
    const overTls = route === undefined || route.link !== undefined;
    setVia(request, overTls ? "tls" : route.transport, this.contactAt, { rport: true });
    if (!this.#parts.agreement) return;
    const verify = overTls ? this.#verify(route?.link, step) : undefined;
    if (step === "register" || step === "failure") dressFirst(request, [MECHANISM], verify);
    else if (step === "answer") {
      const offered = challenge?.request.has("Security-Client") ?? true;
      const server = challenge?.response.all("Security-Server") ?? [];
      if (offered) dressAnswer(request, server.length > 0 ? server : verify ?? []);
    } else if (verify) dressRequest(request, verify);
  }

  flow(sending: Sending, request?: SipRequest): Flow {
    const route = this.#route(sending);
    if (request) this.#routes.set(request, route);
    return this.#flowOn(route);
  }

  /** The connection that the request came by, and no other (RFC 5626 5.3). */
  replyTo(request: SipRequest, from: Flow): Flow {
    const flow: Mutable<Flow> = from.transport === "tls" ? { ...from } : responseFlow(request, from);
    this.#replies.set(request, flow);
    return flow;
  }

  redirect(request: SipRequest, { way }: Pick<Sending, "way">): void {
    const flow = this.#replies.get(request);
    if (!flow || way === undefined) return;
    const other = this.#flowOn(this.#route({ step: "request", way }));
    delete flow.connection;
    delete flow.security;
    Object.assign(flow, other);
    this.#dispatches.set(flow, this.#dispatches.get(other)!);
  }

  answeredOn(_flow: Flow): void {}

  received(message: SipRequest | SipResponse, flow: Flow): void {
    this.gate.received(message, flow);
  }

  challenged({ response, request }: ReceivedChallenge): Promise<void> {
    const server = response.all("Security-Server");
    if (server.length === 0) return Promise.resolve();
    this.#latestServer = server;
    const link = this.#routes.get(request)?.link;
    if (link) this.#agreed.set(link, server);
    return Promise.resolve();
  }

  /** O.2.2, O.3.2 with 7.3.2.2: SM7 needs TLS, which SM6 must have chosen. On a connection nothing is to be chosen. */
  abandons({ request, response }: ReceivedChallenge, options: AnswerOptions = {}): string | undefined {
    if (!this.#parts.agreement || options.way !== undefined) return undefined;
    if (this.#routes.get(request)?.link || !request.has("Security-Client")) return undefined;
    const server = response.all("Security-Server");
    const mechanisms = lenient(() => response.securityServer) ?? [];
    if (mechanisms.some(({ mechanism }) => mechanism.toLowerCase() === MECHANISM)) return undefined;
    return server.length === 0
      ? `The ${response.status} has no Security-Server, needs one with tls`
      : `Security-Server offers "${server.join(", ")}", needs tls`;
  }

  concluded(registered: Registered, left: boolean): Promise<void> {
    const { ok, request, challenge, expires, rspauthOk } = registered;
    const link = this.#routes.get(request)?.link;
    if (ok && rspauthOk !== false) {
      const seconds = expires ?? lenient(() => request.expires);
      if (!left) this.#carrier = undefined;
      else if (seconds !== 0) this.#carrier = link ?? (this.carrier?.open ? this.carrier : "clear");
      if (link === this.#pending) this.#pending = undefined;
      return Promise.resolve();
    }
    // O.3.1.1
    const isOwn = link !== undefined && link !== this.#carrier;
    if (challenge && isOwn && this.#parts.afterFailure === "close") this.#end(link);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.gate.discards.close();
    await Promise.allSettled(this.#ending);
  }

  /** The way, settled once for each sending. */
  #route(sending: Sending): Route {
    const before = this.#chosen.get(sending);
    if (before) return before;
    const route = routeFor(sending, this.#facts((use) => this.#newLink(use)));
    const { step, challenge } = sending;
    if (route.link && step === "answer" && challenge) {
      const server = challenge.response.all("Security-Server");
      if (server.length > 0) this.#agreed.set(route.link, server);
    }
    this.#chosen.set(sending, route);
    return route;
  }

  /** Drafts make no connection, and may be made where nothing could be sent; undefined there. */
  #foreseen(sending: Sending): Route | undefined {
    const before = this.#chosen.get(sending);
    if (before) return before;
    try {
      return routeFor(sending, this.#facts(() => NOT_YET));
    } catch {
      return undefined;
    }
  }

  #facts(newLink: WayFacts["newLink"]): WayFacts {
    const { agreement, clearTransport } = this.#parts;
    return {
      agreement,
      clear: clearTransport,
      carrier: this.#carrier,
      routeOf: (request) => request && this.#routes.get(request),
      linkOf: (connection) => this.linkOf(connection),
      newLink,
    };
  }

  #newLink(use: "registration" | "apart"): Link {
    const { host, remote, client } = this.#parts;
    const link: Link = new Link(async () => {
      const connection = await host.connect(remote, client);
      this.#links.set(connection.id, link);
      return connection;
    });
    if (use === "registration") {
      // O.4.1: what is left of a registration that was not completed goes, its connection too.
      if (this.#pending && this.#pending !== this.#carrier) this.#end(this.#pending);
      this.#pending = link;
    }
    return link;
  }

  #end(link: Link): void {
    const ended = link.close().finally(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  /** Security-Verify on this connection; another one than the registration's says what that would. */
  #verify(link: Link | undefined, step: Sending["step"]): readonly string[] | undefined {
    const agreed = link && this.#agreed.get(link);
    return agreed ?? (step === "request" ? this.#latestServer : undefined);
  }

  #flowOn(route: Route): Flow {
    const { host, remote: { address, port } } = this.#parts;
    const flow: Flow = !route.link
      ? this.#clearFlow(route)
      : route.link.connection?.flow
      ? { ...route.link.connection.flow }
      : { transport: "tls", local: host.local, remote: { address, port } };
    this.#dispatches.set(flow, route);
    return flow;
  }

  #clearFlow({ transport, toTlsPort }: ClearRoute): Flow {
    const { clear, clearRemote } = this.#parts;
    const remote = toTlsPort ? this.remote : clearRemote(transport);
    return { transport, local: clear[transport].local, remote };
  }

  #linkAt({ transport, connection = "" }: Flow): Link | undefined {
    if (transport !== "tls") return undefined;
    const known = this.#links.get(connection);
    if (known) return known;
    const other = this.#parts.host.connection(connection);
    return other && this.linkOf(other);
  }

  async #sendClear(socket: MessageSocket, bytes: Uint8Array, to: Flow): Promise<void> {
    const route = this.#dispatches.get(to);
    if (route) this.gate.sending(bytes, route);
    await socket.send(bytes, to);
  }

  /** Never on another connection than the one that is meant: the socket itself would take any that is open. */
  async #sendTls(bytes: Uint8Array, to: Flow): Promise<void> {
    const link = this.#dispatches.get(to)?.link ?? this.#linkAt(to);
    if (!link) throw new EnvironmentError("A TLS connection is not known any more", "Look at the trace.");
    this.gate.sending(bytes, { link });
    const { flow } = await link.ready();
    try {
      await this.#parts.host.send(bytes, flow);
    } catch (error) {
      throw link.failure(error);
    }
  }

  #ended(connection: TlsConnection, end: TlsEnd): void {
    const link = this.linkOf(connection);
    link.end = end;
    if (!this.#closing.signal.aborted) void this.#tellLoss(link, end);
  }

  /** A moment later, so that what came before the end is heard before it. */
  async #tellLoss(link: Link, end: TlsEnd): Promise<void> {
    const { clock } = this.#parts;
    await clock.wait(clock.now() + 1, this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    this.onLost?.({
      carried: (request) => this.#routes.get(request)?.link === link,
      says: endOf(end),
    });
  }
}

/** Annex H. */
const MECHANISM = "tls";

const NOT_YET = new Link(() => Promise.reject(new EnvironmentError("This is only a draft", "Send it.")));
