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
}

/** Octets and tokens of the run's seed: branches, tags, Call-IDs, cnonces. */
export interface Random {
  bytes(length: number): Uint8Array;
  token(length?: number): string;
  integer(below: number): number;
}

/** State that belongs to a subscriber or to the run and not to one terminal. Begin with `newMemory()`. */
export interface UeMemory {
  /** The ISIM of each IMPI: its SQN outlives the terminal it sits in. */
  readonly isims: Map<string, Usim>;
  /** How many local addresses each access of the profile has given out so far. */
  readonly turns: Map<string, number>;
}

export interface UeOptions {
  /** Index into the leases of the case. */
  readonly as?: number;
  /** Another terminal with the identities and keys of this one (an attacker, a second phone). */
  readonly like?: Ue;
  readonly transport?: TransportName;
  /** Access of the profile the UE is on: its local addresses and its P-Access-Network-Info. Default: see access.ts. */
  readonly access?: string;
  /** Local address to send from; default: the next of the access's local addresses. Port 0: any. */
  readonly local?: Partial<Endpoint>;
  /** Entry point of the profile to talk to. Default "p-cscf". */
  readonly entry?: string;
  /** Overrides of the subscription, for a UE that lies about who it is or has another key. */
  readonly identity?: Partial<Identity>;
  /** RFC 5626: adds Supported: outbound, +sip.instance and reg-id to REGISTERs. */
  readonly outbound?: boolean | { readonly regId: number };
}

/** Who the UE says it is. */
export interface Identity {
  readonly impi: string;
  /** The first is the one it registers. */
  readonly impus: readonly string[];
  readonly homeDomain: string;
}

export interface RegisterOptions {
  readonly impu?: string;
  /** Seconds; null leaves Expires out. */
  readonly expires?: number | null;
  readonly contact?: string;
  /** Sends no Authorization header in the first REGISTER (allowed by Annex N and P). */
  readonly withoutAuthorization?: boolean;
  /** Begins a new Call-ID instead of continuing the registration's. */
  readonly fresh?: boolean;
  readonly tamper?: Tamper;
}

export interface AnswerOptions {
  /** AKA: octets to use for RES in place of the right ones; "wrong" flips a bit of the right ones. */
  readonly res?: Uint8Array | "wrong";
  /** Digest: another password. */
  readonly password?: string;
  readonly username?: string;
  readonly realm?: string;
  /** Another nonce than the challenge's. */
  readonly nonce?: string;
  readonly nc?: number;
  readonly cnonce?: string;
  readonly qop?: "auth" | "auth-int" | "none";
  readonly algorithm?: string;
  readonly uri?: string;
  /** Method used in A2 in place of the real one. */
  readonly method?: string;
  /** AKA: report a synchronisation failure with these 14 octets, or with what the ISIM computes for this SQN. */
  readonly auts?: Uint8Array | { readonly sqn: bigint };
  /** AKA: report a network authentication failure: empty response, no auts (TS 33.203 6.1.2.2). */
  readonly macFailure?: boolean;
  /** Last word on the computed credentials. */
  readonly credentials?: (credentials: Credentials) => Credentials;
  readonly tamper?: Tamper;
  readonly expires?: number | null;
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
  readonly ok: boolean;
  readonly challenge: ReceivedChallenge | undefined;
  /** The REGISTER that drew the final answer. */
  readonly request: SipRequest;
  readonly associatedUris: readonly string[];
  readonly serviceRoute: readonly string[];
  readonly expires: number | undefined;
  /** Whether Authentication-Info proves the network (Digest, RFC 2617 3.2.3); undefined where there is none. */
  readonly rspauthOk: boolean | undefined;
}

/** A request under way: its answers as they come. */
export interface Exchange {
  readonly request: SipRequest;
  /** Final response; rejects with NoAnswer after the transaction's timeout (64*T1). */
  final(): Promise<SipResponse>;
  /** The next response not yet taken, provisional or final. */
  next(): Promise<SipResponse>;
  /** First response with this status (or class, 1 for 1xx); rejects if a final one of another status comes. */
  until(status: number): Promise<SipResponse>;
  /** All responses so far. */
  readonly responses: readonly SipResponse[];
}

