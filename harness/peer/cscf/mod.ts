/** The CSCF we play towards an HSS, on Cx. */
export { createCscf, type CscfSetup } from "./cscf.ts";
export type { Cscf, CscfOptions, CxAnswer, CxOrder } from "./types.ts";
