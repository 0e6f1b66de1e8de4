/**
 * TS 33.203 P.3 as a table: what a REGISTER shows, and which procedure the P-CSCF takes for it. One row, one case; in
 * the order in which the clause asks. What Annex X (AKAv2 over TLS, for WebRTC) adds to it is left to the suite on that.
 */
import type { HeaderValues } from "../../harness/peer/ue/types.ts";

export type Offer =
  /** No Security-Client. */
  | "none"
  | "ipsec-3gpp, mod=trans"
  /** Through a NAT. */
  | "ipsec-3gpp, either mode"
  | "tls"
  /** Mechanisms that no P-CSCF selects: one of RFC 3329 that IMS does not use, and one that does not exist. */
  | "ipsec-ike, unheard-of";

export type Procedure =
  | "IMS AKA without NAT traversal"
  | "IMS AKA with NAT traversal"
  | "SIP Digest with TLS"
  | "SIP Digest with TLS set up before"
  | "SIP Digest without TLS"
  | "NBA and SIP Digest without TLS"
  | "GIBA"
  /** N.1, O.1.1: SIP Digest is not for access networks of 3GPP, and nothing else is left. */
  | "none";

export interface Row {
  readonly id: string;
  readonly offer: Offer;
  readonly authorization: "there" | "missing";
  readonly over: "UDP or TCP" | "TLS";
  readonly access: "3gpp" | "fixed" | "wlan" | "nass";
  /** What the UE writes that only the network may say, or knows. */
  readonly claims?: {
    readonly headers?: HeaderValues;
    readonly flag?: string;
    /** The flag stands in an Authorization of its own, for another realm (RFC 3261 22.3). */
    readonly beside?: true;
    readonly words: string;
  };
  readonly then: Procedure;
  readonly verifies: readonly [string, ...string[]];
  readonly kills: readonly [string, ...string[]];
}

/** Access types that the UE makes up; it is somewhere else. */
const claiming = (value: string) => ({
  headers: { "P-Access-Network-Info": value },
  words: `claims ${value}`,
});

