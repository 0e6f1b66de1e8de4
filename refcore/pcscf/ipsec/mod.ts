/** IPsec and security agreement in the P-CSCF: TS 33.203 clauses 6.2, 6.3, 7 and Annexes H, I, M; RFC 3329. */
export { replyTo, wayToUe } from "./downlink.ts";
export { type EndOptions, IpsecEnd } from "./end.ts";
export { isEmergency } from "./emergency.ts";
export { judge } from "./judge.ts";
export type { Judgement } from "./judgement.ts";
export type { SecuredRegistration } from "./registration.ts";
export type { SaSet } from "./sa_set.ts";
export { PcscfSecurity } from "./security.ts";
export { DEFAULT_SECURITY, type SecurityPolicy } from "./security_policy.ts";
export { identifyUnderSa } from "./user.ts";
