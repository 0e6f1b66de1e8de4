/** Another operator's network at the device's border. */
export { STRANGER } from "./certificates.ts";
export { createNetwork } from "./network.ts";
export type {
  Attempted,
  CertificateChoice,
  Network,
  NetworkAttempt,
  NetworkOptions,
  NetworkSetup,
  NetworkTls,
  Received,
} from "./types.ts";
