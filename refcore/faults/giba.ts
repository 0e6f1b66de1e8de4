/** Faults for the suite giba (TS 33.203 Annexes T and V, and Annex P where it is about GIBA). */
import type { Fault } from "../faults.ts";

export const gibaFaults: readonly Fault[] = [
  {
    id: "pcscf/giba-on-every-access",
    requirement: "33.203/P.3/09",
    title: "P-CSCF takes the steps of GIBA for a REGISTER without Authorization from any access network",
  },
  {
    id: "scscf/digest-for-3gpp-access",
    requirement: "33.203/P.4.2/04",
    title: "S-CSCF asks for Digest or NBA where a REGISTER without Authorization comes from a 3GPP access",
  },
  {
    id: "scscf/empty-authorization-is-giba",
    requirement: "33.203/P.4.2/07",
    title: "S-CSCF takes an Authorization with an empty response for none and compares addresses",
  },
  {
    id: "icscf/asks-without-user-name",
    requirement: "33.203/P.6/01",
    title: "I-CSCF asks the HSS without a private identity where Authorization is missing",
  },
  {
    id: "icscf/impi-with-parameters",
    requirement: "33.203/P.6/01",
    title: "I-CSCF leaves port and parameters of the public identity in the private one",
  },
  {
    id: "hss/no-scheme-per-subscription",
    requirement: "33.203/T.2/01",
    title: "HSS gives AKA vectors to a subscriber that has GIBA alone",
  },
  {
    id: "scscf/registers-aka-user-by-address",
    requirement: "33.203/T.2/02",
    title: "S-CSCF registers an AKA subscriber without a challenge where the security headers are missing",
  },
  {
    id: "pcscf/giba-asserts-preferred-identity",
    requirement: "33.203/T.3.1/01",
    title: "P-CSCF and S-CSCF serve whom a GIBA user prefers to be, at whatever address",
  },
  {
    id: "hss/keeps-first-address",
    requirement: "33.203/T.4/02",
    title: "HSS keeps the first address of a user in spite of later reports",
  },
  {
    id: "hss/takes-accounting-from-anybody",
    requirement: "33.203/T.4/02",
    title: "HSS takes accounting messages from any client and under any secret",
  },
  {
    id: "hss/keeps-address-after-stop",
    requirement: "33.203/T.4/03",
    title: "HSS keeps the address of a PDP context that has ended",
  },
  {
    id: "hss/tells-no-s-cscf-of-the-stop",
    requirement: "33.203/T.4/03",
    title:
      "HSS keeps the end of a context to itself, and the S-CSCF compares requests with the address of the registration",
  },
  {
    id: "hss/ignores-modification",
    requirement: "33.203/T.4/03",
    title: "HSS keeps the first address of a PDP context that has got another one",
  },
  {
    id: "scscf/host-name-matches",
    requirement: "33.203/T.4/04",
    title: "S-CSCF skips the comparison where sent-by is a name",
  },
  {
    id: "scscf/giba-refresh-unchecked",
    requirement: "33.203/T.4/05",
    title: "S-CSCF compares addresses on the first REGISTER alone: anybody refreshes and de-registers",
  },
  {
    id: "scscf/giba-requests-unchecked",
    requirement: "33.203/T.4/05",
    title: "S-CSCF compares addresses on REGISTER alone: requests of a GIBA user come from anywhere",
  },
  {
    id: "scscf/compares-whole-ipv6",
    requirement: "33.203/T.4/06",
    title: "S-CSCF compares IPv6 addresses in full where the HSS has a prefix",
  },
  {
    id: "scscf/compares-48-bits",
    requirement: "33.203/T.4/06",
    title: "S-CSCF compares only the first 48 bits of an IPv6 address",
  },
  {
    id: "pcscf/giba-keeps-forged-received",
    requirement: "33.203/T.4/07",
    title: "P-CSCF leaves the received parameter that the UE has written",
  },
  {
    id: "scscf/compares-lowest-via",
    requirement: "33.203/T.4/07",
    title: "S-CSCF compares the lowest Via, which the UE may have put under its own",
  },
  {
    id: "scscf/two-giba-contacts",
    requirement: "33.203/T.5/01",
    title: "S-CSCF keeps the GIBA contacts of two addresses for one IMPI",
  },
  {
    id: "scscf/giba-derived-impu-alone",
    requirement: "33.203/T.5/02",
    title: "S-CSCF refuses requests of the implicitly registered identities of a GIBA user",
  },
  {
    id: "pcscf/replaces-ue-via",
    requirement: "33.203/T.5/04",
    title: "P-CSCF puts its own address into the Via of the UE",
  },
  {
    id: "icscf/reselects-for-giba",
    requirement: "33.203/T.5/05",
    title: "I-CSCF moves a GIBA user to another S-CSCF when hers does not answer",
  },
  {
    id: "pcscf/giba-by-sent-by-on-wlan",
    requirement: "33.203/T.5/06",
    title: "P-CSCF lets UEs on WLAN or fixed access use GIBA with the address that they write themselves",
  },
  {
    id: "pcscf/giba-by-received-on-wlan",
    requirement: "33.203/T.5/06",
    title:
      "P-CSCF lets UEs on WLAN or fixed access use GIBA with the received parameter that they write themselves",
  },
  {
    id: "hss/user-by-impu-alone",
    requirement: "33.203/T.5/08",
    title: "HSS finds the user by the public identity alone where the private one is unknown",
  },
  {
    id: "pcscf/giba-with-one-security-header",
    requirement: "33.203/T.7/01",
    title: "P-CSCF takes a REGISTER for GIBA that lacks only one of the two security headers",
  },
  {
    id: "scscf/authentication-info-in-giba",
    requirement: "33.203/T.7/01",
    title: "S-CSCF puts Authentication-Info into the answer to a GIBA REGISTER",
  },
  {
    id: "pcscf/dual-demands-agreement",
    requirement: "33.203/T.7/02",
    title: "P-CSCF that supports both variants answers 421 to a REGISTER without security headers",
  },
  {
    id: "scscf/asks-aka-for-giba",
    requirement: "33.203/T.7/03",
    title: "S-CSCF asks the HSS for AKA vectors where GIBA is used",
  },
  {
    id: "scscf/any-answer-is-a-match",
    requirement: "33.203/T.7/03",
    title: "S-CSCF registers a GIBA user whatever the HSS answers",
  },
  {
    id: "pcscf/ignores-proxy-require",
    requirement: "33.203/T.7/04",
    title: "P-CSCF that supports GIBA alone ignores sec-agree in Proxy-Require and registers by address",
  },
  {
    id: "pcscf/names-no-extension",
    requirement: "33.203/T.7/04",
    title: "P-CSCF answers 420 without telling what it does not support",
  },
  {
    id: "pcscf/blocks-after-420",
    requirement: "33.203/T.7/05",
    title: "P-CSCF refuses a UE's address after it has answered 420",
  },
  {
    id: "pcscf/challenges-unprotected-register",
    requirement: "33.203/T.7/07",
    title: "P-CSCF with full security alone lets a REGISTER without Security-Client be challenged",
  },
  {
    id: "scscf/giba-after-refused-vectors",
    requirement: "33.203/T.7/06",
    title: "S-CSCF compares addresses where the HSS has refused AKA vectors to a SIM",
  },
  {
    id: "scscf/address-match-skips-aka",
    requirement: "33.203/T.7/08",
    title: "S-CSCF registers an AKA user without a challenge where her address matches",
  },
  {
    id: "scscf/giba-after-wrong-response",
    requirement: "33.203/T.7/08",
    title: "S-CSCF compares addresses where an AKA user has answered with a wrong RES",
  },
  {
    id: "pcscf/no-agreement-beside-giba",
    requirement: "33.203/T.7/08",
    title:
      "P-CSCF that supports GIBA passes a REGISTER with Security-Client on and sets up no security association",
  },
  {
    id: "pcscf/received-for-private-addresses-only",
    requirement: "33.203/T.8.1/01",
    title: "P-CSCF adds received only where the source is a private address",
  },
  {
    id: "scscf/compares-sent-by",
    requirement: "33.203/T.8.1/02",
    title: "S-CSCF compares sent-by and ignores received",
  },
  {
    id: "scscf/assigns-before-comparison",
    requirement: "33.203/T.8.1/03",
    title: "S-CSCF assigns itself at the HSS before it has compared the addresses",
  },
  {
    id: "scscf/address-mismatch-accepted",
    requirement: "33.203/T.8.2/01",
    title: "S-CSCF registers a GIBA user at an address that is not hers",
  },
  {
    id: "scscf/mismatch-deregisters",
    requirement: "33.203/T.8.2/01",
    title: "S-CSCF forgets the registration of a GIBA user for whom somebody registers from elsewhere",
  },
  {
    id: "scscf/falls-back-to-sent-by",
    requirement: "33.203/V/01",
    title: "S-CSCF compares sent-by where received does not match",
  },
];
