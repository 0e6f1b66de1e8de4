/** Who we pretend to be. */
export { NoAnswer } from "./no_answer.ts";
export { createHomeNetwork } from "./home_network/mod.ts";
export { createNetwork } from "./network/mod.ts";
export { createTlsProbe } from "./tls_probe/mod.ts";
export { createTrustedNode } from "./trusted_node/mod.ts";
export { createUe, newMemory } from "./ue/mod.ts";
