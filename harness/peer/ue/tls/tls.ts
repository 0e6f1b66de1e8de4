/**
 * The UE's side of TLS (TS 33.203 Annex O): which message goes on which connection, and what it says because of that.
 * Which way that is, ways.ts knows; what comes in is looked at in gate.ts.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import { EnvironmentError } from "../../../errors.ts";
import type { Clock, Endpoint, Flow, MessageSocket } from "../../../net/types.ts";
import type { TlsConnection, TlsEnd } from "../../../net/tls/types.ts";
import type { Profile } from "../../../../profiles/types.ts";
import { responseFlow } from "../../../sip/mod.ts";
import { lenient } from "../lenient.ts";
import type { Loss, Protection, Sending } from "../protection.ts";
import { setVia } from "../sec_agree_fields.ts";
import type { AnswerOptions, ReceivedChallenge, Registered } from "../types.ts";
import { Agreement } from "./agreement.ts";
import { Filtered } from "./filtered.ts";
import { Gate } from "./gate.ts";
import { endOf, Link } from "./link.ts";
import { Links, type LinksParts } from "./links.ts";
import { LiveTlsView } from "./view.ts";
import { type ClearRoute, type Route, routeFor, type WayFacts } from "./ways.ts";

/** The host listens where Contact points to; `remote` is the entry point of TLS. */
export interface TlsParts extends LinksParts {
  /** Outside TLS. The one of UDP has the port of Contact, the one of TCP only dials. */
  readonly clear: Readonly<Record<"udp" | "tcp", MessageSocket>>;
  /** The entry point outside TLS; throws EnvironmentError where the profile has none. */
  readonly clearRemote: (transport: "udp" | "tcp") => Endpoint;
  readonly clearTransport: "udp" | "tcp";
  readonly agreement: boolean;
  readonly wrongWay: "discard" | "take";
  readonly afterFailure: "close" | "keep";
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
  readonly #links: Links;
  readonly #agreement: Agreement | undefined;
  /** What carries the registration, lost or not; "clear" where a case has registered without TLS. */
  #carrier: Link | "clear" | undefined;
  readonly #chosen = new WeakMap<Sending, Route>();
  readonly #routes = new WeakMap<SipRequest, Route>();
  readonly #dispatches = new WeakMap<Flow, Route>();
  /** By the request: the way of its responses, which a case may still change. */
  readonly #replies = new WeakMap<SipRequest, Mutable<Flow>>();
  readonly #closing = new AbortController();

  constructor(parts: TlsParts) {
    const { host, clear } = parts;
    this.#parts = parts;
    this.#links = new Links(parts);
    this.#agreement = parts.agreement ? new Agreement() : undefined;
    this.gate = new Gate({
      ...parts,
      linkAt: (flow) => this.#links.at(flow),
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
    this.#carrier = this.#links.of(connection);
    this.#links.completed(this.#carrier);
  }

  sentBy(): Endpoint {
    return this.contactAt;
  }

  async prepare(sending: Sending): Promise<void> {
    await this.#route(sending).link?.ready();
  }

  dress(request: SipRequest, sending: Sending): void {
    const route = this.#foreseen(sending);
    const overTls = route === undefined || route.link !== undefined;
    setVia(request, overTls ? "tls" : route.transport, this.contactAt, { rport: true });
    this.#agreement?.dress(request, sending, overTls, route?.link);
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

  challenged(challenge: ReceivedChallenge): Promise<void> {
    this.#agreement?.heard(challenge, this.#routes.get(challenge.request)?.link);
    return Promise.resolve();
  }

  /** O.2.2, O.3.2 with 7.3.2.2: SM7 needs TLS, which SM6 must have chosen. On a connection nothing is to be chosen. */
  abandons(challenge: ReceivedChallenge, options: AnswerOptions = {}): string | undefined {
    if (options.way !== undefined || this.#routes.get(challenge.request)?.link) return undefined;
    return this.#agreement?.objection(challenge);
  }

  concluded(registered: Registered, left: boolean): Promise<void> {
    const { ok, request, challenge, expires, rspauthOk } = registered;
    const link = this.#routes.get(request)?.link;
    if (ok && rspauthOk !== false) {
      const seconds = expires ?? lenient(() => request.expires);
      if (!left) this.#carrier = undefined;
      else if (seconds !== 0) this.#carrier = link ?? (this.carrier?.open ? this.carrier : "clear");
      this.#links.completed(link);
      return Promise.resolve();
    }
    // O.3.1.1
    const isOwn = link !== undefined && link !== this.#carrier;
    if (challenge && isOwn && this.#parts.afterFailure === "close") this.#links.end(link);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.gate.discards.close();
    await this.#links.settled();
  }

  /** The way, settled once for each sending. */
  #route(sending: Sending): Route {
    const before = this.#chosen.get(sending);
    if (before) return before;
    const route = routeFor(sending, this.#facts((use) => this.#links.make(use)));
    const { step, challenge } = sending;
    if (route.link && step === "answer" && challenge) this.#agreement?.heard(challenge, route.link);
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
      linkOf: (connection) => this.#links.of(connection),
      newLink,
    };
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

  async #sendClear(socket: MessageSocket, bytes: Uint8Array, to: Flow): Promise<void> {
    const route = this.#dispatches.get(to);
    if (route) this.gate.sending(bytes, route);
    await socket.send(bytes, to);
  }

  /** Never on another connection than the one that is meant: the socket itself would take any that is open. */
  async #sendTls(bytes: Uint8Array, to: Flow): Promise<void> {
    const link = this.#dispatches.get(to)?.link ?? this.#links.at(to);
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
    const link = this.#links.of(connection);
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

const NOT_YET = new Link(() => Promise.reject(new EnvironmentError("This is only a draft", "Send it.")));
