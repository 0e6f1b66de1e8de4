/** Faults for the suite tna (TS 33.203 Annex U, and Annex P where it is about TNA). */
import type { Fault } from "../faults.ts";

export const tnaFaults: readonly Fault[] = [
  {
    id: "scscf/any-flag-is-auth-done",
    requirement: "33.203/P.4.2/03",
    title: "S-CSCF takes any value of integrity-protected that it does not know for auth-done",
  },
  {
    id: "scscf/no-flag-is-auth-done",
    requirement: "33.203/P.4.2/03",
    title: "S-CSCF takes a REGISTER without integrity-protected for one of a trusted node",
  },
  {
    id: "icscf/takes-auth-done-from-anywhere",
    requirement: "33.203/U.1/01",
    title: "I-CSCF takes auth-done from any address",
  },
  {
    id: "scscf/takes-auth-done-from-anywhere",
    requirement: "33.203/U.1/01",
    title: "S-CSCF answers on Mw whoever sends there, past the I-CSCF",
  },
  {
    id: "icscf/ignores-visited-network",
    requirement: "33.203/U.1/01",
    title: "I-CSCF takes auth-done without a visited network, or with one that nobody knows",
  },
  {
    id: "icscf/trusts-via",
    requirement: "33.203/U.2/02",
    title: "I-CSCF judges the sender of auth-done by what stands in Via",
  },
  {
    id: "ibcf/passes-register",
    requirement: "33.203/U.2/02",
    title: "IBCF takes REGISTERs of another network into the trust domain",
  },
  {
    id: "icscf/no-status-query-for-auth-done",
    requirement: "33.203/U.2/03",
    title: "I-CSCF forwards auth-done without asking the HSS",
  },
  {
    id: "icscf/any-identity-pair-with-auth-done",
    requirement: "33.203/U.2/04",
    title: "I-CSCF and HSS take any pair of identities from a trusted node",
  },
  {
    id: "icscf/any-private-identity-with-auth-done",
    requirement: "33.203/U.2/04",
    title: "I-CSCF and HSS find the user of a trusted node by the public identity alone",
  },
  {
    id: "scscf/challenges-trusted-node",
    requirement: "33.203/U.2/05",
    title: "S-CSCF challenges a trusted node",
  },
  {
    id: "scscf/trusted-node-never-removes",
    requirement: "33.203/U.2/05",
    title: "S-CSCF answers 200 to the de-registration of a trusted node and keeps the user registered",
  },
  {
    id: "scscf/vectors-for-trusted-node",
    requirement: "33.203/U.2/05",
    title: "S-CSCF fetches vectors for a user whom the trusted node has authenticated",
  },
];
