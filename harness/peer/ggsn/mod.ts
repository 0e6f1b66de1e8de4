/** The GGSN we play towards an HSS (GIBA). */
export { createGgsn, type GgsnSetup } from "./ggsn.ts";
export type { Ggsn, GgsnOptions, PdpContext } from "./types.ts";
