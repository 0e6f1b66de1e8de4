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
} as const satisfies Readonly<Record<string, string>>;

/** Capabilities that are lists, and what may stand in them. The last of each Annex H took away. */
export const CAPABILITY_VALUES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "ipsec.alg": ["hmac-sha-1-96", "aes-gmac", "null", "hmac-md5-96"],
  "ipsec.ealg": ["aes-cbc", "aes-gcm", "null", "des-ede3-cbc"],
};

export type Capability = keyof typeof CAPABILITIES;
