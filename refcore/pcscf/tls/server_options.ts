/** What the P-CSCF takes in TLS handshakes: TS 33.203 O.2.1, TS 33.310 Annex E. */
import type { TlsCertificate, TlsOptions } from "../../../harness/net/mod.ts";
import type { FaultSet } from "../../faults.ts";

/** Authenticated encryption with ephemeral keys, in the order of preference. */
const SUITES = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
] as const;

/** Of TLS 1.0 and 1.1. */
const OLD_SUITES = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_RSA_WITH_AES_128_CBC_SHA",
] as const;

/** What Annex E forbids, as far as this OpenSSL still has it. */
const WEAK_SUITES = [
  "TLS_DH_anon_WITH_AES_128_GCM_SHA256",
  "TLS_DH_anon_WITH_AES_128_CBC_SHA",
  "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
  "TLS_RSA_WITH_AES_128_CBC_SHA",
] as const;

const NULL_SUITES = [
  "TLS_ECDHE_ECDSA_WITH_NULL_SHA",
  "TLS_ECDHE_RSA_WITH_NULL_SHA",
  "TLS_RSA_WITH_NULL_SHA256",
] as const;

const SIGNATURES = [
  "ecdsa_secp256r1_sha256",
  "ecdsa_secp384r1_sha384",
  "rsa_pss_rsae_sha256",
  "rsa_pss_rsae_sha384",
  "rsa_pkcs1_sha256",
  "rsa_pkcs1_sha384",
] as const;

export function serverOptions(certificates: readonly TlsCertificate[], faults: FaultSet): TlsOptions {
  const old = faults.has("pcscf/tls-accepts-tls10");
  const weak = faults.has("pcscf/tls-accepts-weak-suites");
  const unencrypted = faults.has("pcscf/tls-prefers-null");
  const resumes = faults.has("pcscf/tls-serves-old-session-id") ||
    faults.has("pcscf/tls-serves-resumed-session");
  return {
    certificates,
    versions: [old ? "TLSv1.0" : "TLSv1.2", unencrypted ? "TLSv1.2" : "TLSv1.3"],
    cipherSuites: [
      ...(unencrypted ? NULL_SUITES : []),
      ...SUITES,
      ...(old ? OLD_SUITES : []),
      ...(weak ? WEAK_SUITES : []),
    ],
    groups: ["x25519", "secp256r1", "secp384r1", "ffdhe2048", "ffdhe3072", ...(weak ? WEAK_GROUPS : [])],
    // Those of before TLS 1.2 sign otherwise.
    ...(old || faults.has("pcscf/tls-weak-certificate") ? {} : { signatureAlgorithms: SIGNATURES }),
    // O.1.2: the P-CSCF decides.
    serverPreference: true,
    // O.2.1: the home network authenticates the UE.
    clientCertificate: faults.has("pcscf/tls-requests-certificate")
      ? "require"
      : faults.has("pcscf/tls-would-like-certificate")
      ? "request"
      : "none",
    // O.3.1.1, O.4.2: a session ends with its connection.
    tickets: false,
    sessionCache: resumes,
    // RFC 5746.
    renegotiation: faults.has("pcscf/tls-insecure-renegotiation") ? "unsafe" : "secure",
  };
}

/** Of 160 and 192 bits. */
const WEAK_GROUPS = ["secp192r1"] as const;
