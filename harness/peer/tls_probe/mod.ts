/** Asking a TLS port: hellos without a handshake, whole handshakes, and what its certificates are worth. */
export type { ChainJudgement } from "./judge.ts";
export { PROFILE_SUITES } from "./hello.ts";
export { VERSIONS } from "./surveys.ts";
export { createTlsProbe, type TlsProbeSetup } from "./probe.ts";
export type { CipherSuite, GroupName, TlsVersionName } from "../../wire/tls/mod.ts";
export { isTls13Suite, suiteNamed, suitesFor, TLS_VERSION } from "../../wire/tls/mod.ts";
export type {
  ClearAnswer,
  HelloOptions,
  LegacyAnswer,
  ServerAnswer,
  ServerChain,
  SuiteSurvey,
  TlsProbe,
  VersionAnswer,
} from "./types.ts";
