/**
 * The peer `ue`: what a case can make it do. One terminal of one subscriber on one local endpoint.
 *
 * Every method that sends takes `tamper`, called with the finished message just before it is serialised: the one
 * line by which a case says something wrong. `tamper` may also return octets to be sent in the message's place.
 */
import type { Challenge, Credentials, Sdp, SipRequest, SipResponse } from "sip-codec";
import type { Usim } from "../../crypto/mod.ts";
import type { Clock, Drive, Endpoint, Flow, Net, Tap, TransportName } from "../../net/types.ts";
import type { Profile, Subscriber } from "../../../profiles/types.ts";
import type { AlgorithmPair, IpsecMode, IpsecOffer, IpsecOptions, IpsecView } from "./ipsec/types.ts";
import type { HomeNetwork } from "../home_network/types.ts";
import type { SendingOptions } from "./sending.ts";
import type { UeTlsOptions, UeTlsView } from "./tls/types.ts";

export type Tamper<M = SipRequest> = (message: M) => void | Uint8Array;

/** Everything `createUe()` needs; the runner hands it in. */
export interface UeSetup {
  readonly net: Net;
  readonly clock: Clock;
  readonly drive: Drive;
  readonly profile: Profile;
  readonly subscriber: Subscriber;
  readonly options?: UeOptions;
  readonly random: Random;
  readonly tap?: Tap;
  /** What outlives one UE: hand the same one to every UE of a run. Default: nothing is remembered. */
  readonly remember?: UeMemory;
  /** Default: those of the profile. */
  readonly timers?: Profile["timers"];
  /** Told each line of the key log of TLS (NSS format), for the evidence. */
  readonly keyLog?: (line: string) => void;
}

/** Octets and tokens of the run's seed: branches, tags, Call-IDs, cnonces. */
export interface Random {
  bytes(length: number): Uint8Array;
  token(length?: number): string;
  integer(below: number): number;
}

/** State that belongs to a subscriber and not to one terminal. Begin with `newMemory()`. */
export interface UeMemory {
  /** The ISIM of each IMPI: its SQN outlives the terminal it sits in. */
  readonly isims: Map<string, Usim>;
}

/** Header fields by name, each put in place of what the UE would write; null leaves the field out. */
export type HeaderValues = Readonly<Record<string, string | readonly string[] | null>>;

export interface UeOptions {
  /** Index into the leases of the case. */
  readonly as?: number;
  /** Another terminal with the identities and keys of this one (an attacker, a second phone). */
  readonly like?: Ue;
  /** A UE of this home network (`homeNetwork()`), roaming: its user number `as`, by default the next one. */
  readonly home?: HomeNetwork;
  readonly transport?: TransportName;
  /**
   * Access of the profile the UE is on: what it says in P-Access-Network-Info. Default: the one that lists the local
   * address, else one that suits the subscriber's scheme.
   */
  readonly access?: string;
  /** Local address to send from; default: the first of the access. Port 0: any. */
  readonly local?: Partial<Endpoint>;
  /** Entry point of the profile to talk to. Default "p-cscf". */
  readonly entry?: string;
  /** Overrides of the subscription, for a UE that lies about who it is or has another key. */
  readonly identity?: Partial<Identity>;
  /** Other secrets than the subscription's: a forged card, a guessed password. */
  readonly secrets?: { readonly k?: Uint8Array; readonly password?: string };
  /**
   * RFC 5626: adds Supported: outbound, +sip.instance and reg-id (1) to REGISTERs, and "ob" to the Contact of other
   * requests. `instance` is a URN; a second flow of the same terminal has the same one and another reg-id. Default:
   * with TLS, which needs it (TS 33.203 O.2.1, note 1).
   */
  readonly outbound?: boolean | { readonly regId: number; readonly instance?: string };
  /**
   * Out-of-dialog requests the UE answers by itself, whether or not a case asks for them. Default: OPTIONS (200),
   * NOTIFY (481, unless a subscription of ours claims it).
   */
  readonly automatic?: readonly string[];
  /** How the UE protects what it sends. Default: what the profile says of the subscriber, else "none". */
  readonly security?: "none" | "ipsec-3gpp" | "tls" | IpsecOptions | UeTlsOptions;
}

