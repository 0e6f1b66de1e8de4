/**
 * What a case can choose about TLS and DTLS. What is left out is OpenSSL's default at security level 0.
 * [hook]: needs Deno's permission for all foreign functions, `--allow-ffi` without a list (hooks.ts); without it the
 * context is not made (EnvironmentError), but for a server's ALPN, which is then left unanswered.
 */

export type TlsVersion = "TLSv1.0" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3" | "DTLSv1.0" | "DTLSv1.2";

/** As on the wire. */
export const VERSION_CODES: Readonly<Record<TlsVersion, number>> = {
  "TLSv1.0": 0x0301,
  "TLSv1.1": 0x0302,
  "TLSv1.2": 0x0303,
  "TLSv1.3": 0x0304,
  "DTLSv1.0": 0xfeff,
  "DTLSv1.2": 0xfefd,
};

export interface TlsOptions {
  /** The lowest and the highest; both of TLS or both of DTLS. Default TLS 1.2 and 1.3. */
  readonly versions?: readonly [lowest: TlsVersion, highest: TlsVersion];
  /** By the names of the IANA registry, or OpenSSL's; in order of preference. NULL, anonymous, PSK suites too. */
  readonly cipherSuites?: readonly string[];
  /** "x25519", "secp256r1", "P-384", "ffdhe2048"…, in order of preference. */
  readonly groups?: readonly string[];
  /** "ecdsa_secp256r1_sha256", "RSA+SHA1"…: OpenSSL's names. */
  readonly signatureAlgorithms?: readonly string[];
  /** Ours: one per kind of key; the suite and the peer decide which is shown. */
  readonly certificates?: readonly TlsCertificate[];
  /** As a server: whether a certificate is asked of the client. "require" refuses those without. Default "none". */
  readonly clientCertificate?: "none" | "request" | "require";
  /** As a server: certificates whose subjects are named in the CertificateRequest. DER. */
  readonly clientAuthorities?: readonly Uint8Array[];
  /** The peer's chain must be valid by OpenSSL's judgement, else alert. Left out: any chain will do. */
  readonly trust?: TlsTrust;
  /** Offered by a client, in order; a server takes the first of its own that is offered [hook]. */
  readonly alpn?: readonly string[];
  /** "SRTP_AES128_CM_SHA1_80", "SRTP_AEAD_AES_128_GCM"…, in order. DTLS only (RFC 5764). */
  readonly srtpProfiles?: readonly string[];
  /** Session tickets (RFC 5077, or those of TLS 1.3). Default true. */
  readonly tickets?: boolean;
  /** As a server: whether sessions are kept, to be resumed by id. Default true. */
  readonly sessionCache?: boolean;
  /** As a server: ids of new sessions, 1 to 32 octets, not used before [hook]. */
  readonly sessionIds?: () => Uint8Array;
  /**
   * "secure": by RFC 5746 only (default); "unsafe": also with peers who do not know it; "refuse": the alert
   * no_renegotiation. A server lets clients ask for it unless it refuses.
   */
  readonly renegotiation?: "secure" | "unsafe" | "refuse";
  /** RFC 7627. Default true. */
  readonly extendedMasterSecret?: boolean;
  /** RFC 7366. Default true. */
  readonly encryptThenMac?: boolean;
  /** As a client: TLS_FALLBACK_SCSV among the suites (RFC 7507). */
  readonly fallbackScsv?: boolean;
  /** As a server: its own order of suites decides. Default false, the client's does. */
  readonly serverPreference?: boolean;
  /** A pre-shared key [hook]. */
  readonly psk?: TlsPsk;
  readonly dtls?: DtlsOptions;
}

export interface DtlsOptions {
  /** Octets of a datagram, at least 256. Default 1400. */
  readonly mtu?: number;
  /** Milliseconds until the first retransmission; doubled each time. Default 1000 (RFC 6347 4.2.4.1). */
  readonly retransmitMs?: number;
  /** As a server: HelloVerifyRequest with this cookie, 1 to 255 octets [hook]. */
  readonly cookie?: Uint8Array;
}

export interface TlsCertificate {
  /** DER, the end entity's first, then the issuers in order. */
  readonly chain: readonly Uint8Array[];
  /** DER: PKCS #8, or the traditional form. It must belong to the certificate. */
  readonly key: Uint8Array;
}

export interface TlsTrust {
  /** DER. */
  readonly anchors: readonly Uint8Array[];
  /** A DNS name that the certificate must be for. */
  readonly name?: string;
  /** DER; if any is given, every certificate of the chain needs one of its issuer. */
  readonly crls?: readonly Uint8Array[];
  /** The time that the chain is judged by, milliseconds since 1970. Default: now. */
  readonly at?: number;
}

export interface TlsPsk {
  readonly identity: string;
  readonly key: Uint8Array;
  /** As a server: in place of `identity` and `key`, the key of whoever comes; undefined if there is none. */
  readonly lookup?: (identity: string) => Uint8Array | undefined;
  /** As a server: for the client to choose an identity by (TLS 1.2 and before). */
  readonly hint?: string;
}

/** What may differ from one connection of a context to another. */
export interface ConnectOptions {
  /** Server name indication (RFC 6066 3). */
  readonly serverName?: string;
  /** A session to resume, as `session()` gave it. */
  readonly resume?: string;
  /** Offered in place of the resumed session's own id: up to 32 octets. */
  readonly sessionId?: Uint8Array;
}
