/** TLS and DTLS for testers: OpenSSL without its sockets. */
export type { TlsAlert } from "./alerts.ts";
export { alertName } from "./alerts.ts";
export { TlsContext } from "./context.ts";
export type { TlsEvent } from "./engine.ts";
export { TlsEngine } from "./engine.ts";
export { openTls } from "./host.ts";
export { checkTls } from "./library.ts";
export type { Negotiated } from "./negotiated.ts";
export type {
  ConnectOptions,
  DtlsOptions,
  TlsCertificate,
  TlsOptions,
  TlsPsk,
  TlsTrust,
  TlsVersion,
} from "./options.ts";
export type { TlsConnection, TlsEnd, TlsHost, TlsHostOptions } from "./types.ts";
export { TlsFailure } from "./types.ts";
