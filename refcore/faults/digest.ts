/** Faults for the suite digest (TS 33.203 Annexes N and Q). */
import type { Fault } from "../faults.ts";

export const digestFaults: readonly Fault[] = [
  {
    id: "pcscf/offers-ipsec-with-digest",
    requirement: "33.203/N.1/02",
    title: "P-CSCF adds Security-Server: ipsec-3gpp to a Digest challenge",
  },
  {
    id: "scscf/misquotes-challenge",
    requirement: "33.203/N.1/03",
    title: "S-CSCF quotes algorithm and leaves qop unquoted",
  },
  {
    id: "scscf/ignores-username",
    requirement: "33.203/N.1/04",
    title: "S-CSCF checks the response with the password of the To identity, whoever the user name is",
  },
  {
    id: "scscf/second-impu-without-challenge",
    requirement: "33.203/N.1/05",
    title: "S-CSCF registers another IMPU of a registered IMPI from anywhere, without challenge",
  },
  {
    id: "scscf/refuses-plain-digest",
    requirement: "33.203/N.1/07",
    title: "S-CSCF answers Digest subscribers without Security-Client with 403",
  },
  {
    id: "pcscf/adds-no-flow-token",
    requirement: "33.203/N.2.1.1/01",
    title: "P-CSCF keeps no flows: requests go to the Contact address",
  },
  {
    id: "pcscf/refuses-register-without-outbound",
    requirement: "33.203/N.2.1.1/03",
    title: "P-CSCF refuses a REGISTER without outbound with 439",
  },
  {
    id: "pcscf/accepts-natted-without-outbound",
    requirement: "33.203/N.2.1.1/04",
    title: "P-CSCF accepts a registration from behind a NAT without outbound",
  },
  {
    id: "pcscf/refuses-register-without-authorization",
    requirement: "33.203/N.2.1.1/05",
    title: "P-CSCF answers a REGISTER without Authorization with 400",
  },
  {
    id: "scscf/accepts-any-impi-in-answer",
    requirement: "33.203/N.2.1.1/07",
    title: "S-CSCF accepts the answer of any valid IMPI for the IMPU that was challenged",
  },
  {
    id: "scscf/drops-binding-on-challenge",
    requirement: "33.203/N.2.1.1/09",
    title: "S-CSCF drops a Digest registration when it challenges a new REGISTER for it",
  },
  {
    id: "hss/digest-vector-for-foreign-impu",
    requirement: "33.203/N.2.1.1/10",
    title: "HSS gives an SD-AV for an IMPU that is not the IMPI's",
  },
  {
    id: "scscf/accepts-legacy-response",
    requirement: "33.203/N.2.1.1/14",
    title: "S-CSCF accepts responses without qop, cnonce and nc",
  },
  {
    id: "scscf/omits-algorithm",
    requirement: "33.203/N.2.1.1/15",
    title: "S-CSCF leaves algorithm out of the Digest challenge",
  },
  {
    id: "scscf/nonce-from-clock",
    requirement: "33.203/N.2.1.1/16",
    title: "S-CSCF uses the time in seconds as nonce",
  },
  {
    id: "scscf/accepts-any-issued-nonce",
    requirement: "33.203/N.2.1.1/17",
    title: "S-CSCF accepts every nonce it has ever issued, for whomever",
  },
  {
    id: "scscf/accepts-second-register",
    requirement: "33.203/N.2.1.1/19",
    title: "S-CSCF takes the second REGISTER of a Call-ID as authenticated",
  },
  {
    id: "scscf/ignores-digest-uri",
    requirement: "33.203/N.2.1.1/20",
    title: "S-CSCF accepts a response made for another server's URI",
  },
  {
    id: "scscf/compares-response-prefix",
    requirement: "33.203/N.2.1.1/21",
    title: "S-CSCF compares the first 8 digits of the response",
  },
  {
    id: "scscf/registers-explicit-impu-only",
    requirement: "33.203/N.2.1.1/23",
    title: "S-CSCF registers only the IMPU in To",
  },
  {
    id: "scscf/refresh-keeps-expiry",
    requirement: "33.203/N.2.1.1/24",
    title: "S-CSCF does not extend the expiry on a re-registration",
  },
  {
    id: "scscf/rspauth-with-method",
    requirement: "33.203/N.2.1.1/25",
    title: "S-CSCF computes rspauth with the method in A2",
  },
  {
    id: "pcscf/associates-by-contact",
    requirement: "33.203/N.2.1.1/26",
    title: "P-CSCF identifies the initiator by the Contact of the request",
  },
  {
    id: "pcscf/ignores-source-port",
    requirement: "33.203/N.2.1.1/27",
    title: "P-CSCF takes everybody behind a NAT for the user who registered a flow",
  },
  {
    id: "pcscf/demands-source-port",
    requirement: "33.203/N.2.1.1/28",
    title: "P-CSCF demands the registration's source port although outbound is not used",
  },
  {
    id: "pcscf/keeps-both-associations",
    requirement: "33.203/N.2.1.1/29",
    title: "P-CSCF keeps two users at one address and asserts whom the sender prefers",
  },
  {
    id: "pcscf/overwrites-by-address-alone",
    requirement: "33.203/N.2.1.1/30",
    title: "P-CSCF evicts every other flow of an address when a flow registers",
  },
  {
    id: "pcscf/associates-at-challenge",
    requirement: "33.203/N.2.1.1/31",
    title: "P-CSCF writes the address table when the first REGISTER comes",
  },
  {
    id: "scscf/empty-rspauth",
    requirement: "33.203/N.2.1.1/32",
    title: "S-CSCF leaves rspauth empty",
  },
  {
    id: "pcscf/keeps-forged-received",
    requirement: "33.203/N.2.1.1/33",
    title: "P-CSCF keeps a received parameter that the UE has written",
  },
  {
    id: "pcscf/asserts-from",
    requirement: "33.203/N.2.1.2/01",
    title: "P-CSCF copies From into P-Asserted-Identity",
  },
  {
    id: "pcscf/keeps-ue-asserted-identity",
    requirement: "33.203/N.2.1.2/02",
    title: "P-CSCF forwards the P-Asserted-Identity that a UE has written",
  },
  {
    id: "pcscf/serves-unknown-source",
    requirement: "33.203/N.2.1.2/03",
    title: "P-CSCF forwards requests of unknown sources under the identity in From",
  },
  {
    id: "scscf/proxy-auth-skips-message",
    requirement: "33.203/N.2.1.2/04",
    title: "S-CSCF challenges INVITE but lets MESSAGE through",
  },
  {
    id: "scscf/passes-empty-proxy-response",
    requirement: "33.203/N.2.1.2/05",
    title: "S-CSCF lets a Proxy-Authorization with an empty response pass",
  },
  {
    id: "scscf/other-realm-in-407",
    requirement: "33.203/N.2.1.2/06",
    title: "S-CSCF names another realm in the 407 than in the 401",
  },
  {
    id: "scscf/registration-nonce-in-407",
    requirement: "33.203/N.2.1.2/07",
    title: "S-CSCF puts the nonce of the registration into the 407",
  },
  {
    id: "scscf/a2-of-challenged-method",
    requirement: "33.203/N.2.1.2/08",
    title: "S-CSCF computes A2 with the method of the request that was challenged",
  },
  {
    id: "scscf/forwards-after-third-failure",
    requirement: "33.203/N.2.1.2/09",
    title: "S-CSCF forwards a request after the third wrong answer",
  },
  {
    id: "scscf/one-nonce-store",
    requirement: "33.203/N.2.1.2/10",
    title: "S-CSCF accepts the nonce of the registration in Proxy-Authorization",
  },
  {
    id: "scscf/refuses-nonce-count-above-one",
    requirement: "33.203/N.2.1.2/11",
    title: "S-CSCF answers 403 to a nonce-count above 1 in Proxy-Authorization",
  },
  {
    id: "scscf/forgets-proxy-nonce-count",
    requirement: "33.203/N.2.1.2/13",
    title: "S-CSCF accepts the same Proxy-Authorization twice",
  },
  {
    id: "scscf/ignores-asserted-identity",
    requirement: "33.203/N.2.1.2/14",
    title: "S-CSCF does not compare the asserted identity with the authenticated user",
  },
  {
    id: "scscf/drops-wrong-response",
    requirement: "33.203/N.2.2.1/01",
    title: "S-CSCF does not answer a REGISTER with a wrong Digest response",
  },
  {
    id: "scscf/failed-digest-deregisters",
    requirement: "33.203/N.2.2.1/03",
    title: "S-CSCF de-registers a Digest user after a wrong response",
  },
  {
    id: "scscf/failure-carries-rspauth",
    requirement: "33.203/N.2.2.1/04",
    title: "S-CSCF adds Authentication-Info to the 403",
  },
  {
    id: "scscf/keeps-all-digest-nonces",
    requirement: "33.203/N.2.2.3/01",
    title: "S-CSCF accepts the answer to a Digest challenge that a newer one replaced",
  },
  {
    id: "scscf/challenge-never-expires",
    requirement: "33.203/N.2.2.3/02",
    title: "S-CSCF accepts the answer to a Digest challenge of any age",
  },
  {
    id: "scscf/stale-for-wrong-password",
    requirement: "33.203/N.2.3/01",
    title: "S-CSCF says stale=true to a wrong password",
  },
  {
    id: "scscf/accepts-repeated-nonce-count",
    requirement: "33.203/N.2.3/02",
    title: "S-CSCF accepts the same nonce-count twice",
  },
  {
    id: "scscf/counts-before-verifying",
    requirement: "33.203/N.2.3/03",
    title: "S-CSCF advances the nonce-count before it has verified the response",
  },
  {
    id: "scscf/repeats-nonce-when-stale",
    requirement: "33.203/N.2.3/04",
    title: "S-CSCF repeats the old nonce in the stale challenge",
  },
  {
    id: "scscf/refuses-after-stale",
    requirement: "33.203/N.2.3/05",
    title: "S-CSCF answers the retry after a stale challenge with 403",
  },
  {
    id: "scscf/accepts-requested-digest-reregistration",
    requirement: "33.203/N.2.4/02",
    title: "S-CSCF does not challenge the Digest re-registration it has asked for",
  },
  {
    id: "scscf/ignores-pushed-password",
    requirement: "33.203/N.2.5/02",
    title: "S-CSCF goes on with the H(A1) it has when the HSS pushes a new one",
  },
  {
    id: "scscf/password-change-deregisters",
    requirement: "33.203/N.2.5/03",
    title: "S-CSCF de-registers the user when it gets a new H(A1)",
  },
  {
    id: "scscf/rspauth-of-newest-password",
    requirement: "33.203/N.2.5/04",
    title: "S-CSCF computes rspauth with the new H(A1) although the old one was used",
  },
  {
    id: "scscf/keeps-old-password",
    requirement: "33.203/N.2.5/05",
    title: "S-CSCF keeps the old H(A1) after a success with the new one",
  },
  {
    id: "pcscf/compares-address-only",
    requirement: "33.203/Q.1/02",
    title: "P-CSCF compares the address only although outbound was negotiated",
  },
  {
    id: "scscf/forwards-wrong-proxy-response",
    requirement: "33.203/Q.1/03",
    title: "S-CSCF forwards a request whose Proxy-Authorization is wrong",
  },
  {
    id: "pcscf/ignores-preferred-identity",
    requirement: "33.203/Q.2/01",
    title: "P-CSCF asserts the default identity whatever registered one is preferred",
  },
  {
    id: "pcscf/asserts-from-without-preference",
    requirement: "33.203/Q.2/02",
    title: "P-CSCF copies From into P-Asserted-Identity if no identity is preferred",
  },
  {
    id: "scscf/assertion-beats-proof",
    requirement: "33.203/Q.2/04",
    title: "S-CSCF serves the asserted user although another one proved herself",
  },
  {
    id: "pcscf/lets-natted-users-share",
    requirement: "33.203/Q.3/01",
    title: "P-CSCF lets users behind a NAT share one table entry",
  },
  {
    id: "pcscf/keeps-older-association",
    requirement: "33.203/Q.3/02",
    title: "P-CSCF keeps the older user at an address that another one has registered from",
  },
  {
    id: "pcscf/evicts-at-challenge",
    requirement: "33.203/Q.3/03",
    title: "P-CSCF evicts the user at an address when somebody else begins to register there",
  },
  {
    id: "scscf/refuses-register-over-binding",
    requirement: "33.203/N.2.2.2/01",
    title: "S-CSCF refuses a new initial REGISTER while a binding exists",
  },
  {
    id: "pcscf/half-outbound-binding",
    requirement: "33.203/N.2.1.1/02",
    title: "P-CSCF confirms outbound for a UE that no longer asks for it",
  },
  {
    id: "scscf/refuses-aged-proxy-nonce",
    requirement: "33.203/N.2.1.2/12",
    title: "S-CSCF rejects an aged nonce with 403 although the password was right",
  },
  {
    id: "pcscf/omits-ambiguous-default",
    requirement: "33.203/Q.2/03",
    title: "P-CSCF asserts no identity where the default is ambiguous",
  },
  {
    id: "scscf/reauthenticates-silently",
    requirement: "33.203/N.2.4/01",
    title: "S-CSCF wants to re-authenticate and does not tell the UE",
  },
  {
    id: "scscf/restores-old-expiry",
    requirement: "33.203/N.2.4/03",
    title: "S-CSCF goes on with the old expiry when the UE does not react",
  },
  {
    id: "scscf/keeps-all-passwords",
    requirement: "33.203/N.2.5/06",
    title: "S-CSCF keeps a growing list of passwords and accepts them all",
  },
  {
    id: "scscf/accepts-auth-int",
    requirement: "33.203/N.2.1.1/14",
    title: "S-CSCF accepts responses with qop auth-int, which it has not offered",
  },
  {
    id: "scscf/accepts-nonce-count-zero",
    requirement: "33.203/N.2.1.1/20",
    title: "S-CSCF accepts a nonce-count of 0",
  },
  {
    id: "scscf/tells-barred-identities",
    requirement: "33.203/N.2.1.1/23",
    title: "S-CSCF puts barred identities into P-Associated-URI",
  },
  {
    id: "scscf/no-qop-in-407",
    requirement: "33.203/N.2.1.2/06",
    title: "S-CSCF leaves qop out of the 407",
  },
  {
    id: "scscf/proxy-nonce-registers",
    requirement: "33.203/N.2.1.2/10",
    title: "S-CSCF accepts the nonce of a 407 in the Authorization of a REGISTER",
  },
  {
    id: "icscf/impu-as-written",
    requirement: "33.203/N.2.1.1/06",
    title: "I-CSCF asks the HSS for the URI in To as the UE has written it",
  },
  {
    id: "scscf/tls-yes-without-tls",
    requirement: "33.203/P.4.2/10",
    title: "S-CSCF takes tls-yes for proof although the registration was made without TLS",
  },
];
