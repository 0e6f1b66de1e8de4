/** The CLF we play towards a P-CSCF (NBA). */
export { type ClfOptions, ClfServer } from "./server.ts";
export type { ClfView, Location, LocationQuery } from "./types.ts";
