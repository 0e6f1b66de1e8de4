/** What the border offers and takes in TLS: TS 33.203 S.5.4.3 on top of TS 33.310 Annex E. */
import type { ConnectOptions, TlsCertificate, TlsOptions } from "../../harness/net/tls/options.ts";
import type { FaultSet } from "../faults.ts";

export interface BorderIdentity {
  /** One per kind of key. */
  readonly certificates: readonly TlsCertificate[];
  /** Who issues the certificates of partners. DER. */
  readonly anchors: readonly Uint8Array[];
}

/** AES first, and all with ephemeral keys: there is nothing behind them. */
const SUITES = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
] as const;

/** What implementations of before 2010 had; the newer suites do not go with TLS 1.1. */
const OLD_SUITES = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_RSA_WITH_AES_128_CBC_SHA",
] as const;

/** Without AES, or without ephemeral keys. */
const LESSER_SUITES = [
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_RSA_WITH_AES_128_CBC_SHA",
] as const;

export function serverOptions({ certificates, anchors }: BorderIdentity, faults: FaultSet): TlsOptions {
  const old = faults.has("ibcf/accepts-old-versions");
  const lesser = faults.has("ibcf/follows-client-order");
  const anyChain = faults.has("ibcf/accepts-unknown-issuer") || faults.has("ibcf/accepts-expired-partner");
  return {
    certificates,
    versions: [old ? "TLSv1.0" : "TLSv1.2", "TLSv1.3"],
    cipherSuites: [
      ...SUITES,
      ...(old ? OLD_SUITES : []),
      ...(lesser ? LESSER_SUITES : []),
      ...(faults.has("ibcf/accepts-null-suite") ? ["TLS_ECDHE_ECDSA_WITH_NULL_SHA"] : []),
      ...(faults.has("ibcf/accepts-null-sha") ? ["TLS_RSA_WITH_NULL_SHA"] : []),
    ],
    serverPreference: !lesser,
    clientCertificate: askOf(faults),
    ...(anyChain ? {} : { trust: { anchors } }),
    // Each connection shows its certificate anew.
    tickets: false,
    sessionCache: false,
    renegotiation: "refuse",
  };
}

/** S.5.4.3: both ends authenticate on every connection. */
function askOf(faults: FaultSet): "none" | "request" | "require" {
  if (faults.has("ibcf/requests-no-certificate")) return "none";
  return faults.has("ibcf/trusts-source-address") ? "request" : "require";
}

export function clientOptions(
  { certificates, anchors }: BorderIdentity,
  faults: FaultSet,
  serverName: string,
): TlsOptions & ConnectOptions {
  return {
    certificates: faults.has("ibcf/shows-no-certificate") ? [] : certificates,
    versions: ["TLSv1.2", "TLSv1.3"],
    cipherSuites: SUITES,
    ...(faults.has("ibcf/accepts-any-server-chain") ? {} : { trust: { anchors } }),
    serverName,
  };
}
