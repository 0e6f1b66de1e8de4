export { expandAddresses, inScope, parseAddress, parseCidr, parseEndpoint } from "./address.ts";
export { CAPABILITIES, type Capability, CAPABILITY_VALUES } from "./capabilities.ts";
export { formatProblem, type Problem, ProfileError } from "./error.ts";
export { profileJsonSchema } from "./json_schema.ts";
export { didYouMean, nearest } from "./nearest.ts";
export { parseProfile } from "./parse.ts";
export type { ProfileSources } from "./secrets.ts";
export { formatEndpoint, maskedProfile, showProfile, withEntry } from "./show.ts";
export type {
  DiameterServer,
  EntryPoint,
  HomeNetworkSeat,
  KeyPair,
  Partner,
  Profile,
  Subscriber,
  TrustedNode,
  Waiver,
} from "./types.ts";