export interface IncomingRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
  respond(status: number, options?: { reason?: string; headers?: Readonly<Record<string, string>>; sdp?: Sdp | string; tamper?: Tamper<SipResponse> }): Promise<void>;
}

export interface Call {
  readonly callId: string;
  readonly established: boolean;
  /** Originating side: the INVITE's exchange; the ACK is sent by `answered()`. */
  readonly exchange: Exchange | undefined;
  /** Waits for the final answer; on 2xx sends ACK. */
  answered(): Promise<SipResponse>;
  /** In-dialog request. */
  request(method: string, options?: RequestOptions): Promise<Exchange>;
  prack(provisional: SipResponse, options?: RequestOptions): Promise<Exchange>;
  /** BYE and its final answer. */
  hangUp(options?: RequestOptions): Promise<SipResponse>;
  cancel(): Promise<SipResponse>;
  /** Next in-dialog request from the other side. */
  next(method?: string, within?: number): Promise<IncomingRequest>;
}

export interface RequestOptions {
  readonly from?: string;
  readonly preferredIdentity?: string | null;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: { readonly type: string; readonly content: string | Uint8Array };
  /** Answer a 407 once, with these options; false leaves it to the case. Default true. */
  readonly authenticate?: boolean | AnswerOptions;
  readonly tamper?: Tamper;
}

export interface Ue {
  readonly identity: Identity;
  readonly local: Endpoint;
  readonly transport: TransportName;
  readonly registered: boolean;

  /** The whole flow: REGISTER, challenge, answer. Never rejects because of what the network answered. */
  register(options?: RegisterOptions & { answer?: AnswerOptions }): Promise<Registered>;
  /** SM1 only: sends REGISTER and gives the 401 taken apart. Rejects with PeerViolation if none came. */
  challenge(options?: RegisterOptions): Promise<ReceivedChallenge>;
  /** SM1 and whatever final answer comes. */
  attempt(options?: RegisterOptions): Promise<SipResponse>;
  /** SM7: answers a challenge, rightly unless told otherwise. */
  answer(challenge: ReceivedChallenge, options?: AnswerOptions): Promise<Registered>;
  /** REGISTER with Expires: 0, answering a challenge if one comes. */
  deregister(options?: RegisterOptions): Promise<Registered>;

  /** Any request outside a dialog; builds it, fills identity headers and Route, sends. */
  request(method: string, target: string, options?: RequestOptions): Promise<Exchange>;
  invite(target: string, options?: RequestOptions & { sdp?: Sdp | string }): Promise<Call>;
  message(target: string, text: string, options?: RequestOptions): Promise<SipResponse>;
  subscribe(target: string, event: string, options?: RequestOptions & { expires?: number }): Promise<Subscription>;
  /** SUBSCRIBE to the reg event of the own IMPU. */
  subscribeReg(options?: RequestOptions): Promise<Subscription>;

  /** Next out-of-dialog request, by method. Rejects with NoAnswer after `within` ms (default: timers.answer). */
  incoming(method?: string, within?: number): Promise<IncomingRequest>;
  /** Answers the next INVITE with 180 and 200 (or as told) and gives the call. */
  acceptCall(options?: { within?: number; status?: number; sdp?: Sdp | string; headers?: Readonly<Record<string, string>> }): Promise<Call & { invite: SipRequest }>;
  /** True when no request of this method (any, if absent) came within the window (default: timers.silence). */
  silent(method?: string, within?: number): Promise<boolean>;

  /** Sends a request as it stands (its Via and CSeq are the case's business) and tracks its answers. */
  send(request: SipRequest): Promise<Exchange>;
  /** Sends octets; answers arrive through `stray()`. */
  sendRaw(bytes: Uint8Array): Promise<void>;
  /** Messages that belong to no transaction of ours. */
  stray(within?: number): Promise<SipRequest | SipResponse | undefined>;
  /** Drafts of what the UE would send, for cases that build on them. */
  readonly draft: { register(options?: RegisterOptions): SipRequest; request(method: string, target: string, options?: RequestOptions): SipRequest };
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