/** Who the UE says it is. */
export interface Identity {
  readonly impi: string;
  /** The first is the one it registers. */
  readonly impus: readonly string[];
  readonly homeDomain: string;
}

export interface RegisterOptions extends SendingOptions {
  readonly impu?: string;
  /** Seconds, default 600000 (TS 24.229 5.1.1.2.1); null leaves Expires out. */
  readonly expires?: number | null;
  /** A URI, or the whole field value where it begins with "<" or is "*". */
  readonly contact?: string;
  /**
   * Sends no Authorization header in the first REGISTER (allowed by Annex N and P). Default: false, but true where the
   * subscriber has GIBA and nothing else (TS 33.203 T.7).
   */
  readonly withoutAuthorization?: boolean;
  /**
   * What Authorization says in the first REGISTER. "empty" (default): the IMPI with an empty nonce and response, so
   * that a challenge comes. "last": what was sent last, once more. "next": a response over nextnonce, or over the
   * last nonce with the next count, before anyone asks (RFC 2617 3.3); "empty" where there is none yet.
   */
  readonly authorization?: "empty" | "last" | "next";
  /** Begins a new Call-ID instead of continuing the registration's. */
  readonly fresh?: boolean;
  /** What Security-Client says, and the UE then does, in place of what it would choose. Only for IPsec. */
  readonly offer?: IpsecOffer;
  readonly headers?: HeaderValues;
  readonly tamper?: Tamper;
}

export interface AnswerOptions extends SendingOptions {
  /**
   * AKA: octets to use for RES in place of the right ones; "wrong" flips a bit of the right ones, and takes another
   * password where the challenge is plain Digest.
   */
  readonly res?: Uint8Array | "wrong";
  /** Digest: another password. */
  readonly password?: string;
  readonly username?: string;
  readonly realm?: string;
  /** Another nonce than the challenge's. */
  readonly nonce?: string;
  /** This count; the UE's own counting of the nonce is left where it is. */
  readonly nc?: number;
  readonly cnonce?: string;
  readonly qop?: "auth" | "auth-int" | "none";
  readonly algorithm?: string;
  readonly uri?: string;
  /** Method used in A2 in place of the real one. */
  readonly method?: string;
  /** AKA: report a synchronisation failure with these 14 octets, or with what the ISIM computes for this SQN. */
  readonly auts?: Uint8Array | { readonly sqn: bigint };
  /**
   * AKA: report a network authentication failure: empty response, no auts (TS 33.203 6.1.2.2). False: answer with
   * RES whatever the ISIM says of MAC and SQN.
   */
  readonly macFailure?: boolean;
  /** Last word on the computed credentials; the response is not computed again. */
  readonly credentials?: (credentials: Credentials) => Credentials | void;
  readonly headers?: HeaderValues;
  readonly tamper?: Tamper;
  readonly expires?: number | null;
  /**
   * IPsec: another pair, or mode, for the new SAs than the first of Security-Server that the UE has (TS 33.203 7.2).
   * Needs a mechanism of Security-Server for its SPIs and ports, any will do.
   */
  readonly choose?: Partial<AlgorithmPair> & { readonly mode?: IpsecMode };
}

/** A 401 or 407 taken apart. */
export interface ReceivedChallenge {
  readonly response: SipResponse;
  /** The request that drew it. */
  readonly request: SipRequest;
  readonly status: number;
  /** The challenge that the UE would answer, undefined when the response has none. */
  readonly parameters: Challenge["parameters"];
  readonly challenge: Challenge | undefined;
  /** Present for AKA algorithms with a well-formed nonce. */
  readonly aka?: AkaChallenge;
}

