/** Mw towards elements outside this core. */
export { type CscfPorts, type MwEnds, openMw } from "./ends.ts";
export { gateway, literalPlace, type Outside } from "./gateway.ts";
export { type HomeNetwork, HomeNetworks } from "./home_networks.ts";
export { MwPort, type MwPortOptions } from "./port.ts";
export { TrustDomain } from "./trust_domain.ts";
