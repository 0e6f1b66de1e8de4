/** TLS in the P-CSCF: TS 33.203 Annex O, P.3 and Q.1; RFC 3329, 5626. */
export { offersTls } from "./agreements.ts";
export { coreAuthority } from "./certificates.ts";
export { TlsEnd } from "./end.ts";
export { wayOverTls } from "./downlink.ts";
export { PcscfTls } from "./pcscf_tls.ts";
export { judgeForTls, type TlsJudgement, type TlsRegistration } from "./registration.ts";
export { identifyInClear, identifyOverTls, servesAnybody } from "./user.ts";
