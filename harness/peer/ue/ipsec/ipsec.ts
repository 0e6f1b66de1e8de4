/**
 * The UE's side of sec-agree with ipsec-3gpp (TS 33.203 clause 7, Annexes H and M): what it says in SM1 and SM7, the
 * SAs that come of it, and which message goes under which of them.
 */
import { parseMessage, SipRequest, type SipResponse, SipSyntaxError } from "sip-codec";
import { EnvironmentError, LocalMisuseError } from "../../../errors.ts";
import type { IpsecHost } from "../../../net/ipsec/types.ts";
import type { Clock, Endpoint, Flow, Framer, Incoming, MessageSocket } from "../../../net/types.ts";
import type { Profile } from "../../../../profiles/types.ts";
import { responseFlow } from "../../../sip/mod.ts";
import { formatAddress, parseAddress } from "../../../wire/mod.ts";
import { Inbox } from "../inbox.ts";
import { lenient } from "../lenient.ts";
import type { Protection, Sending, Step } from "../protection.ts";
import type { AnswerOptions, Random, ReceivedChallenge, Registered } from "../types.ts";
import { objection } from "./admission.ts";
import { Association, type ProtectedPort } from "./association.ts";
import { anyProposal, choose, type Chosen, newSpi, type Offered, securityClient } from "./offer.ts";
import { SaTable } from "./sa_table.ts";
import { dressAnswer, dressFirst, dressRequest, setVia } from "./sec_agree_fields.ts";
import { Switchboard } from "./switchboard.ts";
import { ENCAPSULATION_PORT, IN_THE_CLEAR, type Traffic } from "./traffic.ts";
import { type Begun, Transactions } from "./transactions.ts";
import type {
  AlgorithmPair,
  Carried,
  Discarded,
  EspTamper,
  IpsecMode,
  IpsecOffer,
  IpsecView,
} from "./types.ts";
import { LiveIpsecView } from "./view.ts";
import { type Chosen as ChosenWay, wayFor } from "./ways.ts";

