/**
 * TS 33.203 P.4 as a table: what a REGISTER shows that reaches an S-CSCF with all schemes, and which scheme it is taken
 * for. One row, one case; in the order of the steps of P.4.1. AKAv2 over TLS (step 1, "tls-connected") is left to the
 * suite on Annex X.
 */

export type Scheme =
  /** Step 1. */
  | "IMS AKA"
  /** Step 1, of a user who has a password alone: nothing is left. */
  | "IMS AKA, which the user does not have"
  /** Step 1a. */
  | "TNA"
  /** Step 2. */
  | "GIBA"
  /** Step 3: the HSS is asked, and says which. */
  | "SIP Digest, by the HSS"
  | "NBA, by the HSS";

export interface Row {
  readonly id: string;
  /** integrity-protected in Authorization; "none": Authorization without it; "no header": no Authorization. */
  readonly flag: string;
  /** P-Access-Network-Info, in this order; LINE stands for the line of the user. */
  readonly access: readonly string[];
  /** Who registers: a lease. */
  readonly who: "aka" | "tna" | "giba" | "digest" | "nba";
  readonly then: Scheme;
  readonly verifies: readonly [string, ...string[]];
  readonly kills: readonly [string, ...string[]];
}

export const ROWS: readonly Row[] = [
  // Step 1: "yes" and "no" are AKA, whatever else there is.
  {
    id: "coexistence/p4-no",
    ...{ flag: "no", access: [], who: "aka", then: "IMS AKA" },
    verifies: ["33.203/P.4.2/01"],
    kills: ["scscf/flag-no-is-digest"],
  },
  {
    id: "coexistence/p4-no-from-3gpp-access",
    ...{ flag: "no", access: ["3GPP-E-UTRAN-FDD;network-provided"], who: "aka", then: "IMS AKA" },
    verifies: ["33.203/P.4.1/01"],
    kills: ["scscf/giba-before-flag"],
  },
  {
    id: "coexistence/p4-no-from-a-line",
    ...{
      flag: "no",
      access: ['ADSL;dsl-location="dsl-1.west-9";network-provided'],
      who: "aka",
      then: "IMS AKA",
    },
    verifies: ["33.203/P.4.2/01"],
    kills: ["scscf/flag-no-is-digest"],
  },
  {
    id: "coexistence/p4-yes",
    ...{ flag: "yes", access: [], who: "aka", then: "IMS AKA" },
    verifies: ["33.203/P.4.2/01"],
    kills: ["scscf/flag-yes-is-proof"],
  },
  {
    id: "coexistence/p4-yes-from-3gpp-access",
    ...{ flag: "yes", access: ["3GPP-UTRAN-FDD;network-provided"], who: "aka", then: "IMS AKA" },
    verifies: ["33.203/P.4.1/01"],
    kills: ["scscf/giba-before-flag"],
  },
  {
    id: "coexistence/p4-no-of-a-digest-user",
    ...{ flag: "no", access: ["IEEE-802.3;network-provided"], who: "digest" },
    then: "IMS AKA, which the user does not have",
    verifies: ["33.203/P.4.2/01"],
    kills: ["scscf/flag-no-is-digest", "scscf/leaves-aka-to-the-hss"],
  },
  {
    id: "coexistence/p4-yes-of-a-digest-user",
    ...{ flag: "yes", access: [], who: "digest" },
    then: "IMS AKA, which the user does not have",
    verifies: ["33.203/P.4.2/01"],
    kills: ["scscf/flag-yes-is-proof", "scscf/leaves-aka-to-the-hss"],
  },
  // With AKAv2 alone "tls-connected" is AKA.
  {
    id: "coexistence/p4-tls-connected-with-a-password",
    ...{ flag: "tls-connected", access: ["IEEE-802.3;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/02"],
    kills: ["scscf/tls-connected-is-aka"],
  },
  // Step 1a: "auth-done", exactly.
  {
    id: "coexistence/p4-auth-done",
    ...{ flag: "auth-done", access: [], who: "tna", then: "TNA" },
    verifies: ["33.203/P.4.2/03", "33.203/U.2/05"],
    kills: ["scscf/vectors-for-trusted-node", "scscf/challenges-trusted-node"],
  },
  {
    id: "coexistence/p4-auth-done-from-3gpp-access",
    ...{ flag: "auth-done", access: ["3GPP-GERAN;network-provided"], who: "tna", then: "TNA" },
    verifies: ["33.203/P.4.1/01"],
    kills: ["scscf/giba-before-flag"],
  },
  {
    id: "coexistence/p4-nearly-auth-done",
    ...{ flag: "auth-done2", access: ["IEEE-802.3;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/03"],
    kills: ["scscf/any-flag-is-auth-done"],
  },
  // Step 2: no Authorization, and no access told as the network's, or one of 3GPP.
  {
    id: "coexistence/p4-no-header",
    ...{ flag: "no header", access: [], who: "giba", then: "GIBA" },
    verifies: ["33.203/P.4.2/04"],
    kills: ["scscf/untold-access-is-not-3gpp"],
  },
  {
    id: "coexistence/p4-no-header-from-geran",
    ...{ flag: "no header", access: ["3GPP-GERAN;network-provided"], who: "giba", then: "GIBA" },
    verifies: ["33.203/P.4.2/04"],
    kills: ["scscf/digest-for-3gpp-access"],
  },
  {
    id: "coexistence/p4-no-header-from-utran",
    ...{ flag: "no header", access: ["3GPP-UTRAN-FDD;network-provided"], who: "giba", then: "GIBA" },
    verifies: ["33.203/P.4.2/04"],
    kills: ["scscf/digest-for-3gpp-access"],
  },
  {
    id: "coexistence/p4-no-header-and-a-line-by-the-ue",
    ...{ flag: "no header", access: ['ADSL;dsl-location="dsl-1.west-9"'], who: "giba", then: "GIBA" },
    verifies: ["33.203/P.4.2/06"],
    kills: ["scscf/believes-first-access-info"],
  },
  {
    id: "coexistence/p4-no-header-from-utran-but-wlan-by-the-ue",
    ...{
      flag: "no header",
      access: ["IEEE-802.11", "3GPP-UTRAN-FDD;network-provided"],
      who: "giba",
      then: "GIBA",
    },
    verifies: ["33.203/P.4.2/06"],
    kills: ["scscf/believes-first-access-info"],
  },
  // Step 3: everything else.
  {
    id: "coexistence/p4-no-header-from-fixed-access",
    ...{ flag: "no header", access: ["IEEE-802.3;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/05"],
    kills: ["scscf/giba-on-every-access"],
  },
  {
    id: "coexistence/p4-no-header-from-wlan",
    ...{ flag: "no header", access: ["IEEE-802.11;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/05"],
    kills: ["scscf/giba-on-every-access"],
  },
  {
    id: "coexistence/p4-no-header-from-3gpp2",
    ...{ flag: "no header", access: ["3GPP2-1X-HRPD;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/05"],
    kills: ["scscf/3gpp2-is-3gpp"],
  },
  {
    id: "coexistence/p4-no-header-from-wlan-but-utran-by-the-ue",
    ...{ flag: "no header", access: ["3GPP-UTRAN-FDD", "IEEE-802.11;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/06"],
    kills: ["scscf/believes-first-access-info"],
  },
  {
    id: "coexistence/p4-no-header-from-a-line",
    ...{ flag: "no header", access: ['ADSL;dsl-location="LINE";network-provided'], who: "nba" },
    then: "NBA, by the HSS",
    verifies: ["33.203/P.4.2/05", "33.203/P.4.2/08"],
    kills: ["scscf/always-asks-digest", "scscf/giba-on-every-access"],
  },
  {
    id: "coexistence/p4-no-header-from-a-line-of-a-digest-user",
    ...{ flag: "no header", access: ['ADSL;dsl-location="dsl-1.west-9";network-provided'], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/05", "33.203/P.4.2/08"],
    kills: ["scscf/always-asks-digest", "scscf/giba-on-every-access", "scscf/line-is-proof"],
  },
  {
    id: "coexistence/p4-no-flag",
    ...{ flag: "none", access: [], who: "digest", then: "SIP Digest, by the HSS" },
    verifies: ["33.203/P.4.2/08"],
    kills: ["scscf/always-asks-digest"],
  },
  {
    id: "coexistence/p4-no-flag-from-3gpp-access",
    ...{ flag: "none", access: ["3GPP-E-UTRAN-FDD;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/07"],
    kills: ["scscf/empty-authorization-is-giba"],
  },
  {
    id: "coexistence/p4-no-flag-from-a-line",
    ...{ flag: "none", access: ['ADSL;dsl-location="LINE";network-provided'], who: "nba" },
    then: "NBA, by the HSS",
    verifies: ["33.203/P.4.2/08"],
    kills: ["scscf/always-asks-digest"],
  },
  {
    id: "coexistence/p4-tls-pending",
    ...{ flag: "tls-pending", access: ["IEEE-802.3;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/08", "33.203/O.2.2/12"],
    kills: ["scscf/tls-pending-is-proof", "scscf/always-asks-digest"],
  },
  {
    id: "coexistence/p4-ip-assoc-pending",
    ...{ flag: "ip-assoc-pending", access: ["IEEE-802.3;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/08"],
    kills: ["scscf/always-asks-digest"],
  },
  // "complete", of somebody who is not registered.
  {
    id: "coexistence/p4-tls-yes",
    ...{ flag: "tls-yes", access: ["IEEE-802.3;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/08"],
    kills: ["scscf/complete-is-proof", "scscf/always-asks-digest"],
  },
  {
    id: "coexistence/p4-ip-assoc-yes",
    ...{ flag: "ip-assoc-yes", access: ["IEEE-802.3;network-provided"], who: "digest" },
    then: "SIP Digest, by the HSS",
    verifies: ["33.203/P.4.2/08"],
    kills: ["scscf/complete-is-proof", "scscf/always-asks-digest"],
  },
];
