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
    id: "pcscf/cleans-first-authorization",
    requirement: "33.203/P.3/01",
    title: "P-CSCF removes integrity-protected from the first Authorization alone",
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
    id: "pcscf/refuses-unusable-offer",
    requirement: "33.203/P.3/06",
    title: "P-CSCF answers 494 to a Security-Client in which it knows no mechanism",
  },
  {
    id: "pcscf/marks-everything-no",
    requirement: "33.203/P.3/10",
    title: "P-CSCF marks every REGISTER without IPsec or TLS integrity-protected=no, as if it were of AKA",
  },
  {
    id: "pcscf/security-server-unasked",
    requirement: "33.203/P.3/10",
    title: "P-CSCF puts Security-Server: ipsec-3gpp into challenges of UEs that have offered nothing",
  },
  {
    id: "pcscf/selects-anew-inside-tls",
    requirement: "33.203/P.3/13",
    title: "P-CSCF selects the mechanism anew when a UE registered over TLS offers another one",
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
  {
    id: "pcscf/digest-for-giba-user",
    requirement: "33.203/N.1/01",
    title: "P-CSCF takes a REGISTER without Authorization from 3GPP access for Digest",
  },
  {
    id: "pcscf/passes-over-transport-mode",
    requirement: "33.203/P.3/03",
    title: "P-CSCF passes over an offer of transport mode and goes on as without one",
  },
  {
    id: "pcscf/digest-on-3gpp-access",
    requirement: "33.203/P.3/14",
    title: "P-CSCF forwards a Digest REGISTER from 3GPP access, which is challenged",
  },
  {
    id: "pcscf/no-access-info-without-authorization",
    requirement: "33.203/P.3/17",
    title: "P-CSCF inserts no P-Access-Network-Info where Authorization is missing",
  },
  {
    id: "pcscf/tells-3gpp-everywhere",
    requirement: "33.203/P.3/17",
    title: "P-CSCF tells 3GPP as the access type of every network but a NASS",
  },
  {
    id: "pcscf/access-type-of-ue",
    requirement: "33.203/P.3/19",
    title: "P-CSCF believes the access type that the UE has written",
  },
  {
    id: "scscf/giba-before-flag",
    requirement: "33.203/P.4.1/01",
    title:
      "S-CSCF compares addresses for any REGISTER from 3GPP access, whatever its integrity-protected says",
  },
  {
    id: "scscf/auth-done-changes-scheme",
    requirement: "33.203/P.4.1/02",
    title: "S-CSCF takes auth-done for a user who is registered with another scheme",
  },
  {
    id: "scscf/flag-no-is-digest",
    requirement: "33.203/P.4.2/01",
    title: "S-CSCF asks for a password where integrity-protected says no",
  },
  {
    id: "scscf/flag-yes-is-proof",
    requirement: "33.203/P.4.2/01",
    title: "S-CSCF registers whoever comes with integrity-protected yes, registered before or not",
  },
  {
    id: "scscf/leaves-aka-to-the-hss",
    requirement: "33.203/P.4.2/01",
    title: "S-CSCF takes whatever scheme the HSS says where integrity-protected has said that it is AKA",
  },
  {
    id: "scscf/tls-connected-is-aka",
    requirement: "33.203/P.4.2/02",
    title: "S-CSCF takes tls-connected for AKA whatever the algorithm is",
  },
  {
    id: "scscf/untold-access-is-not-3gpp",
    requirement: "33.203/P.4.2/04",
    title:
      "S-CSCF asks for Digest or NBA where Authorization is missing and no access is told as the network's",
  },
  {
    id: "scscf/giba-on-every-access",
    requirement: "33.203/P.4.2/05",
    title: "S-CSCF compares addresses wherever Authorization is missing",
  },
  {
    id: "scscf/3gpp2-is-3gpp",
    requirement: "33.203/P.4.2/05",
    title: "S-CSCF takes access types of 3GPP2 for those of 3GPP",
  },
  {
    id: "scscf/believes-first-access-info",
    requirement: "33.203/P.4.2/06",
    title: "S-CSCF goes by the first P-Access-Network-Info, whoever has provided it",
  },
  {
    id: "scscf/always-asks-digest",
    requirement: "33.203/P.4.2/08",
    title: "S-CSCF asks the HSS for SIP Digest whatever the subscription may have",
  },
  {
    id: "scscf/complete-is-proof",
    requirement: "33.203/P.4.2/08",
    title: "S-CSCF registers whoever comes with tls-yes or ip-assoc-yes, registered before or not",
  },
  {
    id: "scscf/line-is-proof",
    requirement: "33.203/P.4.2/08",
    title: "S-CSCF registers a Digest user without a password where the network tells a line",
  },
  {
    id: "scscf/digest-after-wrong-line",
    requirement: "33.203/P.4.2/14",
    title: "S-CSCF asks an NBA user on another line for a password",
  },
  {
    id: "pcscf/forwards-unprotected-register",
    requirement: "33.203/T.7/07",
    title: "P-CSCF with full security alone forwards a REGISTER without security headers",
  },
];