export interface AkaChallenge {
  readonly rand: Uint8Array;
  readonly autn: Uint8Array;
  /** Octets of the nonce after RAND and AUTN. */
  readonly serverData: Uint8Array;
  /** What this subscriber's ISIM makes of it, judged without changing its SQN state. */
  readonly macOk: boolean;
  readonly sqn: bigint;
  readonly sqnOk: boolean;
  readonly amf: Uint8Array;
  readonly res: Uint8Array;
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
}

export interface Registered {
  /** Final answer of the flow, whatever it is. */
  readonly response: SipResponse;
  /** The final answer is a 2xx. */
  readonly ok: boolean;
  /** The challenge that was answered last. */
  readonly challenge: ReceivedChallenge | undefined;
  /**
   * The final answer, taken apart, where it is itself a 401 or 407. `answer()` sends one REGISTER and stops, so this
   * is how a case goes on after AUTS; `register()` goes on by itself after AUTS and after stale=true.
   */
  readonly next: ReceivedChallenge | undefined;
  /** The REGISTER that drew the final answer. */
  readonly request: SipRequest;
  /** Why the UE did not go on after SM6, where it did not: what Security-Server offers is not for it (7.3.2.2). */
  readonly abandoned?: string;
  readonly associatedUris: readonly string[];
  readonly serviceRoute: readonly string[];
  readonly expires: number | undefined;
  /** Whether Authentication-Info proves the network (Digest, RFC 2617 3.2.3); undefined where there is none. */
  readonly rspauthOk: boolean | undefined;
}

/** A request under way: its answers as they come. */
export interface Exchange {
  readonly request: SipRequest;
  /**
   * Final response; rejects with NoAnswer after the transaction's timeout (64*T1), an INVITE's when as long has
   * passed since its last provisional response (or timers.answer, if that is longer).
   */
  final(): Promise<SipResponse>;
  /** The next response not yet taken, provisional or final. */
  next(): Promise<SipResponse>;
  /** First response with this status (or class, 1 for 1xx); rejects with NoAnswer if another final one comes. */
  until(status: number): Promise<SipResponse>;
  /** All responses so far, also a 407 that the UE has answered by itself. */
  readonly responses: readonly SipResponse[];
  /** Responses that came by a wrong way and were discarded (TS 33.203 7.4.1a, O.2.2); none without security. */
  readonly discarded: readonly SipResponse[];
  /** True when no response at all came within the window (default: timers.silence), not even one to be discarded. */
  unanswered(within?: number): Promise<boolean>;
}

export interface IncomingRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
  /** Whether a final answer has been sent, by the case or by the UE itself. */
  readonly answered: boolean;
  respond(status: number, options?: RespondOptions): Promise<void>;
}

export interface RespondOptions extends Pick<SendingOptions, "way" | "esp"> {
  readonly reason?: string;
  readonly headers?: HeaderValues;
  readonly sdp?: Sdp | string;
  readonly tamper?: Tamper<SipResponse>;
}

export interface Call {
  readonly callId: string;
  /** A 2xx has been sent or received, and no BYE since. */
  readonly established: boolean;
  /** Originating side: the INVITE's exchange; the ACK is sent by `answered()`. */
  readonly exchange: Exchange | undefined;
  /** Originating side: waits for the final answer; on 2xx sends ACK, again for each repetition of the 2xx. */
  answered(options?: { readonly tamper?: Tamper } & SendingOptions): Promise<SipResponse>;
  /** In-dialog request, in the early dialog where there is no other; a re-INVITE's 2xx is acknowledged by the UE. */
  request(method: string, options?: RequestOptions & { readonly sdp?: Sdp | string }): Promise<Exchange>;
  /** PRACK for a reliable provisional response (RFC 3262). The one the UE has sent by itself, unless `options` are given. */
  prack(provisional: SipResponse, options?: RequestOptions): Promise<Exchange>;
  /** BYE and its final answer. */
  hangUp(options?: RequestOptions): Promise<SipResponse>;
  /** CANCEL and its final answer; the INVITE's own comes by `exchange`. */
  cancel(): Promise<SipResponse>;
  /**
   * Next in-dialog request from the other side. BYE and PRACK are answered 200 by the UE itself, unless `automatic`
   * was told otherwise; a CANCEL that ended the call comes here too.
   */
  next(method?: string, within?: number): Promise<IncomingRequest>;
}

