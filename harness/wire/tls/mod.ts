/** TLS as it is seen without keys: any ClientHello, and what a server says to it. */
export {
  alpn,
  buildClientHello,
  type ClientHelloFields,
  flag,
  keyShares,
  pointFormats,
  pskModes,
  renegotiationInfo,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  statusRequest,
  supportedGroups,
  supportedVersions,
  type TlsExtension,
} from "./client_hello.ts";
export {
  ALERT,
  type AlertName,
  alertName,
  COMPRESSION,
  CONTENT_TYPE,
  EXTENSION,
  GROUP,
  type GroupName,
  groupName,
  HANDSHAKE_TYPE,
  SIGNAL_SUITE,
  SIGNATURE_SCHEME,
  type SignatureSchemeName,
  signatureSchemeName,
  TLS_VERSION,
  type TlsVersionName,
  versionName,
} from "./codes.ts";
export { FlightReader, MAX_FLIGHT, type PlainAlert, type ServerFlight } from "./flight.ts";
export { alertRecord, buildRecord, handshakeRecords, type TlsRecord } from "./records.ts";
export type { CertificateRequest, ServerHello, ServerKeyExchange } from "./server_messages.ts";
export { CIPHER_SUITES, type CipherSuite, isTls13Suite, suiteNamed, suiteOf, suitesFor } from "./suites.ts";