export interface IpsecParts {
  readonly host: IpsecHost;
  readonly table: SaTable;
  readonly traffic: Traffic;
  /** On the unprotected port, which the UE believes to be its own: behind a NAT a private one. */
  readonly clear: MessageSocket;
  /** The P-CSCF's unprotected port. */
  readonly remote: Endpoint;
  readonly transport: "udp" | "tcp";
  readonly modes: readonly IpsecMode[];
  readonly pairs: readonly AlgorithmPair[];
  /** SPIs and ports of the first SM1, where they are told. */
  readonly first: IpsecOffer;
  readonly carried: (mode: IpsecMode) => boolean;
  readonly wrongSa: "discard" | "take";
  readonly nat: NatControl | undefined;
  /** A socket on another port of the UE's address than any of its own has. */
  readonly elsewhere: (transport: "udp" | "tcp") => Promise<MessageSocket>;
  readonly framer: () => Framer;
  readonly clock: Clock;
  readonly timers: Profile["timers"];
  readonly random: Random;
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
  readonly from: ProtectedPort;
  readonly esp: EspTamper | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Ipsec implements Protection {
  readonly ipsec: IpsecView;
  readonly discarded: Discarded[] = [];
  readonly discards: Inbox<Discarded>;
  onDiscard?: (response: SipResponse) => void;
  readonly #parts: IpsecParts;
  readonly #boards: Readonly<Record<"udp" | "tcp", Switchboard>>;
  readonly #transactions: Transactions;
  readonly #dispatches = new WeakMap<Flow, Dispatch>();
  readonly #flows = new WeakMap<object, Flow>();
  readonly #replies = new WeakMap<SipRequest, Mutable<Flow>>();
  /** By the request that said it: SM1, or an SM7 that reports a failure. */
  readonly #offers = new WeakMap<SipRequest, Offered>();
  readonly #firstWays = new WeakMap<SipRequest, Association | undefined>();
  /** By the challenge's response: the set that came of it, or why none did: for the network's reasons or for ours. */
  readonly #sets = new WeakMap<SipResponse, Association | string | EnvironmentError>();
  readonly #verify = new WeakMap<Association, readonly string[]>();
  /** Sets of IMPUs that are registered together, as URIs (TS 33.203 7.4.1a: all SAs go with the last of them). */
  #registered: ReadonlySet<string>[] = [];
  #offer: Offered | undefined;
  #offerIsSent = true;
  #client: readonly string[] = [];
  #server: readonly string[] = [];
  /** Stays until all IMPUs are de-registered (7.1 NOTE 10). */
  #portUs: number | undefined;
  #made = 0;
  #connection: string | undefined;
  #keepAlive: { stop(): void } | undefined;

  constructor(parts: IpsecParts) {
    const { clear, clock, timers } = parts;
    this.#parts = parts;
    this.#transactions = new Transactions(64 * timers.t1);
    this.discards = new Inbox(clock);
    const board = (transport: "udp" | "tcp") =>
      new Switchboard({
        transport,
        local: clear.local,
        sending: (bytes, to) => this.#sending(bytes, to),
        instead: (bytes, to) => this.#instead(bytes, to),
        admits: (incoming) => this.#admits(incoming),
      });
    this.#boards = { udp: board("udp"), tcp: board("tcp") };
    this.#boards[clear.transport === "tcp" ? "tcp" : "udp"].add(clear);
    this.ipsec = new LiveIpsecView(this, parts);
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
    const { address, port } = this.local;
    const offered = this.#offer?.portUs ?? port;
    return { address: set?.ueAddress ?? address, port: this.#offerIsSent ? set?.portUs ?? offered : offered };
  }

  /** After whatever has expired and whatever is done. */
  get table(): SaTable {
    const { table, clock } = this.#parts;
    table.expire(clock.now());
    if (table.old) table.retireOld(this.#transactions.pendingOn(table.old, clock.now()));
    return table;
  }

  get client(): readonly string[] {
    return this.#client;
  }

  get server(): readonly string[] {
    return this.#server;
  }

  sentBy(step: Step): Endpoint {
    const set = step === "answer" ? this.table.new : this.table.current;
    return this.#sentBy(set);
  }

  async prepare(sending: Sending, offer?: IpsecOffer): Promise<void> {
    if (sending.step === "register") {
      if (this.#offerIsSent || offer) await this.#newOffer(offer);
    } else if (sending.step === "failure") await this.#newOffer();
    else if (sending.step === "answer") await this.#prepareAnswer(sending);
  }

  dress(request: SipRequest, sending: Sending): void {
    const { step, challenge } = sending;
    const set = this.#wayOrClear(sending).set;
    const transport = this.#transportOf(sending, set);
    setVia(request, transport, this.#sentBy(set), { rport: set === undefined });
    if (step === "register" || step === "failure") {
      this.#firstWays.set(request, set);
      if (this.#offer) {
        this.#offers.set(request, this.#offer);
        dressFirst(request, securityClient(this.#offer), set && this.#verify.get(set));
      }
    } else if (step === "answer" && challenge) {
      const offered = this.#offers.get(challenge.request);
      if (offered) this.#offers.set(request, offered);
      this.#firstWays.set(request, this.#firstWays.get(challenge.request));
      dressAnswer(request, challenge.response.all("Security-Server"));
    } else if (set) dressRequest(request, this.#verify.get(set) ?? []);
  }

  flow(sending: Sending): Flow {
    const { step, challenge, esp } = sending;
    const way = this.#way(sending);
    const first = step === "answer" && challenge
      ? { set: this.#firstWays.get(challenge.request) }
      : undefined;
    if (step === "register" || step === "failure") {
      this.table.abandon(); // one registration at a time (7.4.1a)
      if (way.set) this.#used(way.set);
      this.#offerIsSent = true;
      if (this.#offer) this.#client = securityClient(this.#offer);
    }
    const begun: Begun = { step, set: way.set, first };
    if (!way.set) return this.#clearFlow(way.toProtected, begun);
    if (step === "answer" && way.set.mode === "UDP-enc-tun") this.#keepAlives();
    return this.#setFlow(way.set, this.#transportOf(sending, way.set), esp, begun);
  }

  /** UDP: "sends requests and responses protected with ESP on the port port_uc"; TCP: the same connection (7.1). */
  replyTo(request: SipRequest, from: Flow): Flow {
    const came = this.#cameUnder(from);
    if (!came) {
      const { port } = from.local;
      const clear = port === this.local.port ? {} : { security: IN_THE_CLEAR };
      return { ...responseFlow(request, from), local: { ...this.local, port }, ...clear };
    }
    const { set, at } = came;
    const flow: Mutable<Flow> = from.transport === "udp" ? this.#setFlow(set, "udp", undefined, undefined) : {
      ...from,
      local: { ...this.local, port: from.local.port },
      security: this.#parts.traffic.passage(set, at),
    };
    this.#replies.set(request, flow);
    return flow;
  }

  redirect(request: SipRequest, { way, esp }: Pick<Sending, "way" | "esp">): void {
    const flow = this.#replies.get(request);
    if (!flow) {
      throw new LocalMisuseError(
        `"way" and "esp" of a response need a request that came under an SA; the ${request.method} did not`,
      );
    }
    const transport = flow.transport === "tcp" ? "tcp" : "udp";
    const chosen = way === undefined ? undefined : this.#way({ step: "request", way });
    const set = chosen ? chosen.set : this.#dispatches.get(flow)?.set ?? this.#cameUnder(flow)?.set;
    const other = set
      ? this.#setFlow(set, transport, esp, undefined)
      : this.#clearFlow(chosen && !chosen.set ? chosen.toProtected : false, undefined);
    delete flow.connection;
    delete flow.security;
    Object.assign(flow, other);
    const dispatch = this.#dispatches.get(other);
    if (dispatch) this.#dispatches.set(flow, dispatch);
  }

  answeredOn(flow: Flow): void {
    const { remote } = this.#parts;
    if (flow.security !== undefined || flow.remote.port !== remote.port) return;
    if (flow.remote.address === remote.address) this.#connection = flow.connection;
  }

  received(message: SipRequest | SipResponse, flow: Flow): void {
    this.#flows.set(message, flow);
  }

  /** @throws LocalMisuseError for a message that came to nobody here */
  carried(message: SipRequest | SipResponse): Carried {
    const flow = this.#flows.get(message);
    if (flow) return this.#carriedOn(flow);
    throw new LocalMisuseError("carried() is for a message that came to this UE; this one did not");
  }

  async challenged(challenge: ReceivedChallenge): Promise<void> {
    const { response, aka } = challenge;
    this.#server = response.all("Security-Server");
    if (aka && !(aka.macOk && aka.sqnOk)) {
      this.#sets.set(response, "The challenge was not accepted: there are no SAs (7.4.1a)");
    } else await this.#makeSet(challenge);
  }

  abandons(challenge: ReceivedChallenge, options: AnswerOptions = {}): string | undefined {
    const { aka, response } = challenge;
    const { way, choose, macFailure, auts } = options;
    if (way !== undefined || choose || macFailure || auts) return undefined;
    // What the UE reports needs no SAs, unless the case will not have it reported.
    if (aka && !(aka.macOk && aka.sqnOk) && options.macFailure !== false && options.res === undefined) {
      return undefined;
    }
    if (aka && (macFailure === false || options.res !== undefined)) return undefined;
    const set = this.#sets.get(response);
    return typeof set === "string" ? set : undefined;
  }

  concluded(registered: Registered): Promise<void> {
    this.#conclude(registered);
    return Promise.resolve();
  }

  #conclude(registered: Registered): void {
    const { request, ok, challenge, expires, rspauthOk } = registered;
    const { table, clock, timers } = this.#parts;
    const made = challenge && this.#sets.get(challenge.response);
    const set = made instanceof Association ? made : undefined;
    if (!ok || rspauthOk === false) {
      if (set && set.phase === "new") table.delete(set);
      return;
    }
    const impu = lenient(() => String(request.to?.uri)) ?? "";
    const seconds = expires ?? lenient(() => request.expires) ?? 0;
    this.#registered = this.#registered.filter((group) => !group.has(impu));
    if (seconds > 0) this.#registered.push(new Set([impu, ...registered.associatedUris]));
    const until = clock.now() + 1000 * seconds + timers.expiryMargin;
    if (set) table.confirm(set, until);
    else table.current?.extend(until);
    if (this.#registered.length === 0) this.forget();
  }

  /** All, or one of them. */
  forget(set?: Association): void {
    const { table } = this.#parts;
    if (set) return table.delete(set);
    table.deleteAll();
    this.#registered = [];
    this.#portUs = undefined;
    this.#offerIsSent = true;
    this.#keepAlive?.stop();
    this.#keepAlive = undefined;
  }

  async close(): Promise<void> {
    this.discards.close();
    await this.#parts.host.close();
  }

  /** Makes the first Security-Client, so that Contact and drafts can name port_us before SM1. */
  async open(): Promise<this> {
    await this.#newOffer();
    return this;
  }

  /** The set that a case means, by its way or its object; the current one by default. */
  setOf(way: Sending["way"]): Association {
    const set = this.#way({ step: "request", ...(way === undefined ? {} : { way }) }).set;
    if (!set) throw new LocalMisuseError(`"${way}" is no SA set`);
    return this.#used(set);
  }

  socketAt(transport: "udp" | "tcp", port: number): MessageSocket | undefined {
    return this.#boards[transport].at(port);
  }

  // What goes out

  #way(sending: Sending): ChosenWay {
    const way = wayFor(sending, this.table, {
      ofChallenge: ({ challenge }) =>
        (challenge && this.#sets.get(challenge.response)) ??
          "SM7 answers no challenge of this UE: it has no SAs",
      ofFirst: ({ challenge }) => challenge && this.#firstWays.get(challenge.request),
    });
    if (way.set) this.#used(way.set);
    return way;
  }

  /** Drafts are made before there are SAs as well; only sending needs a way. */
  #wayOrClear(sending: Sending): ChosenWay {
    try {
      return this.#way(sending);
    } catch {
      return { set: undefined, toProtected: false };
    }
  }

  #used(set: Association): Association {
    if (set.phase === "deleted") set.revive();
    return set;
  }

  #transportOf({ over }: Sending, set: Association | undefined): "udp" | "tcp" {
    if (set) return over ?? this.#parts.transport;
    return this.#parts.clear.transport === "tcp" ? "tcp" : "udp";
  }

  #sentBy(set: Association | undefined): Endpoint {
    return set ? { address: set.ueAddress, port: set.portUs } : this.local;
  }

  #setFlow(
    set: Association,
    transport: "udp" | "tcp",
    esp: EspTamper | undefined,
    begun: Begun | undefined,
  ): Flow {
    const { ours, theirs } = set.ports("port-uc");
    const flow: Flow = {
      transport,
      local: { address: this.local.address, port: ours },
      remote: { address: set.pcscfAddress, port: theirs },
      security: this.#parts.traffic.passage(set, "port-uc", esp),
    };
    this.#dispatches.set(flow, { begun, set, from: "port-uc", esp });
    return flow;
  }

  #clearFlow(toProtected: boolean, begun: Begun | undefined): Flow {
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
    this.#dispatches.set(flow, { begun, set: undefined, from: "port-uc", esp: undefined });
    return flow;
  }

  #sending(bytes: Uint8Array, to: Flow): void {
    const message = understood(bytes, to);
    if (message) this.#transactions.sent(message, this.#dispatches.get(to)?.begun, this.#parts.clock.now());
  }

  /** A packet whose inner addresses are wrong is from no socket of ours, nor is one that a case alters or loses. */
  #instead(bytes: Uint8Array, to: Flow): Promise<unknown> | undefined {
    const { set, from = "port-uc", esp } = this.#dispatches.get(to) ?? {};
    if (!set || to.transport !== "udp") return undefined;
    const byHand = esp?.innerSource ?? esp?.innerDestination ?? esp?.packet;
    if (byHand === undefined && esp?.copies !== 0) return undefined;
    const ports = { local: to.local.port, remote: to.remote.port };
    return this.#parts.traffic.sendDatagram(this.#parts.host, bytes, { set, from, esp }, ports);
  }

  /** M.7.2: from SM7 on. */
  #keepAlives(): void {
    const to = { address: this.#parts.remote.address, port: ENCAPSULATION_PORT };
    this.#keepAlive ??= this.#parts.host.keepAlive(to);
  }

  // What comes in

  #admits({ bytes, flow, at }: Incoming): boolean {
    const message = understood(bytes, flow);
    if (!message) return true;
    const set = this.#cameUnder(flow)?.set;
    const begun = message instanceof SipRequest ? undefined : this.#transactions.answered(message);
    void this.table; // what has expired is gone
    const why = objection(message, set, begun);
    if (why !== undefined) {
      this.#discard({ message, carried: this.#carriedOn(flow), flow, why, at });
      if (this.#parts.wrongSa === "discard") return false;
    }
    this.#transactions.received(message, set);
    this.#progress(message, set, begun, at);
    void this.table; // and what is done
    return true;
  }

  #discard(discarded: Discarded): void {
    this.discarded.push(discarded);
    this.discards.put(discarded);
    this.#flows.set(discarded.message, discarded.flow);
    if (!(discarded.message instanceof SipRequest)) this.onDiscard?.(discarded.message);
  }