/** A call that came to us. */
export interface IncomingCall extends Call {
  readonly invite: SipRequest;
  /** Further answers to the INVITE, where acceptCall() was told to stop at a provisional one. */
  respond(status: number, options?: RespondOptions): Promise<void>;
  /** The ACK of our 2xx; rejects with NoAnswer after 64*T1. */
  acknowledged(within?: number): Promise<SipRequest>;
}

export interface InviteOptions extends RequestOptions {
  /** Default: an offer of one audio stream; an empty text sends none. */
  readonly sdp?: Sdp | string;
  /** Answer reliable provisional responses with PRACK. Default true. */
  readonly prack?: boolean;
  /** In-dialog requests the UE answers 200 by itself. Default: BYE, PRACK. */
  readonly automatic?: readonly string[];
}

export interface AcceptOptions {
  readonly within?: number;
  /** Default 200, after a 180. Any other is sent alone: a provisional one leaves the rest to `respond()`. */
  readonly status?: number;
  /** Default: an answer to the offer, or an offer where there was none. */
  readonly sdp?: Sdp | string;
  /** Of the answer with `status`; null leaves a field out. */
  readonly headers?: HeaderValues;
  /** In-dialog requests the UE answers 200 by itself. Default: BYE, PRACK. */
  readonly automatic?: readonly string[];
}

export interface RequestOptions extends SendingOptions {
  /** URI of From; default: the registered IMPU. */
  readonly from?: string;
  /** URI of P-Preferred-Identity; default: the registered IMPU; null leaves the field out. */
  readonly preferredIdentity?: string | null;
  readonly headers?: HeaderValues;
  readonly body?: { readonly type: string; readonly content: string | Uint8Array };
  /**
   * What to do about 407. True (default): answer one, and while its nonce is good send credentials unasked, with the
   * next count (TS 33.203 N.2.1.2). Options: answer one with these. False: no credentials, the case has the 407.
   */
  readonly authenticate?: boolean | AnswerOptions;
  readonly tamper?: Tamper;
}

export interface Ue {
  readonly identity: Identity;
  /** What the profile knows of the subscriber this UE was made for. */
  readonly subscriber: Subscriber;
  readonly local: Endpoint;
  readonly transport: TransportName;
  /**
   * A registration was granted (and the network proved itself, where it tried), and has not run out; nor is the TLS
   * connection lost that carries it.
   */
  readonly registered: boolean;
  /** URN of +sip.instance. */
  readonly instance: string;
  /** The Contact field value of this UE, in a REGISTER. */
  readonly contact: string;

  /**
   * The whole flow: REGISTER, challenge, answer. Never rejects because of what the network answered. Goes on after
   * an AUTS, after stale=true and after a 423, as a UE does; not where `answer` says how to answer.
   */
  register(options?: RegisterOptions & { answer?: AnswerOptions }): Promise<Registered>;
  /** SM1 only: sends REGISTER and gives the 401 taken apart. Rejects with PeerViolation if none came. */
  challenge(options?: RegisterOptions): Promise<ReceivedChallenge>;
  /** SM1 and whatever final answer comes. */
  attempt(options?: RegisterOptions): Promise<SipResponse>;
  /**
   * SM7: the challenged REGISTER again, with credentials: right ones unless told otherwise. What the ISIM thought of
   * the challenge when it came decides between RES, AUTS and MAC failure. Any challenge may be answered, at any time.
   * Rejects with PeerViolation where it asks for what this subscriber does not have.
   */
  answer(challenge: ReceivedChallenge, options?: AnswerOptions): Promise<Registered>;
  /**
   * REGISTER with Expires: 0, answering a challenge if one comes. For the first IMPU, or, where that one is not
   * registered and another one is, for that.
   */
  deregister(options?: RegisterOptions): Promise<Registered>;

