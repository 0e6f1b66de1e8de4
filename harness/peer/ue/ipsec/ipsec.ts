/**
 * The UE's side of ipsec-3gpp (TS 33.203 clause 7, Annexes H and M): which message goes under which SA, and what it
 * says because of that. How SAs come about is negotiation.ts, what comes in is gate.ts.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import { EnvironmentError, LocalMisuseError } from "../../../errors.ts";
import type { Endpoint, Flow, Framer, MessageSocket } from "../../../net/types.ts";
import { responseFlow } from "../../../sip/mod.ts";
import { lenient } from "../lenient.ts";
import type { Protection, Sending, Step } from "../protection.ts";
import type { AnswerOptions, ReceivedChallenge, Registered } from "../types.ts";
import { Association, type ProtectedPort } from "./association.ts";
import { type Came, Gate } from "./gate.ts";
import { Negotiation, type NegotiationParts } from "./negotiation.ts";
import type { SaTable } from "./sa_table.ts";
import { dressAnswer, dressFirst, dressRequest, setVia } from "../sec_agree_fields.ts";
import { Switchboard } from "./switchboard.ts";
import { ENCAPSULATION_PORT, IN_THE_CLEAR, type Traffic } from "./traffic.ts";
import type { Begun } from "./transactions.ts";
import type { EspTamper, IpsecOffer, IpsecView } from "./types.ts";
import { LiveIpsecView } from "./view.ts";
import { type Chosen, wayFor } from "./ways.ts";

export interface IpsecParts extends Omit<NegotiationParts, "local" | "openSockets" | "refresh"> {
  readonly traffic: Traffic;
  /** On the unprotected port, which the UE believes to be its own: behind a NAT a private one. */
  readonly clear: MessageSocket;
  /** Of protected messages. */
  readonly transport: "udp" | "tcp";
  readonly wrongSa: "discard" | "take";
  readonly nat: NatControl | undefined;
  /** A socket on another port of the UE's address than any of its own has. */
  readonly elsewhere: (transport: "udp" | "tcp") => Promise<MessageSocket>;
  readonly framer: () => Framer;
}

/** The NAT that the UE sits behind, where we play it. */
export interface NatControl {
  /** Where the network sees what the UE sends from this port. */
  publicOf(port: number): Endpoint;
  rebind(): Promise<void>;
}

