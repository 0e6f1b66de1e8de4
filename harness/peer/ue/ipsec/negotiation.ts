/**
 * Sec-agree as the UE goes through it (TS 33.203 7.2, M.7.2): what each SM1 offers, what SM6 makes of it, and the SAs
 * that follow.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import { EnvironmentError } from "../../../errors.ts";
import type { IpsecHost } from "../../../net/ipsec/types.ts";
import type { Clock, Endpoint } from "../../../net/types.ts";
import type { Profile } from "../../../../profiles/types.ts";
import { lenient } from "../lenient.ts";
import type { Sending } from "../protection.ts";
import type { AnswerOptions, Random, ReceivedChallenge } from "../types.ts";
import { Association } from "./association.ts";
import { canonical } from "./canonical.ts";
import { anyProposal, choose, type Chosen, newSpi, type Offered, securityClient } from "./offer.ts";
import type { SaTable } from "./sa_table.ts";
import type { AlgorithmPair, IpsecMode, IpsecOffer } from "./types.ts";

export interface NegotiationParts {
  readonly host: IpsecHost;
  readonly table: SaTable;
  /** Where the UE believes to be: behind a NAT a private address. */
  readonly local: Endpoint;
  /** The P-CSCF's unprotected port. */
  readonly remote: Endpoint;
  readonly modes: readonly IpsecMode[];
  readonly pairs: readonly AlgorithmPair[];
  /** SPIs and ports of the first SM1, where they are told. */
  readonly first: IpsecOffer;
  /** Whether the UE can carry packets of this mode. */
  readonly carried: (mode: IpsecMode) => boolean;
  readonly clock: Clock;
  readonly timers: Profile["timers"];
  readonly random: Random;
  readonly openSockets: (set: Association) => Promise<void>;
  /** Deletes what has expired, for who looks at a set. */
  readonly refresh: () => void;
}

/** What came of a challenge: a set, or why there is none, for the network's reasons or for ours. */
export type Outcome = Association | string | EnvironmentError;

export class Negotiation {
  readonly #parts: NegotiationParts;
  /** By the request that said it: SM1, or an SM7 that reports a failure. */
  readonly #offers = new WeakMap<SipRequest, Offered>();
  readonly #firstWays = new WeakMap<SipRequest, Association | undefined>();
  /** By the challenge's response. */
  readonly #outcomes = new WeakMap<SipResponse, Outcome>();
  readonly #verify = new WeakMap<Association, readonly string[]>();
  #offer: Offered | undefined;
  #isSent = true;
  /** Stays until all IMPUs are de-registered (7.1 NOTE 10). */
  #portUs: number | undefined;
  #made = 0;
  #client: readonly string[] = [];
  #server: readonly string[] = [];

  constructor(parts: NegotiationParts) {
    this.#parts = parts;
  }

  /** Field values of the latest SM1 that was sent. */
  get client(): readonly string[] {
    return this.#client;
  }

  /** Field values of the latest SM6. */
  get server(): readonly string[] {
    return this.#server;
  }

  /** Field values of the SM1 to come. */
  get nextClient(): readonly string[] {
    return this.#offer ? securityClient(this.#offer) : [];
  }

  /** The protected server port that Contact names: of an SM1 that is being made, else of the SAs. */
  portUs(set: Association | undefined): number {
    const offered = this.#offer?.portUs ?? this.#parts.local.port;
    return this.#isSent ? set?.portUs ?? offered : offered;
  }

  /** What Security-Verify says under this set. */
  verify(set: Association): readonly string[] {
    return this.#verify.get(set) ?? [];
  }

  /** The way of an SM1; undefined where it went in the clear. */
  firstWay(request: SipRequest): Association | undefined {
    return this.#firstWays.get(request);
  }

  outcome({ response }: ReceivedChallenge): Outcome | undefined {
    return this.#outcomes.get(response);
  }

