/**
 * The capabilities a profile may claim: the PICS of the device, by dotted name, with what "true" says.
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
} as const satisfies Readonly<Record<string, string>>;

export type Capability = keyof typeof CAPABILITIES;