/** One sending of ours, by the flow that the driver has of it. */
interface Dispatch {
  readonly begun: Begun | undefined;
  readonly set: Association | undefined;
  readonly esp: EspTamper | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Ipsec implements Protection {
  readonly ipsec: IpsecView;
  readonly gate: Gate;
  readonly negotiation: Negotiation;
  onDiscard?: (response: SipResponse) => void;
  readonly #parts: IpsecParts;
  readonly #boards: Readonly<Record<"udp" | "tcp", Switchboard>>;
  readonly #dispatches = new WeakMap<Flow, Dispatch>();
  /** By the request: the way of its responses, which a case may still change. */
  readonly #replies = new WeakMap<SipRequest, { readonly flow: Mutable<Flow>; readonly came: Came }>();
  /** Sets of IMPUs that are registered together, as URIs (TS 33.203 7.4.1a: all SAs go with the last of them). */
  #registered: ReadonlySet<string>[] = [];
  #takenInClear = false;
  #connection: string | undefined;
  #keepAlive: { stop(): void } | undefined;

  constructor(parts: IpsecParts) {
    const { clear } = parts;
    this.#parts = parts;
    this.gate = new Gate({
      ...parts,
      onDiscard: ({ message }) => "status" in message && this.onDiscard?.(message),
    });
    this.negotiation = new Negotiation({
      ...parts,
      local: clear.local,
      openSockets: (set) => this.#openSockets(set),
      refresh: () => this.gate.refresh(),
    });
    const board = (transport: "udp" | "tcp") =>
      new Switchboard({
        transport,
        local: clear.local,
        sending: (bytes, to) => this.gate.sending(bytes, to, this.#dispatches.get(to)?.begun),
        instead: (bytes, to) => this.#instead(bytes, to),
        admits: (incoming) => this.gate.admits(incoming),
      });
    this.#boards = { udp: board("udp"), tcp: board("tcp") };
    this.#boards[this.#clearTransport].add(clear);
    this.ipsec = new LiveIpsecView(this, parts);
  }

  /** Makes the first Security-Client, so that Contact and drafts can name port_us before SM1. */
  async open(): Promise<this> {
    await this.negotiation.newOffer();
    return this;
  }

  get sockets(): readonly MessageSocket[] {
    return [this.#boards.udp, this.#boards.tcp];
  }

  get transport(): "udp" | "tcp" {
    return this.#parts.transport;
  }

  get local(): Endpoint {
    return this.#parts.clear.local;
  }

  get remote(): Endpoint {
    const { remote } = this.#parts;
    const port = this.table.current?.portPs;
    return port === undefined ? remote : { address: remote.address, port };
  }

  /** TS 24.229 5.1.1.2.2: port_us, also in an SM1 in the clear. */
  get contactAt(): Endpoint {
    const set = this.table.new ?? this.table.current;
    return { address: set?.ueAddress ?? this.local.address, port: this.negotiation.portUs(set) };
  }

  /** After whatever has expired and whatever is done. */
  get table(): SaTable {
    this.gate.refresh();
    return this.#parts.table;
  }

  sentBy(step: Step): Endpoint {
    return this.#sentBy(step === "answer" ? this.table.new : this.table.current);
  }

  prepare(sending: Sending, offer?: IpsecOffer): Promise<void> {
    return this.negotiation.prepare(sending, offer);
  }

  dress(request: SipRequest, sending: Sending): void {
    const { step, challenge } = sending;
    const { negotiation } = this;
    const { set } = this.#wayOrClear(sending);
    setVia(request, this.#transportOf(sending, set), this.#sentBy(set), { rport: set === undefined });
    if (step === "register" || step === "failure") {
      negotiation.offers(request, set);
      dressFirst(request, negotiation.nextClient, set && negotiation.verify(set));
    } else if (step === "answer" && challenge) {
      negotiation.goesOn(request, challenge);
      dressAnswer(request, challenge.response.all("Security-Server"));
    } else if (set) dressRequest(request, negotiation.verify(set));
  }

  flow(sending: Sending): Flow {
    const { step, challenge, esp } = sending;
    const way = this.#way(sending);
    if (step === "register" || step === "failure") {
      this.table.abandon(); // one registration at a time (7.4.1a)
      if (way.set) used(way.set);
      this.negotiation.sent();
    }
    const first = step === "answer" && challenge
      ? { set: this.negotiation.firstWay(challenge.request) }
      : undefined;
    const begun: Begun = { step, set: way.set, first };
    if (!way.set) return this.#clearFlow(way.toProtected, begun);
    if (step === "answer" && way.set.mode === "UDP-enc-tun") this.#keepAlives();
    return this.#setFlow(way.set, this.#transportOf(sending, way.set), esp, begun);
  }

  /** UDP: "sends requests and responses protected with ESP on the port port_uc"; TCP: the same connection (7.1). */
  replyTo(request: SipRequest, from: Flow): Flow {
    const came = this.gate.cameUnder(from);
    const local = { address: this.local.address, port: from.local.port };
    if (!came) {
      const clear = local.port === this.local.port ? {} : { security: IN_THE_CLEAR };
      return { ...responseFlow(request, from), local, ...clear };
    }
    const flow: Mutable<Flow> = from.transport === "udp"
      ? this.#setFlow(came.set, "udp")
      : { ...from, local, security: this.#parts.traffic.passage(came.set, came.at) };
    this.#replies.set(request, { flow, came });
    return flow;
  }

  redirect(request: SipRequest, { way, esp }: Pick<Sending, "way" | "esp">): void {
    const reply = this.#replies.get(request);
    if (!reply) {
      throw new LocalMisuseError(
        `"way" and "esp" of a response need a request that came under an SA; the ${request.method} did not`,
      );
    }
    const { flow, came } = reply;
    if (way === undefined && flow.transport === "tcp") {
      flow.security = this.#parts.traffic.passage(came.set, came.at, esp);
      return;
    }
    const chosen: Chosen = way === undefined ? came : this.#way({ step: "request", way });
    const other = chosen.set
      ? this.#setFlow(chosen.set, flow.transport === "tcp" ? "tcp" : "udp", esp)
      : this.#clearFlow(chosen.toProtected);
    delete flow.connection;
    delete flow.security;
    Object.assign(flow, other);
    this.#dispatches.set(flow, this.#dispatches.get(other)!);
  }

  answeredOn(flow: Flow): void {
    const { remote } = this.#parts;
    if (flow.security !== undefined || flow.remote.port !== remote.port) return;
    if (flow.remote.address === remote.address) this.#connection = flow.connection;
  }

  received(message: SipRequest | SipResponse, flow: Flow): void {
    this.gate.received(message, flow);
  }

  challenged(challenge: ReceivedChallenge): Promise<void> {
    return this.negotiation.challenged(challenge);
  }

  abandons(challenge: ReceivedChallenge, options?: AnswerOptions): string | undefined {
    return this.negotiation.abandons(challenge, options);
  }

  concluded(registered: Registered): Promise<void> {
    const { ok, challenge, rspauthOk } = registered;
    const { table } = this.#parts;
    const made = challenge && this.negotiation.outcome(challenge);
    const set = made instanceof Association ? made : undefined;
    if (ok && rspauthOk !== false) this.#succeeded(registered, set);
    else if (set && set.phase === "new") table.delete(set);
    return Promise.resolve();
  }

  /** All, or one of them. */
  forget(set?: Association): void {
    const { table } = this.#parts;
    if (set) return table.delete(set);
    table.deleteAll();
    this.#registered = [];
    this.negotiation.reset();
    this.#keepAlive?.stop();
    this.#keepAlive = undefined;
  }

  async close(): Promise<void> {
    this.gate.discards.close();
    await this.#parts.host.close();
  }

  /** The set that a case means, the current one by default. */
  setOf(way: Sending["way"]): Association {
    const { set } = this.#way({ step: "request", ...(way === undefined ? {} : { way }) });
    if (!set) throw new LocalMisuseError(`"${way}" is no SA set`);
    return set;
  }

  socketAt(transport: "udp" | "tcp", port: number): MessageSocket | undefined {
    return this.#boards[transport].at(port);
  }

  /** The SAs live until shortly after the registration does, and end with the last one (7.4.1a). */
  #succeeded(registered: Registered, set: Association | undefined): void {
    const { request, expires, associatedUris } = registered;
    const { table, clock, timers } = this.#parts;
    const impu = lenient(() => String(request.to?.uri)) ?? "";
    const seconds = expires ?? lenient(() => request.expires) ?? DEFAULT_EXPIRES;
    this.#registered = this.#registered.filter((group) => !group.has(impu));
    if (seconds > 0) this.#registered.push(new Set([impu, ...associatedUris]));
    const until = clock.now() + 1000 * seconds + timers.expiryMargin;
    this.#takenInClear = !registered.challenge && !table.current && seconds > 0;
    if (set) table.confirm(set, until);
    else table.current?.extend(until);
    if (this.#registered.length === 0) this.forget();
  }

  #way(sending: Sending): Chosen {
    const { negotiation } = this;
    const way = wayFor(sending, this.table, {
      ofChallenge: ({ challenge }) =>
        (challenge && negotiation.outcome(challenge)) ??
          "SM7 answers no challenge of this UE: it has no SAs",
      ofFirst: ({ challenge }) => challenge && negotiation.firstWay(challenge.request),
      takenInClear: this.#takenInClear,
    });
    if (way.set) used(way.set);
    return way;
  }

  /** Drafts are made before there are SAs as well; only sending needs a way. */
  #wayOrClear(sending: Sending): Chosen {
    try {
      return this.#way(sending);
    } catch {
      return { set: undefined, toProtected: false };
    }
  }

  get #clearTransport(): "udp" | "tcp" {
    return this.#parts.clear.transport === "tcp" ? "tcp" : "udp";
  }

  #transportOf({ over }: Sending, set: Association | undefined): "udp" | "tcp" {
    return set ? over ?? this.#parts.transport : this.#clearTransport;
  }

  #sentBy(set: Association | undefined): Endpoint {
    return set ? { address: set.ueAddress, port: set.portUs } : this.local;
  }

