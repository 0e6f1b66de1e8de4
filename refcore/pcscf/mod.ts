export { E2Client, type E2Options } from "./e2.ts";
export { Pcscf, type PcscfOptions } from "./pcscf.ts";
export type { AccessRanges, AccessType } from "./access.ts";
