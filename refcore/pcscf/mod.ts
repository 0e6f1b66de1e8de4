export { Pcscf, type PcscfOptions } from "./pcscf.ts";
export type { AccessRanges, AccessType } from "./access.ts";