  /** Any request outside a dialog; builds it, fills identity headers and Route, sends. */
  request(method: string, target: string, options?: RequestOptions): Promise<Exchange>;
  /** A response of any request taken apart as a challenge. */
  takeApart(response: SipResponse, request: SipRequest): ReceivedChallenge;
  /** The request that drew a 401 or 407 once more, with credentials: right ones unless told otherwise. */
  again(challenge: ReceivedChallenge, options?: AnswerOptions): Promise<Exchange>;
  /** Field value of Authorization or Proxy-Authorization that this UE would send for a challenge, its own or another's. */
  credentials(
    challenge: ReceivedChallenge,
    request: { readonly method: string; readonly uri: string; readonly body?: Uint8Array },
    options?: AnswerOptions,
  ): string;
  invite(target: string, options?: InviteOptions): Promise<Call>;
  message(target: string, text: string, options?: RequestOptions): Promise<SipResponse>;
  subscribe(
    target: string,
    event: string,
    options?: RequestOptions & { expires?: number },
  ): Promise<Subscription>;
  /** SUBSCRIBE to the reg event of the own IMPU. */
  subscribeReg(options?: RequestOptions): Promise<Subscription>;

  /** Next out-of-dialog request, by method. Rejects with NoAnswer after `within` ms (default: timers.answer). */
  incoming(method?: string, within?: number): Promise<IncomingRequest>;
  /** Answers the next INVITE with 180 and 200 (or as told) and gives the call; does not wait for the ACK. */
  acceptCall(options?: AcceptOptions): Promise<IncomingCall>;
  /** True when no request of this method (any, if absent) came within the window (default: timers.silence). */
  silent(method?: string, within?: number): Promise<boolean>;

  /** Sends a request as it stands (its Via and CSeq are the case's business) and tracks its answers. */
  send(request: SipRequest, how?: SendingOptions): Promise<Exchange>;
  /** Sends octets; answers arrive through `stray()`. */
  sendRaw(bytes: Uint8Array, how?: SendingOptions): Promise<void>;
  /** The next message that belongs to no transaction of ours; undefined if none came (default: timers.silence). */
  stray(within?: number): Promise<SipRequest | SipResponse | undefined>;
  /** Octets from the network that are no SIP message, or one that cannot be read where it has to be. */
  readonly malformed: readonly { readonly bytes: Uint8Array; readonly error: SyntaxError }[];
  /** The UE's security associations, and what can be done wrong with them; undefined without IPsec. */
  readonly ipsec: IpsecView | undefined;
  /** The UE's TLS connections, and what can be done wrong with them; undefined without TLS. */
  readonly tls: UeTlsView | undefined;
  /** Streams: sends CRLF CRLF and says whether CRLF came back in time (RFC 5626 4.4.1; default: timers.answer). */
  keepAlive(within?: number, how?: SendingOptions): Promise<boolean>;
  /** Drafts of what the UE would send, for cases that build on them. */
  readonly draft: {
    register(options?: RegisterOptions): SipRequest;
    request(method: string, target: string, options?: RequestOptions): SipRequest;
  };
  /** The ISIM or the password's state. Undefined where the subscriber has none. */
  readonly isim: IsimView | undefined;
  close(): Promise<void>;
}

export interface IsimView {
  /** Highest SQN accepted. */
  readonly sqn: bigint;
  /** AUTS for the current (or given) SQN_MS and this RAND, 14 octets. */
  auts(rand: Uint8Array, sqn?: bigint): Uint8Array;
}

export interface Subscription {
  readonly response: SipResponse;
  /** The next NOTIFY, already answered with 200. */
  notify(within?: number): Promise<SipRequest>;
  unsubscribe(): Promise<SipResponse>;
}