export const ROWS: readonly Row[] = [
  // "If the flag is present in the message from the UE, it shall be removed."
  {
    id: "coexistence/p3-flag-of-the-ue-is-removed",
    ...{ offer: "none", authorization: "there", over: "UDP or TCP", access: "fixed" },
    claims: { flag: "auth-done", words: "writes integrity-protected itself" },
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/01"],
    kills: ["pcscf/keeps-integrity-protected"],
  },
  {
    id: "coexistence/p3-flag-in-a-second-header-is-removed",
    ...{ offer: "none", authorization: "there", over: "UDP or TCP", access: "fixed" },
    claims: {
      flag: "auth-done",
      beside: true,
      words: "writes integrity-protected into a second Authorization",
    },
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/01"],
    kills: ["pcscf/cleans-first-authorization"],
  },
  // Security-Client is there, and a mechanism is selected.
  {
    id: "coexistence/p3-ipsec-trans",
    ...{ offer: "ipsec-3gpp, mod=trans", authorization: "there", over: "UDP or TCP", access: "3gpp" },
    then: "IMS AKA without NAT traversal",
    verifies: ["33.203/P.3/03"],
    kills: ["pcscf/passes-over-transport-mode"],
  },
  {
    id: "coexistence/p3-ipsec-through-nat",
    ...{ offer: "ipsec-3gpp, either mode", authorization: "there", over: "UDP or TCP", access: "3gpp" },
    then: "IMS AKA with NAT traversal",
    verifies: ["33.203/P.3/04"],
    kills: ["pcscf/nat-mode-by-preference"],
  },
  {
    id: "coexistence/p3-tls-agreed",
    ...{ offer: "tls", authorization: "there", over: "UDP or TCP", access: "fixed" },
    then: "SIP Digest with TLS",
    verifies: ["33.203/P.3/05", "33.203/O.2.2/06"],
    kills: ["pcscf/tls-answer-complete"],
  },
  // Security-Client is there, and none is selected: as if it were not.
  {
    id: "coexistence/p3-unusable-offer",
    ...{ offer: "ipsec-ike, unheard-of", authorization: "there", over: "UDP or TCP", access: "fixed" },
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/06"],
    kills: ["pcscf/selects-unknown-mechanism", "pcscf/refuses-unusable-offer"],
  },
  {
    id: "coexistence/p3-unusable-offer-without-authorization",
    ...{ offer: "ipsec-ike, unheard-of", authorization: "missing", over: "UDP or TCP", access: "fixed" },
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/06", "33.203/P.3/17"],
    kills: ["pcscf/refuses-unusable-offer", "pcscf/no-access-info-without-authorization"],
  },
  {
    id: "coexistence/p3-unusable-offer-from-nass",
    ...{ offer: "ipsec-ike, unheard-of", authorization: "there", over: "UDP or TCP", access: "nass" },
    then: "NBA and SIP Digest without TLS",
    verifies: ["33.203/P.3/06", "33.203/P.3/11"],
    kills: ["pcscf/refuses-unusable-offer", "pcscf/no-location-query-with-authorization"],
  },
  {
    id: "coexistence/p3-unusable-offer-over-tls",
    ...{ offer: "ipsec-ike, unheard-of", authorization: "there", over: "TLS", access: "fixed" },
    then: "SIP Digest with TLS set up before",
    verifies: ["33.203/P.3/06"],
    kills: ["pcscf/selects-unknown-mechanism"],
  },
  // No Security-Client; the REGISTER came over TLS.
  {
    id: "coexistence/p3-over-tls",
    ...{ offer: "none", authorization: "there", over: "TLS", access: "fixed" },
    then: "SIP Digest with TLS set up before",
    verifies: ["33.203/P.3/08", "33.203/O.2.3/03"],
    kills: ["pcscf/tls-early-connection-complete"],
  },
  {
    id: "coexistence/p3-over-tls-without-authorization",
    ...{ offer: "none", authorization: "missing", over: "TLS", access: "fixed" },
    then: "SIP Digest with TLS set up before",
    verifies: ["33.203/P.3/08", "33.203/P.3/17"],
    kills: ["pcscf/tls-without-authorization-is-giba", "pcscf/no-access-info-without-authorization"],
  },
  {
    id: "coexistence/p3-over-tls-from-nass",
    ...{ offer: "none", authorization: "there", over: "TLS", access: "nass" },
    then: "SIP Digest with TLS set up before",
    verifies: ["33.203/P.3/08", "33.203/O.2.3/03"],
    kills: ["pcscf/tls-early-connection-complete"],
  },
  {
    id: "coexistence/p3-over-tls-on-3gpp-access",
    ...{ offer: "none", authorization: "there", over: "TLS", access: "3gpp" },
    then: "none",
    verifies: ["33.203/O.1.1/01"],
    kills: ["pcscf/tls-on-3gpp-access"],
  },
  // Neither; an access network of 3GPP.
  {
    id: "coexistence/p3-3gpp-without-authorization",
    ...{ offer: "none", authorization: "missing", over: "UDP or TCP", access: "3gpp" },
    then: "GIBA",
    verifies: ["33.203/P.3/09", "33.203/N.1/01"],
    kills: ["pcscf/digest-for-giba-user"],
  },
  {
    id: "coexistence/p3-3gpp-claiming-wlan",
    ...{ offer: "none", authorization: "missing", over: "UDP or TCP", access: "3gpp" },
    claims: claiming("IEEE-802.11"),
    then: "GIBA",
    verifies: ["33.203/P.3/19"],
    kills: ["pcscf/access-type-of-ue"],
  },
  {
    id: "coexistence/p3-3gpp-with-authorization",
    ...{ offer: "none", authorization: "there", over: "UDP or TCP", access: "3gpp" },
    then: "none",
    verifies: ["33.203/P.3/14"],
    kills: ["pcscf/digest-on-3gpp-access"],
  },
  {
    id: "coexistence/p3-3gpp-with-authorization-claiming-fixed",
    ...{ offer: "none", authorization: "there", over: "UDP or TCP", access: "3gpp" },
    claims: claiming("IEEE-802.3"),
    then: "none",
    verifies: ["33.203/P.3/19"],
    kills: ["pcscf/access-type-of-ue"],
  },
  // Neither; no NASS and no access network of 3GPP.
  {
    id: "coexistence/p3-fixed-with-authorization",
    ...{ offer: "none", authorization: "there", over: "UDP or TCP", access: "fixed" },
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/10"],
    kills: ["pcscf/demands-sec-agree", "pcscf/marks-everything-no"],
  },
  {
    id: "coexistence/p3-fixed-without-authorization",
    ...{ offer: "none", authorization: "missing", over: "UDP or TCP", access: "fixed" },
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/10", "33.203/P.3/17"],
    kills: [
      "pcscf/no-access-info-without-authorization",
      "pcscf/tells-3gpp-everywhere",
      "pcscf/demands-sec-agree",
    ],
  },
  {
    id: "coexistence/p3-fixed-claiming-3gpp",
    ...{ offer: "none", authorization: "missing", over: "UDP or TCP", access: "fixed" },
    claims: claiming("3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001"),
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/19", "33.203/P.3/17"],
    kills: ["pcscf/access-type-of-ue", "pcscf/no-access-info-without-authorization"],
  },
  {
    id: "coexistence/p3-wlan-with-authorization",
    ...{ offer: "none", authorization: "there", over: "UDP or TCP", access: "wlan" },
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/10"],
    kills: ["pcscf/demands-sec-agree", "pcscf/security-server-unasked"],
  },
  {
    id: "coexistence/p3-wlan-without-authorization",
    ...{ offer: "none", authorization: "missing", over: "UDP or TCP", access: "wlan" },
    then: "SIP Digest without TLS",
    verifies: ["33.203/P.3/10", "33.203/P.3/17"],
    kills: [
      "pcscf/no-access-info-without-authorization",
      "pcscf/tells-3gpp-everywhere",
      "pcscf/demands-sec-agree",
    ],
  },
  // Neither; a NASS.
  {
    id: "coexistence/p3-nass-with-authorization",
    ...{ offer: "none", authorization: "there", over: "UDP or TCP", access: "nass" },
    then: "NBA and SIP Digest without TLS",
    verifies: ["33.203/P.3/11"],
    kills: ["pcscf/no-location-query-with-authorization"],
  },
  {
    id: "coexistence/p3-nass-without-authorization",
    ...{ offer: "none", authorization: "missing", over: "UDP or TCP", access: "nass" },
    then: "NBA and SIP Digest without TLS",
    verifies: ["33.203/P.3/11", "33.203/R.3/03"],
    kills: ["pcscf/omits-location"],
  },
  {
    id: "coexistence/p3-nass-claiming-a-line",
    ...{ offer: "none", authorization: "missing", over: "UDP or TCP", access: "nass" },
    claims: claiming('ADSL;dsl-location="dsl-1.west-9";network-provided'),
    then: "NBA and SIP Digest without TLS",
    verifies: ["33.203/P.3/11", "33.203/P.3/15"],
    kills: ["pcscf/keeps-network-provided-of-ue"],
  },
];
