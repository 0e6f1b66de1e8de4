/** A UE's TLS (TS 33.203 Annex O). */
export { isTlsFailure } from "./link.ts";
export { openTlsProtection, PLAIN_TLS } from "./open.ts";
export type { TlsWay, UeTlsDiscarded, UeTlsOptions, UeTlsView } from "./types.ts";
