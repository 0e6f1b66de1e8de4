/** TLS and DTLS for testers: OpenSSL without its sockets. */
export type { TlsAlert } from "./alerts.ts";
export { alertName } from "./alerts.ts";
export { TlsContext } from "./context.ts";
export type { TlsEvent } from "./engine.ts";
export { TlsEngine } from "./engine.ts";
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
