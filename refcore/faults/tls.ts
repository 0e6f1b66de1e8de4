/** Faults for TLS (TS 33.203 Annex O, and P.3, Q.1 where they are about it; RFC 3329, 5246, 5626, 5746, 8446). */
import type { Fault } from "../faults.ts";

export const tlsFaults: readonly Fault[] = [
  {
    id: "scscf/tls-registers-unchallenged",
    requirement: "33.203/O.1.1/02",
    title: "S-CSCF registers every REGISTER that came over TLS without a challenge",
  },
  {
    id: "pcscf/tls-on-3gpp-access",
    requirement: "33.203/O.1.1/01",
    title: "P-CSCF selects tls for UEs on access networks of 3GPP",
  },
  {
    id: "pcscf/tls-mandate-ignored",
    requirement: "33.203/O.1.1/03",
    title: "P-CSCF that must use TLS completes Digest registrations in the clear",
  },
  {
    id: "pcscf/tls-unoffered-suite",
    requirement: "33.203/O.1.2/01",
    title: "P-CSCF picks a cipher suite that the client did not offer",
  },
  {
    id: "pcscf/tls-reads-injected-sip",
    requirement: "33.203/O.1.3/01",
    title: "P-CSCF reads SIP that is injected into a TLS connection in the clear",
  },
  {
    id: "pcscf/tls-takes-replayed-record",
    requirement: "33.203/O.1.3/02",
    title: "P-CSCF takes a TLS record that came before once more",
  },
  {
    id: "pcscf/tls-keeps-forged-indicator",
    requirement: "33.203/O.1.4/02",
    title: 'P-CSCF forwards integrity-protected="tls-yes" as the UE has written it',
  },
  {
    id: "pcscf/tls-accepts-tls10",
    requirement: "33.203/O.2.1/01",
    title: "P-CSCF negotiates TLS 1.0",
  },
  {
    id: "pcscf/tls-hides-downgrade",
    requirement: "33.203/O.2.1/01",
    title: "P-CSCF that speaks TLS 1.3 negotiates TLS 1.2 without the downgrade sentinel",
  },
  {
    id: "pcscf/tls-compresses",
    requirement: "33.203/O.2.1/01",
    title: "P-CSCF takes compression where it is offered",
  },
  {
    id: "pcscf/tls-other-session-id",
    requirement: "33.203/O.2.1/01",
    title: "P-CSCF sends another session id than the client's in TLS 1.3",
  },
  {
    id: "pcscf/tls-accepts-weak-suites",
    requirement: "33.203/O.2.1/02",
    title: "P-CSCF accepts anonymous suites, RSA key exchange with CBC, and weak groups",
  },
  {
    id: "pcscf/tls-prefers-null",
    requirement: "33.203/O.2.1/03",
    title: "P-CSCF prefers suites with NULL encryption although better ones are offered",
  },
  {
    id: "pcscf/tls-deaf-after-null-hello",
    requirement: "33.203/O.2.1/04",
    title: "P-CSCF takes no TLS connection any more after a ClientHello with NULL suites only",
  },
  {
    id: "pcscf/tls-expired-certificate",
    requirement: "33.203/O.2.1/05",
    title: "P-CSCF presents an expired certificate",
  },
  {
    id: "pcscf/tls-requests-certificate",
    requirement: "33.203/O.2.1/06",
    title: "P-CSCF asks the client for a certificate, and ends the handshake where none comes",
  },
  {
    id: "pcscf/tls-would-like-certificate",
    requirement: "33.203/O.2.1/06",
    title: "P-CSCF asks the client for a certificate, and goes on where none comes",
  },
  {
    id: "pcscf/tls-associates-by-address",
    requirement: "33.203/O.2.1/07",
    title: "P-CSCF serves any TLS connection from the address of a registered UE as that UE",
  },
  {
    id: "pcscf/tls-drops-idle-session",
    requirement: "33.203/O.2.1/08",
    title: "P-CSCF closes the TLS connection long before the registration on it runs out",
  },
  {
    id: "pcscf/tls-clear-sip-on-tls-port",
    requirement: "33.203/O.2.1/09",
    title: "P-CSCF answers SIP in the clear on its TLS port",
  },
  {
    id: "pcscf/tls-deaf-after-clear-sip",
    requirement: "33.203/O.2.1/09",
    title: "P-CSCF takes no TLS connection any more after SIP in the clear on its TLS port",
  },
  {
    id: "pcscf/tls-dials-contact",
    requirement: "33.203/O.2.1/10",
    title: "P-CSCF sends terminating requests to the address in the Contact in place of the UE's connection",
  },
  {
    id: "pcscf/tls-announced-unasked",
    requirement: "33.203/O.2.2/01",
    title: "P-CSCF announces Security-Server: tls to UEs that have not offered tls",
  },
  {
    id: "pcscf/sec-agree-tls-ranked-low",
    requirement: "33.203/O.2.2/02",
    title: "P-CSCF lists tls with a lower q than ipsec-3gpp and expects TLS",
  },
  {
    id: "pcscf/tls-mixes-users",
    requirement: "33.203/O.2.2/03",
    title: "P-CSCF adds the identities of a second user to the connection of the first",
  },
  {
    id: "pcscf/sec-agree-tls-unverified",
    requirement: "33.203/O.2.2/04",
    title: "P-CSCF does not compare the Security-Verify of an SM7 over TLS",
  },
  {
    id: "pcscf/tls-clear-sm7",
    requirement: "33.203/O.2.2/05",
    title: "P-CSCF completes the registration in the clear after it has selected tls, and calls it protected",
  },
  {
    id: "pcscf/tls-offer-is-pending",
    requirement: "33.203/O.2.2/06",
    title: "P-CSCF calls a REGISTER in the clear that offers tls pending under TLS",
  },
  {
    id: "pcscf/tls-serves-after-handshake",
    requirement: "33.203/O.2.2/08",
    title: "P-CSCF serves requests on any connection whose handshake is over",
  },
  {
    id: "pcscf/tls-clear-requests-served",
    requirement: "33.203/O.2.2/09",
    title: "P-CSCF serves requests in the clear from the address of a UE registered over TLS",
  },
  {
    id: "pcscf/tls-blocks-clear-emergency",
    requirement: "33.203/O.2.2/10",
    title: "P-CSCF refuses emergency calls in the clear from UEs registered over TLS",
  },
  {
    id: "pcscf/tls-notify-in-clear",
    requirement: "33.203/O.2.2/11",
    title: "P-CSCF sends NOTIFY over UDP to the Contact of a UE registered over TLS",
  },
  {
    id: "pcscf/tls-demands-agreement",
    requirement: "33.203/O.2.3/01",
    title: "P-CSCF demands Security-Client in a REGISTER that comes over TLS",
  },
  {
    id: "pcscf/tls-asserts-former-user",
    requirement: "33.203/O.2.3/02",
    title: "P-CSCF asserts the first user of a connection after a second has registered on it",
  },
  {
    id: "pcscf/tls-associates-before-200",
    requirement: "33.203/O.2.3/04",
    title: "P-CSCF associates the connection with the identity in From before the 200",
  },
  {
    id: "pcscf/tls-clear-deregistration",
    requirement: "33.203/O.2.3/05",
    title: "P-CSCF takes a REGISTER in the clear of a user who has set TLS up before registration",
  },
  {
    id: "pcscf/tls-dialog-in-clear",
    requirement: "33.203/O.2.3/06",
    title: "P-CSCF sends requests inside a dialog over UDP to the Contact",
  },
  {
    id: "pcscf/tls-closes-before-failure",
    requirement: "33.203/O.3.1.1/01",
    title: "P-CSCF closes the connection on a failed authentication without delivering the 4xx",
  },
  {
    id: "pcscf/tls-open-after-failure",
    requirement: "33.203/O.3.1.1/02",
    title: "P-CSCF leaves the connection open after a failed authentication",
  },
  {
    id: "pcscf/tls-clear-after-alert",
    requirement: "33.203/O.3.1.2/01",
    title: "P-CSCF serves a UE in the clear that has refused its certificate",
  },
  {
    id: "pcscf/tls-open-after-alert",
    requirement: "33.203/O.3.1.2/01",
    title: "P-CSCF leaves the connection open after a fatal alert in the handshake",
  },
  {
    id: "pcscf/tls-closes-on-stale",
    requirement: "33.203/O.3.1.3/01",
    title: "P-CSCF closes the connection on every 401 to an answer, a stale one too",
  },
  {
    id: "pcscf/tls-keeps-dead-connection",
    requirement: "33.203/O.3.1.4/01",
    title: "P-CSCF sends terminating requests to the dead connection after a new registration",
  },
  {
    id: "pcscf/tls-answers-elsewhere",
    requirement: "33.203/O.4.1/01",
    title: "P-CSCF sends the answer to a REGISTER on another connection of the same user",
  },
  {
    id: "pcscf/tls-insecure-renegotiation",
    requirement: "33.203/O.4.1/02",
    title: "P-CSCF renegotiates without the protection of RFC 5746",
  },
  {
    id: "pcscf/tls-new-connection-inherits",
    requirement: "33.203/O.4.1/03",
    title: "P-CSCF associates a new connection from the address of a lost one with its user",
  },
  {
    id: "pcscf/tls-clear-hello-request",
    requirement: "33.203/O.4.2/01",
    title: "P-CSCF sends HelloRequest in a record that is not encrypted",
  },
  {
    id: "pcscf/tls-blocks-after-no-renegotiation",
    requirement: "33.203/O.4.2/02",
    title: "P-CSCF blocks the address for good that has ignored a HelloRequest",
  },
  {
    id: "pcscf/tls-serves-old-session-id",
    requirement: "33.203/O.4.2/03",
    title: "P-CSCF serves a session that was replaced by renegotiation, and is resumed, as the user",
  },
  {
    id: "pcscf/tls-serves-resumed-session",
    requirement: "33.203/O.4.2/04",
    title: "P-CSCF serves the user's session resumed on a second connection as the user",
  },
  {
    id: "pcscf/tls-clear-refresh-protected",
    requirement: "33.203/O.4.3/01",
    title: "P-CSCF calls a REGISTER in the clear from the UE's address protected by TLS",
  },
  {
    id: "pcscf/tls-yes-for-any-impi",
    requirement: "33.203/O.4.3/02",
    title: "P-CSCF adds tls-yes to every REGISTER on an associated connection, whatever its IMPI",
  },
  {
    id: "scscf/tls-refresh-never-accepted",
    requirement: "33.203/O.4.3/04",
    title: "S-CSCF challenges a REGISTER with tls-yes and does not accept the right answer",
  },
  {
    id: "pcscf/tls-keeps-old-association",
    requirement: "33.203/O.4.3/06",
    title: "P-CSCF leaves the old connection associated beside the new one",
  },
  {
    id: "pcscf/tls-self-signed-certificate",
    requirement: "33.203/O.5.1/01",
    title: "P-CSCF presents a self-signed certificate",
  },
  {
    id: "pcscf/tls-weak-certificate",
    requirement: "33.203/O.5.1/02",
    title: "P-CSCF presents a certificate with a signature by SHA-1 and an RSA key of 1024 bits",
  },
  {
    id: "pcscf/tls-two-common-names",
    requirement: "33.203/O.5.1/04",
    title: "P-CSCF presents a certificate with two common names",
  },
  {
    id: "pcscf/tls-no-alternative-name",
    requirement: "33.203/O.5.1/05",
    title: "P-CSCF presents a certificate without subjectAltName",
  },
  {
    id: "pcscf/tls-ca-name-constraints",
    requirement: "33.203/O.5.1/06",
    title: "P-CSCF sends a CA certificate with nameConstraints",
  },
  {
    id: "pcscf/tls-omits-intermediate",
    requirement: "33.203/O.5.2/01",
    title: "P-CSCF leaves the intermediate CA's certificate out",
  },
  {
    id: "pcscf/tls-other-root",
    requirement: "33.203/O.5.2/02",
    title: "P-CSCF sends a root of the known name with another public key",
  },
  {
    id: "pcscf/tls-intermediate-without-ca-flag",
    requirement: "33.203/O.5.2/03",
    title: "P-CSCF's chain has an intermediate without the CA flag",
  },
  {
    id: "pcscf/tls-issuer-encoding",
    requirement: "33.203/O.5.2/04",
    title: "P-CSCF's certificate has its issuer's name in another encoding than the issuer itself",
  },
  {
    id: "pcscf/tls-revoked-certificate",
    requirement: "33.203/O.5.3/01",
    title: "P-CSCF presents a certificate that stands in its issuer's CRL",
  },
  {
    id: "pcscf/tls-clear-answer-accepted",
    requirement: "33.203/P.3/05",
    title: "P-CSCF takes the answer in the clear as ordinary Digest after it has selected tls",
  },
  {
    id: "pcscf/tls-without-authorization-is-giba",
    requirement: "33.203/P.3/08",
    title: "P-CSCF treats a REGISTER over TLS without Authorization as GIBA",
  },
  {
    id: "pcscf/tls-left-by-reregistration",
    requirement: "33.203/P.3/13",
    title:
      "P-CSCF takes a re-REGISTER in the clear without Security-Client, and the connection is worth nothing",
  },
  {
    id: "pcscf/tls-user-by-preferred-identity",
    requirement: "33.203/Q.1/01",
    title: "P-CSCF takes the user of a TLS connection from P-Preferred-Identity",
  },
];
