/** Numbers of TLS on the wire and their names. Source: the IANA registries of TLS, RFC 5246, RFC 8446. */

/** Versions as on the wire; 0x0300 is SSL 3.0 (RFC 6101). */
export const TLS_VERSION = {
  "SSLv3": 0x0300,
  "TLSv1.0": 0x0301,
  "TLSv1.1": 0x0302,
  "TLSv1.2": 0x0303,
  "TLSv1.3": 0x0304,
} as const;

export type TlsVersionName = keyof typeof TLS_VERSION;

/** RFC 8446 5.1 */
export const CONTENT_TYPE = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
} as const;

/** RFC 5246 7.4, RFC 8446 4 */
export const HANDSHAKE_TYPE = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateStatus: 22,
} as const;

/** Registry "TLS ExtensionType Values". */
export const EXTENSION = {
  serverName: 0,
  statusRequest: 5,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  encryptThenMac: 22,
  extendedMasterSecret: 23,
  sessionTicket: 35,
  earlyData: 42,
  supportedVersions: 43,
  cookie: 44,
  pskKeyExchangeModes: 45,
  postHandshakeAuth: 49,
  keyShare: 51,
  renegotiationInfo: 0xff01,
} as const;

/** Suites that are signals (RFC 5746 3.3, RFC 7507 2). */
export const SIGNAL_SUITE = { renegotiation: 0x00ff, fallback: 0x5600 } as const;

/** RFC 3749: "null", "deflate". */
export const COMPRESSION = { null: 0, deflate: 1 } as const;

/** Registry "TLS Supported Groups". */
export const GROUP = {
  "sect163k1": 1,
  "sect163r1": 2,
  "sect163r2": 3,
  "sect193r1": 4,
  "sect193r2": 5,
  "sect233k1": 6,
  "sect233r1": 7,
  "sect239k1": 8,
  "sect283k1": 9,
  "sect283r1": 10,
  "sect409k1": 11,
  "sect409r1": 12,
  "sect571k1": 13,
  "sect571r1": 14,
  "secp160k1": 15,
  "secp160r1": 16,
  "secp160r2": 17,
  "secp192k1": 18,
  "secp192r1": 19,
  "secp224k1": 20,
  "secp224r1": 21,
  "secp256k1": 22,
  "secp256r1": 23,
  "secp384r1": 24,
  "secp521r1": 25,
  "brainpoolP256r1": 26,
  "brainpoolP384r1": 27,
  "brainpoolP512r1": 28,
  "x25519": 29,
  "x448": 30,
  "ffdhe2048": 0x0100,
  "ffdhe3072": 0x0101,
  "ffdhe4096": 0x0102,
  "ffdhe6144": 0x0103,
  "ffdhe8192": 0x0104,
} as const;

export type GroupName = keyof typeof GROUP;

/** Registry "TLS SignatureScheme"; for TLS 1.2 hash and signature in one (RFC 5246 7.4.1.4.1). */
export const SIGNATURE_SCHEME = {
  "rsa_pkcs1_md5": 0x0101,
  "rsa_pkcs1_sha1": 0x0201,
  "dsa_sha1": 0x0202,
  "ecdsa_sha1": 0x0203,
  "rsa_pkcs1_sha224": 0x0301,
  "ecdsa_sha224": 0x0303,
  "rsa_pkcs1_sha256": 0x0401,
  "dsa_sha256": 0x0402,
  "ecdsa_secp256r1_sha256": 0x0403,
  "rsa_pkcs1_sha384": 0x0501,
  "ecdsa_secp384r1_sha384": 0x0503,
  "rsa_pkcs1_sha512": 0x0601,
  "ecdsa_secp521r1_sha512": 0x0603,
  "rsa_pss_rsae_sha256": 0x0804,
  "rsa_pss_rsae_sha384": 0x0805,
  "rsa_pss_rsae_sha512": 0x0806,
  "ed25519": 0x0807,
  "ed448": 0x0808,
  "rsa_pss_pss_sha256": 0x0809,
  "rsa_pss_pss_sha384": 0x080a,
  "rsa_pss_pss_sha512": 0x080b,
} as const;

export type SignatureSchemeName = keyof typeof SIGNATURE_SCHEME;

/** Registry "TLS Alerts", with those of SSL 3.0 that are gone. */
export const ALERT = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  decryption_failed: 21,
  record_overflow: 22,
  decompression_failure: 30,
  handshake_failure: 40,
  no_certificate: 41,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  export_restriction: 60,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  no_renegotiation: 100,
  missing_extension: 109,
  unsupported_extension: 110,
  certificate_unobtainable: 111,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  bad_certificate_hash_value: 114,
  unknown_psk_identity: 115,
  certificate_required: 116,
  no_application_protocol: 120,
} as const;

export type AlertName = keyof typeof ALERT;

/** "TLSv1.2"; "0x0305" for what is not known. */
export function versionName(code: number): string {
  return nameIn(TLS_VERSION, code);
}

/** "x25519"; "0x11ec" for what is not known. */
export function groupName(code: number): string {
  return nameIn(GROUP, code);
}

export function signatureSchemeName(code: number): string {
  return nameIn(SIGNATURE_SCHEME, code);
}

/** "handshake_failure"; "alert 200" for what is not known. */
export function alertName(code: number): string {
  return find(ALERT, code) ?? `alert ${code}`;
}

function nameIn(names: Readonly<Record<string, number>>, code: number): string {
  return find(names, code) ?? `0x${code.toString(16).padStart(4, "0")}`;
}

function find(names: Readonly<Record<string, number>>, code: number): string | undefined {
  return Object.keys(names).find((name) => names[name] === code);
}
