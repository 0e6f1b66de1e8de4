/**
 * The home network of a roaming UE, which a case plays behind the P-CSCF under test: I-CSCF, S-CSCF and HSS in one, for
 * one domain that the P-CSCF sends to us (`homeNetworks` of the profile). By default it does all that a home network
 * does that does everything right; a case reads what came, and answers otherwise where it likes.
 */
import type { Challenge, Credentials, SipRequest, SipResponse } from "sip-codec";
import type { Clock, Drive, Endpoint, Flow, Net, Tap } from "../../net/types.ts";
import type { Profile, Subscriber } from "../../../profiles/types.ts";
import type {
  AcceptOptions,
  Call,
  Exchange,
  HeaderValues,
  IncomingCall,
  IncomingRequest,
  InviteOptions,
  Random,
  RequestOptions,
  RespondOptions,
  Tamper,
  UeMemory,
} from "../ue/types.ts";

/** One of the domains that the device sends to us. */
export interface Seat {
  readonly domain: string;
  readonly listen: Endpoint;
}

/** Everything `createHomeNetwork()` needs; the runner hands it in. */
export interface HomeNetworkSetup {
  readonly net: Net;
  readonly clock: Clock;
  readonly drive: Drive;
  readonly profile: Profile;
  /** The one that this case has to itself. */
  readonly seat: Seat;
  readonly options?: HomeNetworkOptions;
  readonly random: Random;
  readonly tap?: Tap;
}

export interface HomeNetworkOptions {
  /** Its users, made up for the case: what each authenticates with. Default: one with "aka". */
  readonly users?: readonly ("aka" | "digest")[];
  /**
   * Whether REGISTERs are answered without asking a case: challenged, granted where the user is proved, or registered
   * and marked as protected; 403 for a wrong response and a reported failure. Default true. False: the case takes each
   * by `nextRegister()`.
   */
  readonly automatic?: boolean;
  /** What automatic challenges say otherwise than right. */
  readonly challenge?: ChallengeOptions;
  /** What automatic 200s say otherwise than right. */
  readonly grant?: GrantOptions;
  /** Other requests that are answered 200 without asking a case. Default: OPTIONS, MESSAGE, PUBLISH, SUBSCRIBE. */
  readonly answers?: readonly string[];
  /** False: nobody is there. Default true. */
  readonly listen?: boolean;
}

export interface ChallengeOptions {
  /** Default 401; any other final status goes with the same fields. */
  readonly status?: number;
  /** CK and IK for the P-CSCF in WWW-Authenticate (TS 33.203 6.1.1 SM5); a name alone: that one. Default: AKA, both. */
  readonly keys?: boolean | "ck" | "ik";
  readonly algorithm?: string;
  readonly realm?: string;
  /** In place of the nonce that goes with the vector. */
  readonly nonce?: string;
  readonly qop?: string | null;
  readonly stale?: boolean;
  /** Last word on the challenge. */
  readonly change?: (challenge: Challenge) => Challenge | void;
  readonly headers?: HeaderValues;
  readonly tamper?: Tamper<SipResponse>;
}

export interface GrantOptions {
  /** Seconds in the Contact; default: as asked for. */
  readonly expires?: number;
  /** URIs; default: the user's IMPUs. */
  readonly associatedUris?: readonly string[];
  /** Field values; default: one that leads to us. Empty: none. */
  readonly serviceRoute?: readonly string[];
  readonly headers?: HeaderValues;
  readonly tamper?: Tamper<SipResponse>;
}

/** What we sent with a challenge. */
export interface SentChallenge {
  readonly response: SipResponse;
  readonly challenge: Challenge;
  /** Of AKA. */
  readonly vector?: {
    readonly rand: Uint8Array;
    readonly autn: Uint8Array;
    readonly xres: Uint8Array;
    readonly ck: Uint8Array;
    readonly ik: Uint8Array;
  };
}

