/**
 * The peer `peer-network`: what a case can do as another operator's network, or a proxy in one, at the device's border
 * (TS 33.203 6.5). One partner of the profile on its own addresses: it opens TLS connections to the border and takes
 * those that come, listens in the clear beside them, and sees which connection carried what.
 *
 * Wherever a method takes `way`, the rules are these. Left out: the connection that was opened last and is open still,
 * else a new one. "connect": a new one. A TlsConnection: that one, whoever opened it. "clear": outside TLS, by UDP or,
 * with `over: "tcp"`, by TCP.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { CertificateOptions, PathFailure } from "../../crypto/pki/mod.ts";
import type { Located, SipAddress } from "../../net/dns/mod.ts";
import type { ConnectOptions, TlsCertificate, TlsOptions, TlsTrust } from "../../net/tls/options.ts";
import type { TlsConnection, TlsEnd } from "../../net/tls/types.ts";
import type { Clock, Drive, Endpoint, Net, Tap } from "../../net/types.ts";
import type { EntryPoint, Partner, Profile } from "../../../profiles/types.ts";
import type { TlsProbe } from "../tls_probe/types.ts";
import type {
  AcceptOptions,
  Call,
  Exchange,
  IncomingCall,
  IncomingRequest,
  InviteOptions,
  Random,
  RequestOptions,
} from "../ue/types.ts";

/** Everything `createNetwork()` needs; the runner hands it in. */
export interface NetworkSetup {
  readonly net: Net;
  readonly clock: Clock;
  readonly drive: Drive;
  readonly profile: Profile;
  /** The one that this case has to itself. */
  readonly partner: Partner;
  readonly options?: NetworkOptions;
  readonly random: Random;
  readonly tap?: Tap;
  /** Lines of the TLS key log. */
  readonly keyLog?: (line: string) => void;
}

/**
 * The certificate we show. All but "none" come from the profile's `pki.issuer`, unless they say otherwise:
 * "partner": the right one (both ways); "stranger": for a domain that is no partner's; "unknown-issuer": in the
 * partner's name by a CA that nobody knows; "expired"; "self-signed": in the partner's name; "common-name": the
 * partner's domain as common name, beside a subjectAltName for another; "other-name": for a host of the partner's
 * domain and for another domain, but not for the domain itself; "none". Or one to be issued as told, or at hand.
 */
export type CertificateChoice =
  | "partner"
  | "stranger"
  | "unknown-issuer"
  | "expired"
  | "self-signed"
  | "common-name"
  | "other-name"
  | "none"
  | { readonly issue: CertificateOptions }
  | TlsCertificate;

/** How we speak TLS at one end. */
export interface NetworkTls {
  /** Default "partner". */
  readonly certificate?: CertificateChoice;
  /** Default: TLS 1.2 and 1.3, suites as OpenSSL has them. */
  readonly tls?: TlsOptions & ConnectOptions;
}

export interface NetworkOptions {
  /** The partner that the device does not trust: `seats: ["untrustedPartner"]`. Default false. */
  readonly untrusted?: boolean;
  /** Connections that come to us. Default: a server with the partner's certificate that requires one of its clients. */
  readonly server?: NetworkTls;
  /** Connections that we open, where nothing else is said. */
  readonly client?: NetworkTls;
  /** False: nobody is there, neither for TLS nor in the clear. Default true. */
  readonly listen?: boolean;
  /** The Via of our requests says that the device may use their connection for its own (RFC 5923). Default false. */
  readonly alias?: boolean;
}

export interface NetworkConnect extends NetworkTls {
  /** Default: the profile's border. */
  readonly to?: Endpoint;
}

export interface NetworkAttempt extends NetworkConnect {
  /** What is sent when the connection stands. Default: OPTIONS to the device's domain. */
  readonly method?: string;
  readonly target?: string;
  readonly request?: RequestOptions;
}

/** What an attempt to talk came to. */
export interface Attempted {
  /** Undefined where the handshake failed. */
  readonly connection: TlsConnection | undefined;
  /** How the connection, or the attempt at one, ended; undefined where it is open still. */
  readonly end: TlsEnd | undefined;
  /**
   * The first answer to the request, 100 where no other came; undefined where none came before the end, or within
   * timers.answer.
   */
  readonly answer: SipResponse | undefined;
  /** In a few words: "alert unknown_ca", "closed by the device", "403 Forbidden", "neither answer nor end". */
  readonly outcome: string;
}

export interface Network {
  readonly partner: Partner;
  /** sip:user@domain of somebody here. */
  readonly uri: string;
  /** Where the device's border takes TLS. */
  readonly border: EntryPoint;
  /** What the device's certificate can be held to: the profile's anchors and its name. For TlsOptions.trust. */
  readonly trust: TlsTrust;

  /** Opens a TLS connection to the border. Rejects with TlsFailure where the handshake fails. */
  connect(options?: NetworkConnect): Promise<TlsConnection>;
  /** Opens one, asks something on it, and tells what came of it. Rejects only where TCP does not stand. */
  attempt(options?: NetworkAttempt): Promise<Attempted>;
  /**
   * What is wrong with the certificates that the device shows on a connection, by RFC 5280 and the profile's anchors, its
   * domain among the names (RFC 5922 7.1). Empty: nothing.
   */
  judge(connection: TlsConnection): Promise<readonly PathFailure[]>;
  /** Questions to the border's TLS port that need no handshake, from the partner's address. Closed with the network. */
  probe(): TlsProbe;
  /** The next connection that the device has opened to us. Rejects with NoAnswer (default: timers.answer). */
  accepted(within?: number): Promise<TlsConnection>;
  /** All connections so far, ours and those that came. */
  readonly connections: readonly TlsConnection[];
  /** What came to us by TLS and failed in the handshake. */
  readonly refused: readonly TlsEnd[];
  /** The next attempt of the device that failed in the handshake. Rejects with NoAnswer (default: timers.answer). */
  failure(within?: number): Promise<TlsEnd>;

  /** A request outside a dialog, from our user. */
  request(method: string, target: string, options?: RequestOptions): Promise<Exchange>;
  invite(target: string, options?: InviteOptions): Promise<Call>;
  /** Next out-of-dialog request, by method. Rejects with NoAnswer (default: timers.answer). */
  incoming(method?: string, within?: number): Promise<IncomingRequest>;
  /** Answers the next INVITE with 180 and 200 (or as told) and gives the call; does not wait for the ACK. */
  acceptCall(options?: AcceptOptions): Promise<IncomingCall>;
  /** True when no request of this method (any, if absent) came within the window (default: timers.silence). */
  silent(method?: string, within?: number): Promise<boolean>;

  /** Everything that came, with what carried it; `connection` undefined for what came in the clear. */
  readonly received: readonly Received[];
  /** What carried this message; undefined where it came in the clear. */
  carried(message: SipRequest | SipResponse): TlsConnection | undefined;

  /**
   * Where the server of a URI is by the records of the profile's resolver (RFC 3263). Default: sips with the device's
   * domain. Rejects with EnvironmentError where the resolver does not answer.
   */
  locate(uri?: SipAddress): Promise<Located>;
  close(): Promise<void>;
}

export interface Received {
  readonly message: SipRequest | SipResponse;
  readonly connection: TlsConnection | undefined;
}
