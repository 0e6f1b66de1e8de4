/** The home network of a roaming UE, behind the P-CSCF under test. */
export { createHomeNetwork } from "./network.ts";
export type {
  ArrivedRegister,
  ChallengeOptions,
  GrantOptions,
  HomeBinding,
  HomeNetwork,
  HomeNetworkOptions,
  HomeNetworkSetup,
  HomeRequestOptions,
  Proof,
  Seat,
  SentChallenge,
} from "./types.ts";
