/** The embedded reference core: our default device under test, with faults to be switched on by name. */
export { type Core, startCore } from "./core.ts";
export type { CoreOptions } from "./options.ts";
export { type Box, BOX_NAMES, type BoxName, type BoxOptions, startBox } from "./single.ts";
export { type Fault, faults, type FaultSet } from "./faults.ts";
export { DEFAULT_POLICY, type Policy } from "./policy.ts";
export type { CoreTimers, Random } from "./types.ts";
