/**
 * The capabilities a profile may claim: the PICS of the device, by dotted name, with what a claim says.
 * A case's `needs` uses these names; one that is not claimed makes the case notApplicable.
 */
export const CAPABILITIES = {
  "aka":
    "IMS AKA registration (TS 33.203 clause 6.1); without IPsec, as in a lab whose P-CSCF does not ask for it",
  "digest": "SIP Digest registration (TS 33.203 Annex N)",
  "proxy-auth": "the S-CSCF challenges requests other than REGISTER with 407 (TS 33.203 N.2.1.2)",
  "outbound": "flows after RFC 5626 (TS 33.203 N.2.1.1)",
  "privacy": "Privacy: id is honoured towards the called user (RFC 3325)",
  "privacy-user": "Privacy: user is provided as a service: names and URIs are hidden (RFC 3323)",
  "privacy-header": "Privacy: header is provided as a service: Contact and Via are hidden (RFC 3323)",
  "ipsec": "security agreement on ipsec-3gpp: IMS AKA with ESP (TS 33.203 clause 7, Annex H)",
  "ipsec.alg": "integrity algorithms of ESP by the names of Annex H",
  "ipsec.ealg": "encryption algorithms of ESP by the names of Annex H",
  "ipsec.udp-enc": "UDP-encapsulated tunnel mode for UEs behind a NAT (TS 33.203 Annex M)",
  "tls": "SIP Digest with TLS (TS 33.203 Annex O)",
  "tls.agreement": "TLS by security agreement, after the first REGISTER (TS 33.203 O.2.2)",
  "tls.first": "TLS before the first REGISTER, without security agreement (TS 33.203 O.2.3)",
  "tls.mandatory": "SIP Digest without TLS is refused (TS 33.203 O.1.1)",
  "tls.null": "suites with NULL encryption are allowed (TS 33.203 O.2.1)",
  "tls.versions": "versions of TLS that it negotiates (TS 33.310 Annex E)",
  "tls.renegotiation":
    "a renegotiation that the UE asks for is served, not refused by no_renegotiation (TLS 1.2)",
  "interconnect.tls": "TLS between the IBCF and other networks (TS 33.203 6.5)",
  "giba": "GPRS-IMS-bundled authentication from 3GPP access (TS 33.203 Annex T)",
  "nba": "NASS-IMS-bundled authentication from a TISPAN NASS (TS 33.203 Annex R)",
  "tna": "trusted node authentication: REGISTER of a node in the trust domain (TS 33.203 Annex U)",
  "pani-aware":
    "the P-CSCF writes P-Access-Network-Info and takes a UE's network-provided one out (TS 33.203 P.3)",
  "single.p-cscf": "the P-CSCF sends REGISTER for the domains of home-networks to us",
  "single.i-cscf": "the I-CSCF of entry.i-cscf-hss asks our HSS (Cx)",
  "single.s-cscf": "the S-CSCF of entry.s-cscf-hss asks our HSS (Cx)",
  "single.hss": "the HSS of entry.hss answers Cx of ours",
} as const satisfies Readonly<Record<string, string>>;

/** Capabilities that are lists, and what may stand in them. The last of ESP's Annex H took away. */
export const CAPABILITY_VALUES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "ipsec.alg": ["hmac-sha-1-96", "aes-gmac", "null", "hmac-md5-96"],
  "ipsec.ealg": ["aes-cbc", "aes-gcm", "null", "des-ede3-cbc"],
  "tls.versions": ["TLSv1.2", "TLSv1.3", "TLSv1.1", "TLSv1.0"],
};

export type Capability = keyof typeof CAPABILITIES;
