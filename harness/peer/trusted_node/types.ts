/**
 * The peer `trusted-node`: what a case can do on Mw towards a CSCF, from an address that the device trusts or from one
 * that it does not: as an MSC server enhanced for ICS (TS 33.203 Annex U), or as a P-CSCF, of the home network or a
 * visited one, on behalf of the subscriber (Annexes N, O, P, R, T).
 *
 * The order, for all that sends: the message is made with all its right fields, `headers` are put in place of them, then
 * `integrityProtected` and `behind` where a case gives them, and `tamper` has the last word.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Clock, Drive, Endpoint, Net, Tap } from "../../net/types.ts";
import type { Profile, Subscriber } from "../../../profiles/types.ts";
import type {
  AcceptOptions,
  AnswerOptions,
  Call,
  Exchange,
  Identity,
  IncomingCall,
  IncomingRequest,
  InviteOptions,
  IsimView,
  Random,
  ReceivedChallenge,
  Registered,
  RegisterOptions,
  RequestOptions,
  Subscription,
  UeMemory,
} from "../ue/types.ts";

/** Everything `createTrustedNode()` needs; the runner hands it in. */
export interface TrustedNodeSetup {
  readonly net: Net;
  readonly clock: Clock;
  readonly drive: Drive;
  readonly profile: Profile;
  readonly subscriber: Subscriber;
  /** Address of ours that it stands on. */
  readonly address: string;
  readonly options?: TrustedNodeOptions;
  readonly random: Random;
  readonly tap?: Tap;
  /** Default: nothing is remembered. */
  readonly remember?: UeMemory;
}

export interface TrustedNodeOptions {
  /** Index into the leases of the case: whom it stands for. Default 0; a UE of the same lease may exist beside it. */
  readonly as?: number;
  /**
   * Where it stands. "trusted" (default): a host that the device trusts; "pani-aware": one that the device knows as a
   * PANI-aware P-CSCF of the home network as well; "outside": a host that the device does not trust (an access
   * address); or a local address as it is.
   */
  readonly local?: "trusted" | "pani-aware" | "outside" | (string & Record<never, never>);
  /**
   * Entry point of the profile that REGISTERs go to. Default "i-cscf". With "i-cscf-hss" or "s-cscf-hss", the pair that
   * asks our HSS, all the rest goes to that pair, too.
   */
  readonly entry?: string;
  /** Default "udp". */
  readonly transport?: "udp" | "tcp";
  /**
   * What P-Visited-Network-ID says, as a text without quotes; null leaves it out. Default: the home domain. For a
   * partner's network: profile.trustedNode.visitedNetwork.
   */
  readonly visitedNetwork?: string | null;
  /**
   * What is put in as P-Access-Network-Info, with all its parameters; null: nothing, as by a P-CSCF that is not
   * PANI-aware. Default: null, but where it stands as "pani-aware" what belongs there with "network-provided" (P.3): the
   * subscriber's line with NBA, a 3GPP access with GIBA, else "IEEE-802.3". Per message: `headers`.
   */
  readonly accessNetworkInfo?: string | null;
  /** The UE that it stands for, where a case does not say another; default: one at an address of its own making. */
  readonly behind?: Behind | null;
  readonly identity?: Partial<Identity>;
  readonly secrets?: { readonly k?: Uint8Array; readonly password?: string };
  /** Requests that are answered without asking a case. Default: OPTIONS (200), NOTIFY (481). */
  readonly automatic?: readonly string[];
}

/** The UE behind a P-CSCF, as its Via has it: what stands below our own. */
export interface Behind {
  /** IP literal, or a name. */
  readonly address: string;
  /** Default 5060. */
  readonly port?: number;
  /** The parameter that a P-CSCF adds where source and sent-by differ (RFC 3261 18.2.1). Default: none. */
  readonly received?: string;
  readonly transport?: "UDP" | "TCP" | "TLS";
}

/** What all requests of the node can say beside what the UE's can. */
export interface NodeOptions {
  /** Entry point of the profile to send to, in place of the usual one. */
  readonly to?: string;
  /** The UE that the request comes from; null: no Via below ours. */
  readonly behind?: Behind | null;
}

/** Parameters of a P-CSCF's mark; what is null is left out. */
export interface Integrity {
  /**
   * integrity-protected in Authorization: "yes", "no", "tls-pending", "tls-yes", "ip-assoc-pending", "ip-assoc-yes",
   * "tls-connected", "auth-done", or anything. Null: none, whatever was there. Default: what a right P-CSCF says of a
   * first registration. AKA: "no" in SM2, "yes" in SM8, "no" in one that reports a failure. Digest: none in SM2,
   * "ip-assoc-pending" in SM8. Without Authorization (`withoutAuthorization`) there is nothing to write it into.
   */
  readonly integrityProtected?: string | null;
}

