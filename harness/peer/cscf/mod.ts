/** The CSCF we play towards an HSS, on Cx. */
export { boundAddress } from "./bound_address.ts";
export { createCscf, type CscfSetup } from "./cscf.ts";
export type { Cscf, CscfOptions, CxAnswer, CxOrder } from "./types.ts";