  /** SM12 takes the new SAs into use, what comes under them after it ends the old ones (7.4.1a). */
  #progress(
    message: SipRequest | SipResponse,
    set: Association | undefined,
    begun: Begun | undefined,
    at: number,
  ): void {
    const { table, timers } = this.#parts;
    const isSm12 = begun?.step === "answer" && "status" in message && message.status >= 200;
    if (isSm12 && begun.set && message.status < 300) {
      table.confirm(begun.set, at + timers.regAwaitAuth);
    } else if (!isSm12 && set && set === table.current) table.heardOnCurrent();
  }

  #cameUnder({ security }: Flow): { set: Association; at: ProtectedPort; spi: number } | undefined {
    const spi = spiOf(security);
    const set = spi === undefined ? undefined : this.#parts.table.inbound(spi);
    const at = spi === undefined ? undefined : set?.portOf(spi);
    return set && at && spi !== undefined ? { set, at, spi } : undefined;
  }

  #carriedOn(flow: Flow): Carried {
    const came = this.#cameUnder(flow);
    return came ? { protected: true, ...came } : { protected: false };
  }

  // What is offered and what comes of it

  async #newOffer(told: IpsecOffer = {}): Promise<void> {
    const { host, first, modes, pairs, random, table } = this.#parts;
    const asked = this.#made === 0 && !this.#offer ? { ...first, ...told } : told;
    this.#portUs = asked.portUs ?? this.#portUs ?? first.portUs ?? (await host.reserve(1))[0] ?? 0;
    const used = new Set(table.sets.flatMap((set) => [set.spiUc, set.spiUs, set.spiPc, set.spiPs]));
    const spiUc = asked.spiUc ?? newSpi(random, used);
    this.#offer = {
      modes: asked.modes ?? modes,
      pairs: asked.offers ?? pairs,
      spiUc,
      spiUs: asked.spiUs ?? newSpi(random, used.add(spiUc)),
      portUc: asked.portUc ?? (await host.reserve(1))[0] ?? 0,
      portUs: this.#portUs,
    };
    this.#offerIsSent = false;
  }

  async #prepareAnswer({ challenge, choose, way }: Sending): Promise<void> {
    if (!challenge?.aka) return;
    const made = this.#sets.get(challenge.response);
    // A case has a bad challenge answered, or says what to take of Security-Server.
    if (choose || (!(made instanceof Association) && way === undefined)) {
      await this.#makeSet(challenge, choose);
    }
  }

  async #makeSet(challenge: ReceivedChallenge, told?: AnswerOptions["choose"]): Promise<void> {
    const { response, aka, request } = challenge;
    const offered = this.#offers.get(request);
    const chosen = offered && this.#choose(challenge, offered, told);
    if (!aka) return void this.#sets.set(response, "SM6 has no AKA challenge: there are no keys for SAs");
    if (!offered || chosen === undefined) {
      return void this.#sets.set(response, "SM1 was not made by this UE: there is nothing to set up");
    }
    if (typeof chosen === "string") return void this.#sets.set(response, chosen);
    const { clock, timers, random, remote } = this.#parts;
    const { spiUc, spiUs, portUc, portUs } = offered;
    const { alg, ealg, mode, server } = chosen;
    const set = new Association({
      name: `set ${++this.#made}`,
      mode,
      alg,
      ealg,
      spiUc,
      spiUs,
      spiPc: server.spiC,
      spiPs: server.spiS,
      portUc,
      portUs,
      portPc: server.portC,
      portPs: server.portS,
      ueAddress: this.#ueAddress(mode, response),
      pcscfAddress: canonical(remote.address),
      ck: aka.ck,
      ik: aka.ik,
      random: (octets) => random.bytes(octets),
      refresh: () => void this.table,
    }, clock.now() + timers.regAwaitAuth);
    this.#verify.set(set, response.all("Security-Server"));
    try {
      await this.#openSockets(set);
    } catch (error) {
      // A port that a case took from another UE: SM6 is there to be judged, though nobody can go on after it.
      if (!(error instanceof EnvironmentError)) throw error;
      return void this.#sets.set(response, error);
    }
    this.#parts.table.add(set);
    this.#sets.set(response, set);
  }

  #choose(
    { response, request }: ReceivedChallenge,
    offered: Offered,
    told: AnswerOptions["choose"],
  ): Chosen | string {
    const behindNat = this.#publicAddress(response) !== undefined && !this.#firstWays.get(request);
    const chosen = choose(response, offered, behindNat, this.#parts.carried);
    if (!told) return chosen;
    const server = typeof chosen === "string" ? anyProposal(response) : chosen.server;
    if (typeof server === "string") return server;
    const [pair] = offered.pairs;
    const mode = server.mode === "UDP-enc-tun" ? "UDP-enc-tun" : "trans";
    const own = typeof chosen === "string" ? { alg: "null", ealg: "null", ...pair, mode } as const : chosen;
    return { alg: told.alg ?? own.alg, ealg: told.ealg ?? own.ealg, mode: told.mode ?? own.mode, server };
  }

  /** M.7.1: in a tunnel the inner address is the public one, which SM6 tells, or the SAs before it. */
  #ueAddress(mode: IpsecMode, response: SipResponse): string {
    const { host, table } = this.#parts;
    if (mode === "trans") return host.address;
    return canonical(this.#publicAddress(response) ?? table.current?.ueAddress ?? host.address);
  }

  /** `received` where it is another address than the UE believes to have: RFC 3581 adds it in any case. */
  #publicAddress(response: SipResponse): string | undefined {
    const received = lenient(() => response.via?.received)?.replace(/^\[|\]$/g, "");
    return received !== undefined && canonical(received) === canonical(this.local.address)
      ? undefined
      : received;
  }

  /** UDP and TCP on both ports; port_us is there already at a re-registration. */
  async #openSockets({ portUc, portUs, ueAddress }: Association): Promise<void> {
    const { host, framer } = this.#parts;
    for (const [port, listen] of [[portUs, true], [portUc, false]] as const) {
      for (const transport of ["udp", "tcp"] as const) {
        const board = this.#boards[transport];
        if (board.at(port)?.local.address === ueAddress) continue;
        board.add(await host.open(transport, { port, address: ueAddress, framer, listen }));
      }
    }
  }
}

/** As the host writes it, so that it can be compared; what is no address stays as it is. */
function canonical(address: string): string {
  try {
    return formatAddress(parseAddress(address));
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return address;
    throw error;
  }
}

/** The SPI that a Flow names. */
function spiOf(security: string | undefined): number | undefined {
  const digits = security?.match(/^spi:0x([0-9a-f]{8})$/)?.[1];
  return digits === undefined ? undefined : parseInt(digits, 16);
}

/** Octets as a message; undefined for keep-alives and for what is none: that is for the transaction layer to tell. */
function understood(bytes: Uint8Array, { transport }: Flow): SipRequest | SipResponse | undefined {
  try {
    return parseMessage(bytes, transport === "udp" ? "datagram" : "stream");
  } catch (error) {
    if (error instanceof SipSyntaxError) return undefined;
    throw error;
  }
}