  async prepare(sending: Sending, offer?: IpsecOffer): Promise<void> {
    if (sending.step === "register") {
      if (this.#isSent || offer) await this.newOffer(offer);
    } else if (sending.step === "failure") await this.newOffer();
    else if (sending.step === "answer") await this.#prepareAnswer(sending);
  }

  /** This SM1 says what is offered now. */
  offers(request: SipRequest, way: Association | undefined): void {
    this.#firstWays.set(request, way);
    if (this.#offer) this.#offers.set(request, this.#offer);
  }

  /** This SM7 goes on from that challenge. */
  goesOn(request: SipRequest, challenge: ReceivedChallenge): void {
    const offered = this.#offers.get(challenge.request);
    if (offered) this.#offers.set(request, offered);
    this.#firstWays.set(request, this.#firstWays.get(challenge.request));
  }

  /** SM1 goes out: the next one has an offer of its own. */
  sent(): void {
    this.#isSent = true;
    this.#client = this.nextClient;
  }

  /** Another port_us from now on. */
  reset(): void {
    this.#portUs = undefined;
    this.#isSent = true;
  }

  async challenged(challenge: ReceivedChallenge): Promise<void> {
    const { response, aka } = challenge;
    this.#server = response.all("Security-Server");
    if (aka && !(aka.macOk && aka.sqnOk)) {
      this.#outcomes.set(response, "The challenge was not accepted: there are no SAs (7.4.1a)");
    } else await this.#makeSet(challenge);
  }

  /** Why the UE leaves SM6 unanswered, unless a case says how to answer it (7.3.2.2). */
  abandons(challenge: ReceivedChallenge, options: AnswerOptions = {}): string | undefined {
    const { way, choose, macFailure, auts, res } = options;
    if (way !== undefined || choose || macFailure || auts) return undefined;
    const { aka } = challenge;
    // A failure is reported without SAs; a case that has RES sent all the same gets them made.
    if (aka && !(aka.macOk && aka.sqnOk)) return undefined;
    if (aka && (macFailure === false || res !== undefined)) return undefined;
    const outcome = this.outcome(challenge);
    return typeof outcome === "string" ? outcome : undefined;
  }

  /** Also before the first SM1, so that Contact and drafts can name port_us. */
  async newOffer(told: IpsecOffer = {}): Promise<void> {
    const { host, first, modes, pairs, random, table } = this.#parts;
    const asked = this.#offer ? told : { ...first, ...told };
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
    this.#isSent = false;
  }

  /** A case has a bad challenge answered, or says what to take of Security-Server. */
  async #prepareAnswer({ challenge, choose, way }: Sending): Promise<void> {
    if (!challenge?.aka) return;
    const missing = !(this.outcome(challenge) instanceof Association) && way === undefined;
    if (choose || missing) await this.#makeSet(challenge, choose);
  }

  async #makeSet(challenge: ReceivedChallenge, told?: AnswerOptions["choose"]): Promise<void> {
    const { response } = challenge;
    const set = this.#associate(challenge, told);
    this.#outcomes.set(response, set);
    if (typeof set === "string") return;
    this.#verify.set(set, response.all("Security-Server"));
    try {
      await this.#parts.openSockets(set);
      this.#parts.table.add(set);
    } catch (error) {
      // A port that a case took from another UE: SM6 is there to be judged, though nobody can go on after it.
      if (!(error instanceof EnvironmentError)) throw error;
      this.#outcomes.set(response, error);
    }
  }

  #associate(challenge: ReceivedChallenge, told: AnswerOptions["choose"]): Association | string {
    const { response, aka, request } = challenge;
    const offered = this.#offers.get(request);
    if (!offered) return "SM1 was not made by this UE: there is nothing to set up";
    if (!aka) return "SM6 has no AKA challenge: there are no keys for SAs";
    const chosen = this.#choose(challenge, offered, told);
    if (typeof chosen === "string") return chosen;
    const { clock, timers, random, remote, refresh } = this.#parts;
    const { alg, ealg, mode, server } = chosen;
    return new Association({
      name: `set ${++this.#made}`,
      alg,
      ealg,
      mode,
      spiUc: offered.spiUc,
      spiUs: offered.spiUs,
      portUc: offered.portUc,
      portUs: offered.portUs,
      spiPc: server.spiC,
      spiPs: server.spiS,
      portPc: server.portC,
      portPs: server.portS,
      ueAddress: this.#ueAddress(mode, response),
      pcscfAddress: canonical(remote.address),
      ck: aka.ck,
      ik: aka.ik,
      random: (octets) => random.bytes(octets),
      refresh,
    }, clock.now() + timers.regAwaitAuth);
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
    const mode: IpsecMode = server.mode === "UDP-enc-tun" ? "UDP-enc-tun" : "trans";
    const own = typeof chosen === "string" ? { ...(offered.pairs[0] ?? NO_PAIR), mode } : chosen;
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
    if (received === undefined) return undefined;
    return canonical(received) === canonical(this.#parts.local.address) ? undefined : received;
  }
}

const NO_PAIR: AlgorithmPair = { alg: "null", ealg: "null" };
