/**
 * The registration of one contact of a UE, as a table (TS 24.229 5.1.1: initial registration 5.1.1.2, authentication
 * 5.1.1.5, reregistration 5.1.1.4, deregistration 5.1.1.6 and by the network 5.1.1.7).
 *
 * A binding lives until it expires: a refused or unanswered refresh leaves it as it is, and so does a refused
 * deregistration; an unanswered deregistration is taken as done.
 */
import type { Table } from "./table.ts";

export type RegistrationState =
  | "unregistered"
  | "registering"
  | "challenged"
  | "registered"
  | "refreshing"
  | "re-challenged"
  | "de-registering";

export type RegistrationEvent =
  /** We send REGISTER: the first, one with credentials, one that refreshes, one with expires 0. */
  | "register"
  | "answer"
  | "refresh"
  | "deregister"
  /** What came back: 401 or 407, 2xx with and without our contact, another final answer, none in time. */
  | "challenge"
  | "accepted"
  | "removed"
  | "refused"
  | "timeout"
  /** The binding's time is over. */
  | "expired";

export type RegistrationAction = "take binding" | "forget binding";

export const REGISTRATION: Table<RegistrationState, RegistrationEvent, RegistrationAction> = {
  "unregistered": {
    register: ["registering"],
    removed: ["unregistered"],
  },
  "registering": {
    challenge: ["challenged"],
    accepted: ["registered", "take binding"],
    removed: ["unregistered", "forget binding"],
    refused: ["unregistered", "forget binding"],
    timeout: ["unregistered", "forget binding"],
  },
  "challenged": {
    // A second challenge follows a wrong answer or a synchronisation failure: it goes the same way.
    answer: ["registering"],
    register: ["registering"],
    removed: ["unregistered", "forget binding"],
  },
  "registered": {
    refresh: ["refreshing"],
    deregister: ["de-registering"],
    removed: ["unregistered", "forget binding"],
    expired: ["unregistered", "forget binding"],
  },
  "refreshing": {
    challenge: ["re-challenged"],
    accepted: ["registered", "take binding"],
    removed: ["unregistered", "forget binding"],
    refused: ["registered"],
    timeout: ["registered"],
    expired: ["registering", "forget binding"],
  },
  "re-challenged": {
    answer: ["refreshing"],
    refresh: ["refreshing"],
    deregister: ["de-registering"],
    removed: ["unregistered", "forget binding"],
    expired: ["challenged", "forget binding"],
  },
  "de-registering": {
    challenge: ["de-registering"],
    answer: ["de-registering"],
    accepted: ["unregistered", "forget binding"],
    removed: ["unregistered", "forget binding"],
    refused: ["registered"],
    timeout: ["unregistered", "forget binding"],
    expired: ["unregistered", "forget binding"],
  },
};
