/** Faults that show only to a tester on both sides of one box: requirements of aka, digest, ipsec-nat and tls. */
import type { Fault } from "../faults.ts";

export const singleBoxFaults: readonly Fault[] = [
  {
    id: "scscf/serves-challenged-identity",
    requirement: "33.203/6.1.1/01",
    title: "S-CSCF routes requests of an identity that has only been challenged",
  },
  {
    id: "scscf/challenge-hides-user",
    requirement: "33.203/6.1.1/02",
    title: "S-CSCF finds a registered user unregistered while she is challenged",
  },
  {
    id: "scscf/reuses-vector-without-hss",
    requirement: "33.203/6.1.1/05",
    title: "S-CSCF challenges with the last vector again where the HSS has none",
  },
  {
    id: "scscf/asks-for-no-vectors",
    requirement: "33.203/6.1.1/05",
    title: "S-CSCF asks the HSS for zero vectors",
  },
  {
    id: "scscf/last-vector-first",
    requirement: "33.203/6.1.1/06",
    title: "S-CSCF takes the last of several vectors first",
  },
  {
    id: "scscf/omits-ck",
    requirement: "33.203/6.1.1/08",
    title: "S-CSCF leaves ck out of the challenge to the P-CSCF",
  },
  {
    id: "scscf/assigns-before-verification",
    requirement: "33.203/6.1.1/11",
    title: "S-CSCF tells the HSS of the registration when it sends the challenge",
  },
  {
    id: "scscf/refresh-is-registration",
    requirement: "33.203/6.1.1/11",
    title: "S-CSCF reports every refresh as a first registration",
  },
  {
    id: "pcscf/drops-auts",
    requirement: "33.203/6.1.1/16",
    title: "P-CSCF leaves auts out when it forwards",
  },
  {
    id: "pcscf/answers-for-foreign-domain",
    requirement: "33.203/6.1.1/16",
    title: "P-CSCF answers a REGISTER for another home network itself",
  },
  {
    id: "scscf/failure-deregisters-at-hss",
    requirement: "33.203/6.1.2.2/02",
    title: "S-CSCF reports a failed authentication of a registered user as her de-registration",
  },
  {
    id: "scscf/aka-challenge-never-expires",
    requirement: "33.203/6.1.2.3/02",
    title: "S-CSCF accepts the answer to an AKA challenge at any time",
  },
  {
    id: "scscf/resynchronises-with-rand-of-ue",
    requirement: "33.203/6.1.3/01",
    title: "S-CSCF takes the RAND for the HSS from the nonce that the UE sends back",
  },
  {
    id: "pcscf/flags-answer-on-old-sa",
    requirement: "33.203/6.1.5/01",
    title: "P-CSCF marks an answer as protected that came on an older SA",
  },
  {
    id: "pcscf/flags-any-sa",
    requirement: "33.203/6.1.5/02",
    title: "P-CSCF marks every REGISTER as protected that came under any SA",
  },
  {
    id: "pcscf/no-flag-in-clear",
    requirement: "33.203/6.1.5/03",
    title: "P-CSCF sets no flag on a REGISTER in the clear",
  },
  {
    id: "pcscf/flags-clear-as-protected",
    requirement: "33.203/6.1.5/03",
    title: "P-CSCF marks a REGISTER in the clear as protected",
  },
  {
    id: "pcscf/flag-beside-forged-one",
    requirement: "33.203/6.1.5/04",
    title: "P-CSCF sets its flag in the first Authorization and leaves that of the UE in the second",
  },
  {
    id: "scscf/unknown-flag-is-protection",
    requirement: "33.203/6.1.5/05",
    title: "S-CSCF takes an unknown value of integrity-protected for yes",
  },
  {
    id: "scscf/absent-flag-is-protection",
    requirement: "33.203/6.1.5/05",
    title: "S-CSCF takes a refresh without integrity-protected for a protected one",
  },
  {
    id: "pcscf/no-flag-on-deregistration",
    requirement: "33.203/7.2/15",
    title: "P-CSCF sets no flag on a de-registration",
  },
  {
    id: "pcscf/nat-keeps-forged-flag",
    requirement: "33.203/M.7.2/18",
    title: "P-CSCF forwards the integrity-protected that a UE behind a NAT has written",
  },
  {
    id: "pcscf/nat-tunnel-is-unprotected",
    requirement: "33.203/M.7.2/18",
    title: "P-CSCF marks what came through the tunnel as not protected",
  },
  {
    id: "icscf/impi-from-from",
    requirement: "33.203/N.2.1.1/06",
    title: "I-CSCF derives the private identity from the From of a REGISTER without Authorization",
  },
  {
    id: "scscf/challenges-before-asking",
    requirement: "33.203/N.2.1.1/08",
    title: "S-CSCF challenges without having told the HSS",
  },
  {
    id: "scscf/asks-five-digest-vectors",
    requirement: "33.203/N.2.1.1/12",
    title: "S-CSCF asks for five Digest vectors",
  },
  {
    id: "hss/qop-auth-int",
    requirement: "33.203/N.2.1.1/13",
    title: "HSS returns auth-int as qop",
  },
  {
    id: "pcscf/strips-opaque",
    requirement: "33.203/N.2.1.1/18",
    title: "P-CSCF leaves opaque out of the challenge",
  },
  {
    id: "pcscf/strips-unknown-algorithms",
    requirement: "33.203/N.2.1.1/18",
    title: "P-CSCF forwards challenges with MD5 alone",
  },
  {
    id: "scscf/registers-without-assignment",
    requirement: "33.203/N.2.1.1/22",
    title: "S-CSCF answers 200 to a Digest user without telling the HSS",
  },
  {
    id: "scscf/asks-hss-for-proxy-authentication",
    requirement: "33.203/N.2.1.2/15",
    title: "S-CSCF fetches a new vector for every request that it challenges",
  },
  {
    id: "scscf/leaves-pending-at-hss",
    requirement: "33.203/N.2.2.1/02",
    title: "S-CSCF tells the HSS nothing of a failed Digest authentication",
  },
  {
    id: "scscf/refuses-push-under-challenge",
    requirement: "33.203/N.2.5/01",
    title: "S-CSCF refuses a new H(A1) while a challenge is open",
  },
  {
    id: "scscf/pending-flag-skips-check",
    requirement: "33.203/P.4.2/10",
    title: "S-CSCF takes any response where integrity-protected says that authentication is pending",
  },
  {
    id: "scscf/unknown-scheme-registers",
    requirement: "33.203/P.4.2/12",
    title: "S-CSCF registers a user whose scheme it does not know",
  },
  {
    id: "pcscf/removes-proxy-authorization",
    requirement: "33.203/Q.1/04",
    title: "P-CSCF takes Proxy-Authorization for its own and removes it",
  },
  {
    id: "pcscf/tls-flag-of-ipsec",
    requirement: "33.203/O.1.4/01",
    title: "P-CSCF marks a REGISTER over TLS as if IPsec protected it",
  },
  {
    id: "pcscf/tls-answer-complete",
    requirement: "33.203/O.2.2/06",
    title: "P-CSCF marks the answer to a challenge over TLS as authenticated before it is judged",
  },
  {
    id: "scscf/tls-pending-is-proof",
    requirement: "33.203/O.2.2/12",
    title: "S-CSCF registers on tls-pending without a response",
  },
  {
    id: "pcscf/tls-early-connection-complete",
    requirement: "33.203/O.2.3/03",
    title: "P-CSCF marks every REGISTER as authenticated that came over TLS without an agreement",
  },
  {
    id: "scscf/tls-pending-revives-nonce",
    requirement: "33.203/O.2.3/07",
    title: "S-CSCF takes a used nonce once more where integrity-protected says tls-pending",
  },
  {
    id: "pcscf/tls-invents-authorization",
    requirement: "33.203/O.4.3/03",
    title: "P-CSCF writes an Authorization with tls-yes where the UE has sent none",
  },
  {
    id: "scscf/refreshes-without-indicator",
    requirement: "33.203/O.4.3/05",
    title: "S-CSCF answers 200 to the refresh of a TLS user without an indicator",
  },
  {
    id: "icscf/ignores-refusal",
    requirement: "S3-010xxx/LS/05",
    title: "I-CSCF forwards to an S-CSCF of its choice although the HSS has refused",
  },
  {
    id: "icscf/selects-anew",
    requirement: "S3-010xxx/LS/12",
    title: "I-CSCF chooses an S-CSCF anew although the HSS has named one",
  },
];
