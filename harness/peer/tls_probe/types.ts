/**
 * What a case can ask of a TLS port: questions that one ClientHello answers, without a handshake, and whole handshakes
 * where only those tell.
 */
import type { ConnectOptions, TlsOptions } from "../../net/tls/options.ts";
import type { TlsConnection } from "../../net/tls/types.ts";
import type { Endpoint } from "../../net/types.ts";
import type {
  AlertName,
  CipherSuite,
  GroupName,
  ServerFlight,
  SignatureSchemeName,
  TlsExtension,
  TlsVersionName,
} from "../../wire/tls/mod.ts";
import type { ChainJudgement } from "./judge.ts";

export interface TlsProbe {
  readonly target: {
    readonly entry: string;
    readonly remote: Endpoint;
    /** The name that its certificate must be for, where the profile tells. */
    readonly name?: string;
  };
  /** TCP connections made so far. */
  readonly connections: number;
  /** One ClientHello on a connection of its own, closed after the answer. Rejects with EnvironmentError without TCP. */
  hello(options?: HelloOptions): Promise<ServerAnswer>;
  /** This version alone, with all suites that it has. */
  version(version: TlsVersionName): Promise<VersionAnswer>;
  /** Each of them, SSL 3.0 to TLS 1.3. */
  versions(): Promise<readonly VersionAnswer[]>;
  /** Which suites of a version are taken, by one connection more than there are; at most MOST_SUITES are found. */
  suites(version: TlsVersionName, among?: readonly CipherSuite[]): Promise<SuiteSurvey>;
  /**
   * The certificates that the server has, one for each kind of key it shows; as a TLS 1.2 server sends them in the
   * clear, else by a handshake of TLS 1.3.
   */
  chains(): Promise<readonly ServerChain[]>;
  /**
   * Two handshakes of TLS 1.2 on one connection, by a client that knows nothing of RFC 5746: does the server take the
   * second ClientHello? Needs AES_128_GCM with ECDHE and P-256, as TS 33.210 6.2.2 demands.
   */
  legacyRenegotiation(): Promise<LegacyAnswer>;
  /** Octets that are no TLS at all. */
  clear(bytes: Uint8Array): Promise<ClearAnswer>;
  /**
   * A whole handshake; the connection is closed when the case ends. Default: TLS 1.2 and 1.3, the target's name in SNI,
   * any chain will do. Rejects with TlsFailure, EnvironmentError where OpenSSL or TCP is not to be had.
   */
  connect(options?: TlsOptions & ConnectOptions): Promise<TlsConnection>;
  /** A chain (DER, as received) by RFC 5280 and the profile's anchors, and by TS 33.310. */
  judge(chain: readonly Uint8Array[]): Promise<ChainJudgement>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface HelloOptions {
  /** Default TLS 1.2 and 1.3. */
  readonly versions?: readonly TlsVersionName[];
  /** In order of preference. Default: the suites of TS 33.210 6.2 for these versions. */
  readonly suites?: readonly CipherSuite[];
  /** Default: P-256, P-384, X25519, and the groups of RFC 7919 from 2048 bits. */
  readonly groups?: readonly GroupName[];
  /** For which of the groups a key is sent at once (TLS 1.3). Default: P-256 and X25519 where they are offered. */
  readonly keyShares?: readonly GroupName[];
  readonly signatureSchemes?: readonly SignatureSchemeName[];
  /** Default: null alone. */
  readonly compression?: readonly ("null" | "deflate")[];
  /** SNI; null for none. Default: the target's name. */
  readonly serverName?: string | null;
  /** Of no session. Default: made up where TLS 1.3 is offered, else none. */
  readonly sessionId?: Uint8Array;
  /** TLS_FALLBACK_SCSV (RFC 7507). */
  readonly fallbackScsv?: boolean;
  /** How RFC 5746 is told. Default: by the extension; in SSL 3.0 by the suite. */
  readonly renegotiation?: "extension" | "suite" | "none";
  /** Default true. */
  readonly extendedMasterSecret?: boolean;
  /** Further ones, behind the others. */
  readonly extensions?: readonly TlsExtension[];
  /** What ends it after the server's flight. */
  readonly alert?: AlertName;
}

/** What came back, as far as it can be read without keys. */
export interface ServerAnswer extends ServerFlight {
  /** What the ClientHello did not allow, in words, each its own (breaches.ts): "compression 1 was not offered". */
  readonly breaches: readonly string[];
  /** How the connection ended within the time of an answer; undefined: it was still open. */
  readonly ended?: "closed" | "reset";
  /** All of it in words: "ServerHello: TLSv1.0, TLS_RSA_WITH_NULL_MD5", "alert handshake_failure, then closed". */
  readonly says: string;
}

export interface VersionAnswer {
  readonly version: TlsVersionName;
  /** The server goes on with this version. */
  readonly accepted: boolean;
  readonly answer: ServerAnswer;
}

export interface SuiteSurvey {
  readonly version: TlsVersionName;
  /** In the order in which the server took them when all were offered. */
  readonly accepted: readonly CipherSuite[];
  /** A suite that was chosen without having been offered. */
  readonly unoffered?: CipherSuite;
  /** Whose order decides; undefined with less than two suites, or where neither does. */
  readonly order?: "server" | "client";
  /** What the server said when nothing was left that it takes. */
  readonly refusal: ServerAnswer;
}

export interface ServerChain {
  /** What the client offered to see it. */
  readonly shown: "ECDSA" | "RSA" | "TLSv1.3";
  /** DER, the server's own first. */
  readonly chain: readonly Uint8Array[];
}

export interface LegacyAnswer {
  /** The first handshake came about: without it the second was not tried. */
  readonly first: boolean;
  /** A ServerHello answered the second ClientHello. */
  readonly renegotiated: boolean;
  readonly says: string;
}

export interface ClearAnswer {
  readonly bytes: Uint8Array;
  readonly ended?: "closed" | "reset";
  readonly says: string;
}

/** Suites are asked for until so many were found. */
export const MOST_SUITES = 64;
