/** Faults for the suite aka (TS 33.203 clauses 5, 6.1, 7.4, 8; Annex S; the liaison statement of 2001). */
import type { Fault } from "../faults.ts";

export const akaFaults: readonly Fault[] = [
  {
    id: "scscf/registers-without-challenge",
    requirement: "33.203/5.1.1/01",
    title: "S-CSCF answers the first REGISTER of a subscriber with 200",
  },
  {
    id: "scscf/serves-barred-identity",
    requirement: "33.203/5.1.1/02",
    title: "S-CSCF routes requests of and to a barred public identity",
  },
  {
    id: "scscf/skips-challenge-for-known-impu",
    requirement: "33.203/5.1.2/01",
    title: "S-CSCF does not challenge an IMPU that was registered before",
  },
  {
    id: "scscf/accepts-clear-refresh",
    requirement: "33.203/5.1.2/03",
    title: "S-CSCF answers an unprotected refresh of a bound contact with 200",
  },
  {
    id: "scscf/never-asks-for-reauthentication",
    requirement: "33.203/5.1.2/04",
    title: "S-CSCF ignores the order to authenticate a registered user again",
  },
  {
    id: "hss/key-by-impu",
    requirement: "33.203/6.1.0/01",
    title: "HSS takes the key by the IMPU in To, whatever the IMPI says",
  },
  {
    id: "scscf/password-for-aka-on-hint",
    requirement: "33.203/6.1.0/02",
    title: "S-CSCF challenges an AKA subscriber with MD5 when the UE hints at it",
  },
  {
    id: "hss/predictable-rand",
    requirement: "33.203/6.1.0/03",
    title: "HSS uses a counter as RAND",
  },
  {
    id: "hss/repeats-sqn",
    requirement: "33.203/6.1.0/04",
    title: "HSS gives every second vector the SQN of the one before",
  },
  {
    id: "hss/skips-impu-check",
    requirement: "33.203/6.1.1/03",
    title: "HSS gives AKA vectors for an IMPU that is not the IMPI's",
  },
  {
    id: "scscf/autn-before-rand",
    requirement: "33.203/6.1.1/04",
    title: "S-CSCF puts AUTN before RAND into the nonce",
  },
  {
    id: "scscf/repeats-open-nonce",
    requirement: "33.203/6.1.1/07",
    title: "S-CSCF sends the vector of the open challenge once more in a new transaction",
  },
  {
    id: "pcscf/leaks-ck-ik",
    requirement: "33.203/6.1.1/09",
    title: "P-CSCF leaves ck and ik in the 401 towards the UE",
  },
  {
    id: "scscf/accepts-any-response",
    requirement: "33.203/6.1.1/10",
    title: "S-CSCF takes any response to an AKA challenge",
  },
  {
    id: "scscf/implicit-impu-unreachable",
    requirement: "33.203/6.1.1/12",
    title: "S-CSCF answers calls to an implicitly registered IMPU with 480",
  },
  {
    id: "scscf/refreshes-explicit-impu-only",
    requirement: "33.203/6.1.1/13",
    title: "S-CSCF lets the implicit IMPUs end at the first expiry in spite of a refresh",
  },
  {
    id: "scscf/wrong-answer-deregisters",
    requirement: "33.203/6.1.1/14",
    title: "S-CSCF drops an AKA registration when somebody answers a challenge wrongly",
  },
  {
    id: "scscf/passes-malformed-auts",
    requirement: "33.203/6.1.1/15",
    title: "S-CSCF hands AUTS of a wrong length to the HSS, which fails: 500",
  },
  {
    id: "scscf/rechallenges-after-wrong-response",
    requirement: "33.203/6.1.2.1/02",
    title: "S-CSCF answers a wrong RES with a new challenge, not with a failure",
  },
  {
    id: "pcscf/discards-failure-report",
    requirement: "33.203/6.1.2.2/01",
    title: "P-CSCF drops a REGISTER that reports a network authentication failure",
  },
  {
    id: "scscf/failure-carries-challenge",
    requirement: "33.203/6.1.2.2/03",
    title: "S-CSCF puts the old WWW-Authenticate into the 403",
  },
  {
    id: "scscf/accepts-superseded-challenge",
    requirement: "33.203/6.1.2.3/01",
    title: "S-CSCF accepts the answer to an AKA challenge that a newer one replaced",
  },
  {
    id: "hss/adopts-unverified-auts",
    requirement: "33.203/6.1.3/02",
    title: "HSS takes SQN_MS from an AUTS whose MAC-S is wrong",
  },
  {
    id: "scscf/continues-old-batch",
    requirement: "33.203/6.1.3/03",
    title: "S-CSCF goes on with a vector from before the resynchronisation",
  },
  {
    id: "scscf/endless-resynchronisation",
    requirement: "33.203/6.1.3/04",
    title: "S-CSCF answers every AUTS with another challenge, for ever",
  },
  {
    id: "scscf/notifies-without-shortening",
    requirement: "33.203/6.1.4/01",
    title: "S-CSCF asks for re-authentication with a NOTIFY that shortens nothing",
  },
  {
    id: "scscf/accepts-requested-aka-reregistration",
    requirement: "33.203/6.1.4/02",
    title: "S-CSCF does not challenge the AKA re-registration it has asked for",
  },
  {
    id: "scscf/forgets-shortened-expiry",
    requirement: "33.203/6.1.4/03",
    title: "S-CSCF lets a registration live on after the shortened expiry",
  },
  {
    id: "scscf/accepts-clear-deregistration",
    requirement: "33.203/7.4.0/06",
    title: "S-CSCF de-registers an AKA user without a challenge",
  },
  {
    id: "scscf/completes-overlapping-registrations",
    requirement: "33.203/7.4.1a/01",
    title: "S-CSCF completes two AKA registrations that overlap",
  },
  {
    id: "pcscf/serves-foreign-home-domain",
    requirement: "33.203/8.0/02",
    title: "P-CSCF sends a REGISTER for another home domain to this one, which takes it",
  },
  {
    id: "hss/serves-foreign-impu",
    requirement: "33.203/S.4.1/01",
    title: "HSS lets any IMPI register any IMPU",
  },
  {
    id: "scscf/vector-by-to-uri",
    requirement: "S3-010xxx/LS/02",
    title: "I-CSCF and S-CSCF go by the To URI, not by the user name",
  },
  {
    id: "scscf/accepts-earlier-vector",
    requirement: "S3-010xxx/LS/06",
    title: "S-CSCF accepts a response computed from an earlier vector than the last",
  },
  {
    id: "scscf/nonce-valid-after-use",
    requirement: "S3-010xxx/LS/07",
    title: "S-CSCF accepts the answer to an AKA challenge a second time",
  },
  {
    id: "pcscf/routes-unregistered-request",
    requirement: "S3-010xxx/LS/09",
    title: "P-CSCF and S-CSCF route a request of a source that is not registered",
  },
  {
    id: "scscf/serves-after-deregistration",
    requirement: "S3-010339/authentication/01",
    title: "S-CSCF says that it has de-registered the user, and goes on serving her",
  },
  {
    id: "scscf/accepts-clear-reregister",
    requirement: "33.203/7.4.0/04",
    title: "S-CSCF accepts a clear re-REGISTER that names the nonce of the last run",
  },
  {
    id: "scscf/realm-is-own-name",
    requirement: "33.203/6.1.1/04",
    title: "S-CSCF names itself as realm of AKA challenges, not the home domain",
  },
  {
    id: "scscf/tells-sip-uris-only",
    requirement: "33.203/6.1.1/12",
    title: "S-CSCF leaves tel URIs of the implicit set out of P-Associated-URI",
  },
  {
    id: "scscf/rechallenges-failure-report",
    requirement: "33.203/6.1.2.2/01",
    title: "S-CSCF answers the report of a network authentication failure with another challenge",
  },
  {
    id: "scscf/keeps-name-after-failure",
    requirement: "33.203/6.1.2.2/02",
    title: "S-CSCF does not tell the HSS that an AKA user has failed to register",
  },
  {
    id: "scscf/accepts-answer-to-no-challenge",
    requirement: "33.203/5.1.2/01",
    title: "S-CSCF takes any response for right where no challenge is open",
  },
  {
    id: "scscf/ignores-aka-realm",
    requirement: "33.203/S.4.1/01",
    title: "S-CSCF verifies the response for whatever realm the UE names",
  },
  {
    id: "scscf/adds-contact-unchallenged",
    requirement: "33.203/7.4.0/06",
    title: "S-CSCF registers another contact of a registered user without a challenge",
  },
];
