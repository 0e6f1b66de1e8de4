/** The peer `ue`: one terminal of one subscriber. */
export type { Protection, Step } from "./protection.ts";
export type { SendingOptions, Way } from "./sending.ts";
export type {
  AcceptOptions,
  AkaChallenge,
  AnswerOptions,
  Call,
  Exchange,
  HeaderValues,
  Identity,
  IncomingCall,
  IncomingRequest,
  InviteOptions,
  IsimView,
  Random,
  ReceivedChallenge,
  Registered,
  RegisterOptions,
  RequestOptions,
  RespondOptions,
  Subscription,
  Tamper,
  Ue,
  UeMemory,
  UeOptions,
  UeSetup,
} from "./types.ts";
export { createUe, newMemory } from "./ue.ts";
