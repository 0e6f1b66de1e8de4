/** A UE's TLS (TS 33.203 Annex O). */
export { openTlsProtection } from "./protection.ts";
export type { TlsWay, UeTlsOptions, UeTlsView } from "./types.ts";
