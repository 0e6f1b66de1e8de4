/** Faults for the suite coexistence (TS 33.203 Annex P, and Annex N where it is about choosing). */
import type { Fault } from "../faults.ts";

export const coexistenceFaults: readonly Fault[] = [
  {
    id: "scscf/password-for-aka-without-sec-agree",
    requirement: "33.203/N.1/06",
    title: "S-CSCF challenges an AKA subscriber for a password when Security-Client is missing",
  },
  {
    id: "scscf/follows-ue-algorithm",
    requirement: "33.203/N.2.1.1/11",
    title: "S-CSCF chooses the scheme by the algorithm that the UE names",
  },
  {
    id: "scscf/digest-evicts-aka",
    requirement: "33.203/P.2/01",
    title: "S-CSCF drops AKA registrations when a Digest user registers",
  },
  {
    id: "scscf/one-authentication-state",
    requirement: "33.203/P.2/02",
    title: "S-CSCF keeps one challenge for all users together",
  },
  {
    id: "pcscf/keeps-integrity-protected",
    requirement: "33.203/P.3/01",
    title: "P-CSCF forwards the integrity-protected parameter that the UE has written",
  },
  {
    id: "pcscf/selects-unknown-mechanism",
    requirement: "33.203/P.3/06",
    title: "P-CSCF selects a security mechanism it does not know",
  },
  {
    id: "pcscf/demands-sec-agree",
    requirement: "33.203/P.3/10",
    title: "P-CSCF answers every REGISTER without Security-Client with 421",
  },
  {
    id: "scscf/changes-scheme",
    requirement: "33.203/P.4.1/02",
    title: "S-CSCF takes a re-REGISTER of an AKA user without Authorization as authenticated by its access",
  },
  {
    id: "icscf/demands-authorization",
    requirement: "33.203/P.6/02",
    title: "I-CSCF answers a Digest REGISTER without Authorization with 400",
  },
];
