/**
 * The capabilities a profile may claim: the PICS of the device, by dotted name, with what "true" says.
 * A case's `needs` uses these names; one that is not claimed makes the case notApplicable.
 */
export const CAPABILITIES = {
  "aka": "IMS AKA registration (TS 33.203 clause 6.1); without IPsec where `ipsec` is not claimed",
  "aka.tuak": "AKA with the TUAK functions (TS 35.231)",
  "aka.akav2": "HTTP Digest AKAv2 (RFC 4169; TS 33.203 Annex X)",
  "aka.resynchronisation": "the HSS takes AUTS and gives fresh vectors (TS 33.203 clause 6.1.3)",
  "digest": "SIP Digest registration (TS 33.203 Annex N)",
  "digest.sha-256": "SIP Digest with SHA-256",
  "proxy-auth": "the S-CSCF challenges requests other than REGISTER with 407 (Annex N.2.1.2)",
  "outbound": "flows after RFC 5626",
  "reg-event": "the reg event package towards the UE (RFC 3680)",
  "message": "SIP MESSAGE between two registered users",
  "call": "INVITE between two registered users",
  "implicit-set": "implicit registration sets, told in P-Associated-URI",
  "identity-assertion": "the P-CSCF asserts the identity of the sender (TS 33.203 N.2.1.2, RFC 3325)",
  "privacy": "Privacy: id is honoured towards the called user (RFC 3323, RFC 3325)",
  "reauthentication": "the network can ask for re-registration (TS 33.203 clause 6.1.4)",
  "deregistration": "the network can end a registration",
} as const satisfies Readonly<Record<string, string>>;

export type Capability = keyof typeof CAPABILITIES;