  /** From port_uc to port_ps. */
  #setFlow(set: Association, transport: "udp" | "tcp", esp?: EspTamper, begun?: Begun): Flow {
    const { ours, theirs } = set.ports(SENDER);
    const flow: Flow = {
      transport,
      local: { address: this.local.address, port: ours },
      remote: { address: set.pcscfAddress, port: theirs },
      security: this.#parts.traffic.passage(set, SENDER, esp),
    };
    this.#dispatches.set(flow, { begun, set, esp });
    return flow;
  }

  #clearFlow(toProtected: boolean, begun?: Begun): Flow {
    const { clear: { transport, local }, remote, table } = this.#parts;
    const set = table.current ?? table.new ?? table.sets.at(-1);
    const port = toProtected && set ? set.portPs : remote.port;
    const connection = port === remote.port ? this.#connection : undefined;
    const flow: Flow = {
      transport,
      local,
      remote: { address: remote.address, port },
      ...(connection === undefined ? {} : { connection }),
    };
    this.#dispatches.set(flow, { begun, set: undefined, esp: undefined });
    return flow;
  }

  /** A packet whose inner addresses are wrong is from no socket of ours, nor is one that a case alters or loses. */
  #instead(bytes: Uint8Array, to: Flow): Promise<unknown> | undefined {
    const { set, esp } = this.#dispatches.get(to) ?? {};
    if (!set || to.transport !== "udp") return undefined;
    const byHand = esp?.innerSource ?? esp?.innerDestination ?? esp?.packet;
    if (byHand === undefined && esp?.copies !== 0) return undefined;
    const { host, traffic } = this.#parts;
    const ports = { local: to.local.port, remote: to.remote.port };
    return traffic.sendDatagram(host, bytes, { set, from: SENDER, esp }, ports);
  }

  /** M.7.2: from SM7 on. */
  #keepAlives(): void {
    const to = { address: this.#parts.remote.address, port: ENCAPSULATION_PORT };
    this.#keepAlive ??= this.#parts.host.keepAlive(to);
  }

  /** UDP and TCP on both ports; port_us is there already at a re-registration. */
  async #openSockets({ portUc, portUs, ueAddress }: Association): Promise<void> {
    for (const [port, listen] of [[portUs, true], [portUc, false]] as const) {
      for (const transport of ["udp", "tcp"] as const) {
        const board = this.#boards[transport];
        if (board.at(port)?.local.address === ueAddress) continue;
        board.add(await this.#openSocket(transport, { port, address: ueAddress, listen }));
      }
    }
  }

  /** To see connections in the clear is good to have; a port that another program has for TCP goes without. */
  async #openSocket(
    transport: "udp" | "tcp",
    where: { readonly port: number; readonly address: string; readonly listen: boolean },
  ): Promise<MessageSocket> {
    const { host, framer } = this.#parts;
    try {
      return await host.open(transport, { ...where, framer });
    } catch (error) {
      if (transport === "udp" || !(error instanceof EnvironmentError)) throw error;
      return await host.open(transport, { ...where, framer, clear: false });
    }
  }
}

/** "The UE sends requests and responses protected with ESP on the port port_uc" (7.1). */
const SENDER: ProtectedPort = "port-uc";

/** TS 24.229 5.1.1.2.1, where neither side says a time. Seconds. */
const DEFAULT_EXPIRES = 600_000;

/** A deleted set that is used all the same: what answers under it shall be seen. */
function used(set: Association): void {
  if (set.phase === "deleted") set.revive();
}
