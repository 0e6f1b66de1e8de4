/** Another operator's network at the device's border. */
export { STRANGER } from "./certificates.ts";
export { createNetwork } from "./network.ts";
export type { TlsVersion } from "../../net/tls/options.ts";
export type { TlsConnection } from "../../net/tls/types.ts";
export type {
  Attempted,
  CertificateChoice,
  Network,
  NetworkAttempt,
  NetworkConnect,
  NetworkOptions,
  NetworkSetup,
  NetworkTls,
  Received,
} from "./types.ts";
