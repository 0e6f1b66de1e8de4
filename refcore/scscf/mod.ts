export { Scscf, type ScscfOptions } from "./scscf.ts";