export type NodeRegisterOptions =
  & Omit<RegisterOptions, "offer" | "way" | "esp" | "over">
  & NodeOptions
  & Integrity;
export type NodeAnswerOptions =
  & Omit<AnswerOptions, "choose" | "way" | "esp" | "over">
  & NodeOptions
  & Integrity;

/** How an MSC server enhanced for ICS registers (TS 29.292, TS 33.203 U.2). */
export interface TrustedRegisterOptions extends NodeRegisterOptions {
  /** Default "auth-done". */
  readonly integrityProtected?: string | null;
  /** URN in +sip.instance; null leaves it out. Default: one of an IMEI, the same for all REGISTERs of the node. */
  readonly instance?: string | null;
  /** In place of the subscriber's. */
  readonly impi?: string;
}

export interface NodeRequestOptions extends Omit<RequestOptions, "way" | "esp" | "over">, NodeOptions {
  /**
   * Field values of Route. Default: Service-Route of the registration, else `<sip:orig@…;lr>` with the S-CSCF's entry
   * point: an originating request. An empty list: none, for a terminating request, which goes to "i-cscf" then.
   */
  readonly route?: readonly string[];
  /** URI in P-Asserted-Identity; null leaves it out. Default: the registered IMPU. */
  readonly assertedIdentity?: string | null;
}

export interface TrustedNode {
  readonly subscriber: Subscriber;
  readonly identity: Identity;
  readonly local: Endpoint;
  /** Field values that it registers with. */
  readonly contact: string;
  readonly path: string;
  /** URN in +sip.instance of registerTrusted(). */
  readonly instance: string;
  /** A registration was granted and has not run out. */
  readonly registered: boolean;

  /** REGISTER with "auth-done" and an empty response, and its final answer; a challenge is not answered. */
  registerTrusted(options?: TrustedRegisterOptions): Promise<Registered>;
  /** As a P-CSCF: SM2, and SM8 where the subscriber has what a challenge asks for. */
  register(options?: NodeRegisterOptions & { readonly answer?: NodeAnswerOptions }): Promise<Registered>;
  /** SM2 and its final answer, whatever it is. */
  attempt(options?: NodeRegisterOptions): Promise<SipResponse>;
  /** SM2; rejects with PeerViolation where its answer is no challenge. CK and IK are `parameters.get("ck")`, `("ik")`. */
  challenge(options?: NodeRegisterOptions): Promise<ReceivedChallenge>;
  /** SM8 and its final answer. */
  answer(challenge: ReceivedChallenge, options?: NodeAnswerOptions): Promise<Registered>;
  /** REGISTER with Expires: 0, in the way (trusted or not) of the latest one. */
  deregister(options?: TrustedRegisterOptions): Promise<Registered>;

  /** A request outside a dialog from (default) or to the subscriber; see NodeRequestOptions.route. */
  request(method: string, target: string, options?: NodeRequestOptions): Promise<Exchange>;
  invite(target: string, options?: NodeRequestOptions & InviteOptions): Promise<Call>;
  subscribe(
    target: string,
    event: string,
    options?: NodeRequestOptions & { readonly expires?: number },
  ): Promise<Subscription>;
  /** SUBSCRIBE to the reg event of the own IMPU, as a P-CSCF does. */
  subscribeReg(options?: NodeRequestOptions): Promise<Subscription>;
  /** A 401 or 407 taken apart with the subscriber's means. */
  takeApart(response: SipResponse, request: SipRequest): ReceivedChallenge;

  /** Next out-of-dialog request to our Path or Contact. Rejects with NoAnswer (default: timers.answer). */
  incoming(method?: string, within?: number): Promise<IncomingRequest>;
  acceptCall(options?: AcceptOptions): Promise<IncomingCall>;
  /** True when no request of this method (any, if absent) came within the window (default: timers.silence). */
  silent(method?: string, within?: number): Promise<boolean>;

  /** Sends a request as it stands (its Via and CSeq are the case's business) and tracks its answers. */
  send(request: SipRequest, options?: Pick<NodeOptions, "to">): Promise<Exchange>;
  sendRaw(bytes: Uint8Array, options?: Pick<NodeOptions, "to">): Promise<void>;
  /** The next message that belongs to no transaction of ours; undefined if none came (default: timers.silence). */
  stray(within?: number): Promise<SipRequest | SipResponse | undefined>;
  readonly malformed: readonly { readonly bytes: Uint8Array; readonly error: SyntaxError }[];
  /** What it would send, finished but for `tamper`. */
  readonly draft: {
    registerTrusted(options?: TrustedRegisterOptions): SipRequest;
    register(options?: NodeRegisterOptions): SipRequest;
    request(method: string, target: string, options?: NodeRequestOptions): SipRequest;
  };
  readonly isim: IsimView | undefined;
  close(): Promise<void>;
}