/**
 * What the response in a REGISTER is worth. "none": there is none; "right": it proves the user, to our last challenge;
 * "resynchronise": AUTS with a right MAC-S; "failure": the report that the network could not be authenticated (empty
 * response to our nonce); "wrong": anything else.
 */
export type Proof = "none" | "right" | "resynchronise" | "failure" | "wrong";

/** A REGISTER as the device has forwarded it. */
export interface ArrivedRegister extends IncomingRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
  /** Of the first Authorization; undefined where there is none that can be read. */
  readonly credentials: Credentials | undefined;
  /**
   * Values of every integrity-protected in every Authorization, as they stand but for quotes; empty: none anywhere. One
   * value is all that a right P-CSCF lets through.
   */
  readonly integrityProtected: readonly string[];
  /** Whose it is, by user name or To; undefined for somebody we do not have. */
  readonly user: Subscriber | undefined;
  readonly proof: Proof;
  /** 401 (or as told) with a vector of the user. Rejects with LocalMisuseError for who is no user. */
  challenge(options?: ChallengeOptions): Promise<SentChallenge>;
  /** 200, and the binding that goes with it. */
  grant(options?: GrantOptions): Promise<void>;
  respond(status: number, options?: RespondOptions): Promise<void>;
}

/** Where a user is. */
export interface HomeBinding {
  readonly user: Subscriber;
  readonly impu: string;
  /** URI of the Contact: Request-URI of what goes there. */
  readonly contact: string;
  /** Field values of Path: Route of what goes there. */
  readonly path: readonly string[];
}

export interface HomeRequestOptions extends Omit<RequestOptions, "way" | "esp" | "over"> {
  /** Field values of Route in place of the Path. */
  readonly route?: readonly string[];
  /** Where it is sent in place of the first Route. */
  readonly to?: Endpoint;
}

export interface HomeNetwork {
  readonly seat: Seat;
  readonly domain: string;
  /** Who has its home here; UEs of them are `ue({ home })`, in this order, or by `as`. */
  readonly users: readonly Subscriber[];
  /** SIM cards of the users. */
  readonly memory: UeMemory;
  /** Field value of Service-Route. */
  readonly serviceRoute: string;

  /** All REGISTERs so far, in order. */
  readonly registers: readonly ArrivedRegister[];
  /** The next REGISTER not yet taken, answered or not. Rejects with NoAnswer (default: timers.answer). */
  nextRegister(within?: number): Promise<ArrivedRegister>;
  /** All challenges so far, in order, those that were sent by itself too. */
  readonly challenges: readonly SentChallenge[];
  /** Of granted REGISTERs, as long as they last. */
  readonly bindings: readonly HomeBinding[];
  /** From now on REGISTERs are answered so: by what this gives, or as a right home network does where it gives nothing. */
  script(answer: (register: ArrivedRegister) => Promise<unknown> | void): void;

  /** Next out-of-dialog request that is no REGISTER. Rejects with NoAnswer (default: timers.answer). */
  incoming(method?: string, within?: number): Promise<IncomingRequest>;
  acceptCall(options?: AcceptOptions): Promise<IncomingCall>;
  /** True when no request of this method (any, if absent; REGISTER too) came within the window (default: timers.silence). */
  silent(method?: string, within?: number): Promise<boolean>;
  /** Everything that came, in order. */
  readonly received: readonly (SipRequest | SipResponse)[];

  /** A terminating request to a user of ours where he is registered: to the first binding, or as told. */
  request(method: string, to?: HomeBinding, options?: HomeRequestOptions): Promise<Exchange>;
  invite(to?: HomeBinding, options?: HomeRequestOptions & InviteOptions): Promise<Call>;
  /** NOTIFY of reg-event to everyone who has subscribed to this user's: its contacts as they are, or all terminated. */
  notifyReg(user?: Subscriber, state?: "active" | "terminated"): Promise<void>;
  /** Forgets what it was told: everything is answered rightly from now on. The runner does it when the case ends. */
  settle(): void;
  close(): Promise<void>;
}
