/** Faults for the suite ipsec (TS 33.203 clauses 6.1 to 6.3, 7, Annexes H and I). */
import type { Fault } from "../faults.ts";

export const ipsecFaults: readonly Fault[] = [
  {
    id: "pcscf/serves-without-sa",
    requirement: "33.203/4/02",
    title: "P-CSCF serves an INVITE that comes in the clear from any address",
  },
  {
    id: "pcscf/ipsec-outbound-null-cipher",
    requirement: "33.203/5.1.3/03",
    title: "P-CSCF agrees on a cipher and sends with NULL encryption",
  },
  {
    id: "pcscf/ipsec-protection-optional",
    requirement: "33.203/5.1.4/01",
    title: "P-CSCF serves requests of a registered UE in the clear alongside ESP",
  },
  {
    id: "pcscf/ipsec-accepts-wrong-icv",
    requirement: "33.203/5.1.4/02",
    title: "P-CSCF does not verify the ICV of ESP packets",
  },
  {
    id: "pcscf/ipsec-accepts-replay",
    requirement: "33.203/5.1.4/03",
    title: "P-CSCF has the anti-replay window switched off",
  },
  {
    id: "pcscf/ipsec-mirrors-spis",
    requirement: "33.203/5.1.4/04",
    title: "P-CSCF takes the UE's SPIs as its own",
  },
  {
    id: "pcscf/ipsec-keeps-superseded-sas",
    requirement: "33.203/6.1.0/05",
    title: "P-CSCF never removes the SAs of the previous authentication",
  },
  {
    id: "pcscf/ipsec-old-keys-on-new-spis",
    requirement: "33.203/6.1.0/06",
    title: "P-CSCF changes SPIs at a new authentication and keeps the old keys",
  },
  {
    id: "pcscf/ipsec-one-set-per-impi",
    requirement: "33.203/6.1.0/07",
    title: "P-CSCF drops the SAs of one contact when another contact of the same IMPI registers",
  },
  {
    id: "pcscf/ipsec-unopened-sm7-as-clear",
    requirement: "33.203/6.1.2.1/01",
    title: "P-CSCF hands an SM7 whose ICV fails to SIP, as one that came in the clear",
  },
  {
    id: "pcscf/ipsec-null-under-mandatory-encryption",
    requirement: "33.203/6.2/01",
    title: "P-CSCF serves packets with NULL encryption although a cipher is demanded",
  },
  {
    id: "pcscf/ipsec-ignores-port-selectors",
    requirement: "33.203/6.2/02",
    title: "P-CSCF takes any ports once the ICV verifies",
  },
  {
    id: "pcscf/ipsec-sends-dummies",
    requirement: "33.203/6.2/03",
    title: "P-CSCF sends dummy packets (next header 59)",
  },
  {
    id: "pcscf/ipsec-sas-after-200",
    requirement: "33.203/6.2/04",
    title: "P-CSCF installs the new SAs only when the S-CSCF has accepted",
  },
  {
    id: "pcscf/ipsec-second-pair-other-cipher-key",
    requirement: "33.203/6.2/05",
    title: "P-CSCF mixes the SPI into the encryption key of its client port's pair",
  },
  {
    id: "pcscf/ipsec-retransmits-in-clear",
    requirement: "33.203/6.3/01",
    title: "P-CSCF answers a retransmitted request in the clear, to the Via address",
  },
  {
    id: "pcscf/ipsec-gcm-ignores-tag",
    requirement: "33.203/6.3/03",
    title: "P-CSCF skips the tag of AES-GCM because alg is null",
  },
  {
    id: "pcscf/ipsec-selector-udp-only",
    requirement: "33.203/6.3/04",
    title: "P-CSCF takes nothing but UDP on its SAs",
  },
  {
    id: "pcscf/ipsec-second-pair-old-integrity-key",
    requirement: "33.203/6.3/05",
    title: "P-CSCF keeps the first IK for its client port's pair after a new authentication",
  },
  {
    id: "pcscf/ipsec-replay-after-registration",
    requirement: "33.203/6.3/06",
    title: "P-CSCF looks for replays until the registration is complete, and not after",
  },
  {
    id: "pcscf/ipsec-repeats-sequence-numbers",
    requirement: "33.203/6.3/07",
    title: "P-CSCF starts its sequence numbers anew while the key stays",
  },
  {
    id: "pcscf/ipsec-key-of-aborted-challenge",
    requirement: "33.203/7.0/01",
    title: "P-CSCF also opens packets with the keys of the challenge before",
  },
  {
    id: "pcscf/ipsec-shared-outbound-spi",
    requirement: "33.203/7.1/04",
    title: "P-CSCF sends to one UE under the SA of another that chose the same SPI",
  },
  {
    id: "pcscf/ipsec-spi-in-use",
    requirement: "33.203/7.1/06",
    title: "P-CSCF gives out SPIs without looking which are in use",
  },
  {
    id: "pcscf/ipsec-ignores-source-address",
    requirement: "33.203/7.1/08",
    title: "P-CSCF finds inbound SAs by SPI alone, whatever the source address",
  },
  {
    id: "pcscf/ipsec-selector-any-protocol",
    requirement: "33.203/7.1/09",
    title: "P-CSCF takes any protocol inside its SAs",
  },
  {
    id: "pcscf/ipsec-clear-on-protected-port",
    requirement: "33.203/7.1/11",
    title: "P-CSCF takes datagrams in the clear on its protected ports",
  },
  {
    id: "pcscf/ipsec-requests-from-server-port",
    requirement: "33.203/7.1/12",
    title: "P-CSCF sends requests over UDP from port_ps to port_uc",
  },
  {
    id: "pcscf/ipsec-request-on-ue-connection",
    requirement: "33.203/7.1/13",
    title: "P-CSCF sends a request down the TCP connection that the UE opened from port_uc",
  },
  {
    id: "pcscf/ipsec-server-port-moves",
    requirement: "33.203/7.1/14",
    title: "P-CSCF allots a new port_ps for each challenge of a UE that is registered",
  },
  {
    id: "pcscf/ipsec-takes-clear-tcp",
    requirement: "33.203/7.1/16",
    title: "P-CSCF takes TCP connections in the clear on port_ps",
  },
  {
    id: "pcscf/ipsec-clear-bye-in-dialog",
    requirement: "33.203/7.1/17",
    title: "P-CSCF takes an unprotected request whose dialog identifiers match",
  },
  {
    id: "pcscf/emergency-by-text",
    requirement: "33.203/7.1/18",
    title: 'P-CSCF takes any Request-URI with "sos" in it as an emergency',
  },
  {
    id: "pcscf/ipsec-terminating-in-clear",
    requirement: "33.203/7.1/19",
    title: "P-CSCF sends terminating requests to the unprotected source of SM1",
  },
  {
    id: "pcscf/ipsec-via-mismatch-tolerated",
    requirement: "33.203/7.1/20",
    title: "P-CSCF adds received to a protected REGISTER from elsewhere and goes on",
  },
  {
    id: "pcscf/ipsec-unbounded-sas",
    requirement: "33.203/7.1/22",
    title: "P-CSCF keeps the SAs of every challenge of an IMPI, without limit",
  },
  {
    id: "pcscf/ipsec-sa-unseen-by-sip",
    requirement: "33.203/7.1/23",
    title: "P-CSCF does not ask which SA a message came on",
  },
  {
    id: "pcscf/ipsec-passes-ue-asserted-identity",
    requirement: "33.203/7.1/24",
    title: "P-CSCF lets the user that a message names stand, whoever owns the SA",
  },
  {
    id: "pcscf/ipsec-dialog-without-user",
    requirement: "33.203/7.1/25",
    title: "P-CSCF forwards in-dialog requests without asking whose dialog it is",
  },
  {
    id: "pcscf/ipsec-notify-on-new-before-sm12",
    requirement: "33.203/7.1/27",
    title: "P-CSCF sends NOTIFY on the new SAs before SM12",
  },
  {
    id: "pcscf/ipsec-pending-sas-stay",
    requirement: "33.203/7.3.1.1/01",
    title: "P-CSCF keeps the SAs of an unanswered challenge",
  },
  {
    id: "pcscf/ipsec-service-after-403",
    requirement: "33.203/7.3.1.1/02",
    title: "P-CSCF serves the new SAs after a wrong response has been refused",
  },
  {
    id: "pcscf/ipsec-mac-failure-removes-old",
    requirement: "33.203/7.3.1.2/01",
    title: "P-CSCF removes the old SAs in place of the new ones when the UE reports a MAC failure",
  },
  {
    id: "pcscf/ipsec-resync-keeps-first-sas",
    requirement: "33.203/7.3.1.3/01",
    title: "P-CSCF goes on with keys and SPIs of the first challenge after a resynchronisation",
  },
  {
    id: "pcscf/ipsec-refuses-restart-on-old",
    requirement: "33.203/7.3.1.4/01",
    title: "P-CSCF discards a REGISTER on the old SA once it has sent SM12",
  },
  {
    id: "pcscf/ipsec-parallel-challenges",
    requirement: "33.203/7.3.1.4/02",
    title: "P-CSCF keeps the SAs of an earlier open challenge beside those of the next",
  },
  {
    id: "pcscf/ipsec-stale-port-entry",
    requirement: "33.203/7.3.1.4/03",
    title: "P-CSCF keeps the UE's client port in its table after the registration SAs have run out",
  },
  {
    id: "pcscf/ipsec-rekeys-in-place",
    requirement: "33.203/7.4.0/01",
    title: "P-CSCF keeps its SPIs and exchanges the keys of the SAs at each challenge",
  },
  {
    id: "pcscf/ipsec-drops-clear-register",
    requirement: "33.203/7.4.0/05",
    title: "P-CSCF drops every packet in the clear from an address that has SAs",
  },
  {
    id: "pcscf/ipsec-layer-keeps-sa",
    requirement: "33.203/7.4.0/07",
    title: "P-CSCF forgets an SA in SIP and leaves it in the IP layer",
  },
  {
    id: "pcscf/ipsec-sm12-under-old-pair",
    requirement: "33.203/7.4.1a/02",
    title: "P-CSCF sends SM12 of a repeated registration under the SA to the old port_uc",
  },
  {
    id: "pcscf/ipsec-sm7-on-old-changes-state",
    requirement: "33.203/7.4.1a/03",
    title: "P-CSCF takes an SM7 on the old SA as valid",
  },
  {
    id: "pcscf/ipsec-service-on-new-before-sm12",
    requirement: "33.203/7.4.1a/04",
    title: "P-CSCF takes requests of any kind on the new SAs from SM6 on",
  },
  {
    id: "pcscf/ipsec-cuts-pending",
    requirement: "33.203/7.4.1a/05",
    title: "P-CSCF deletes the old SAs at SM12, whatever is pending on them",
  },
  {
    id: "pcscf/ipsec-clear-failure-ends-protected",
    requirement: "33.203/7.4.1a/06",
    title: "P-CSCF lets an unprotected MAC failure end a procedure begun under an SA",
  },
  {
    id: "pcscf/ipsec-serves-expired",
    requirement: "33.203/7.4.1a/07",
    title: "P-CSCF relies on the UE not to use SAs whose registration is over",
  },
  {
    id: "pcscf/ipsec-downlink-on-new-at-once",
    requirement: "33.203/7.4.2a/01",
    title: "P-CSCF sends everything on the new SAs as soon as they exist",
  },
  {
    id: "pcscf/ipsec-refresh-on-incomplete",
    requirement: "33.203/7.4.2a/02",
    title: "P-CSCF takes a plain refresh on an SA of an incomplete registration",
  },
  {
    id: "pcscf/ipsec-deregistered-identity-usable",
    requirement: "33.203/7.4.2a/03",
    title: "P-CSCF asserts an IMPU after its deregistration",
  },
  {
    id: "pcscf/ipsec-any-sa-for-sm1",
    requirement: "33.203/7.4.2a/04",
    title: "P-CSCF takes SM1 on any SA",
  },
  {
    id: "pcscf/ipsec-sm6-on-existing-sa",
    requirement: "33.203/7.4.2a/05",
    title: "P-CSCF sends the challenge of an unprotected SM1 on the SA it has",
  },
  {
    id: "pcscf/ipsec-short-registration-sa",
    requirement: "33.203/7.4.2a/06",
    title: "P-CSCF gives a challenge's SAs a fraction of the time that the answer may take",
  },
  {
    id: "pcscf/ipsec-forwards-sm7-from-old",
    requirement: "33.203/7.4.2a/07",
    title: "P-CSCF forwards SM7 from the old SA as protected",
  },
  {
    id: "pcscf/ipsec-sm12-in-clear",
    requirement: "33.203/7.4.2a/08",
    title: "P-CSCF sends the 200 in the clear where SM1 came so",
  },
  {
    id: "pcscf/ipsec-sm12-on-old",
    requirement: "33.203/7.4.2a/08",
    title: "P-CSCF sends SM12 on the old SAs",
  },
  {
    id: "pcscf/ipsec-shortens-lifetime",
    requirement: "33.203/7.4.2a/09",
    title: "P-CSCF sets the end of the new SAs to the new registration's even where the old one is later",
  },
  {
    id: "pcscf/ipsec-lost-ue-keeps-old",
    requirement: "33.203/7.4.2a/10",
    title: "P-CSCF keeps the old SAs after a registration that began in the clear",
  },
  {
    id: "pcscf/ipsec-keeps-oldest",
    requirement: "33.203/7.4.2a/11",
    title: "P-CSCF deletes the set that carried SM1 and keeps an older one",
  },
  {
    id: "pcscf/ipsec-stays-on-old",
    requirement: "33.203/7.4.2a/12",
    title: "P-CSCF goes on sending on the old SAs although the new ones have been used",
  },
  {
    id: "pcscf/ipsec-pending-never-ends",
    requirement: "33.203/7.4.2a/13",
    title: "P-CSCF keeps the old SAs for ever once a transaction was pending on them",
  },
  {
    id: "pcscf/ipsec-lost-after-old-expiry",
    requirement: "33.203/7.4.2a/14",
    title: "P-CSCF does not go over to the new SAs when the old ones run out",
  },
  {
    id: "pcscf/ipsec-failure-in-clear",
    requirement: "33.203/7.4.2a/15",
    title: "P-CSCF sends a refusal in the clear although SM1 was protected",
  },
  {
    id: "pcscf/ipsec-wrong-res-in-clear",
    requirement: "33.203/7.4.2a/15",
    title: "P-CSCF sends the refusal of a wrong response in the clear where SM1 came so",
  },
  {
    id: "pcscf/ipsec-new-sas-survive-failure",
    requirement: "33.203/7.4.2a/16",
    title: "P-CSCF keeps the new SAs after a failure until their time is over, and serves them",
  },
  {
    id: "pcscf/ipsec-refresh-without-extension",
    requirement: "33.203/7.4.2a/17",
    title: "P-CSCF lets SAs end when first planned, in spite of a refresh",
  },
  {
    id: "pcscf/ipsec-expiry-ignored",
    requirement: "33.203/7.4.2a/18",
    title: "P-CSCF never deletes an SA because its lifetime is over",
  },
  {
    id: "pcscf/ipsec-survives-deregistration",
    requirement: "33.203/7.4.2a/19",
    title: "P-CSCF keeps the SAs of an IMPI whose IMPUs are all deregistered",
  },
  {
    id: "pcscf/ipsec-follows-address",
    requirement: "33.203/7.5/01",
    title: "P-CSCF moves an SA to the address that a packet with a valid ICV comes from",
  },
  {
    id: "pcscf/ipsec-answers-lost-sa",
    requirement: "33.203/8.1/02",
    title: "P-CSCF answers an unprotected REGISTER in the SAs that its Contact had",
  },
  {
    id: "pcscf/ipsec-gmac-without-iv",
    requirement: "33.203/H/12",
    title: "P-CSCF computes AES-GMAC without the IV in the authenticated data",
  },
  {
    id: "pcscf/ipsec-short-gcm-tag",
    requirement: "33.203/H/13",
    title: "P-CSCF takes AES-GCM tags cut down to 8 octets",
  },
  {
    id: "pcscf/ipsec-gcm-ivs-per-sa",
    requirement: "33.203/H/13",
    title: "P-CSCF counts the IVs of AES-GCM from zero in every SA, though all have the same key",
  },
  {
    id: "pcscf/ipsec-cbc-chains-ivs",
    requirement: "33.203/H/13",
    title: "P-CSCF takes the last block of the packet before as the next IV of AES-CBC",
  },
  {
    id: "pcscf/ipsec-cbc-counts-ivs",
    requirement: "33.203/H/13",
    title: "P-CSCF counts the IVs of AES-CBC up in place of drawing them",
  },
  {
    id: "pcscf/ipsec-sha1-key-padding",
    requirement: "33.203/I/01",
    title: "P-CSCF fills the last 32 bits of the SHA-1 key with the first word of IK",
  },
  {
    id: "pcscf/ipsec-gmac-key-ck",
    requirement: "33.203/I/02",
    title: "P-CSCF keys AES-GMAC with CK",
  },
  {
    id: "pcscf/ipsec-gmac-salt-high-bits",
    requirement: "33.203/I/03",
    title: "P-CSCF takes the most significant bits of the KDF as the GMAC salt",
  },
  {
    id: "pcscf/ipsec-cbc-key-ik",
    requirement: "33.203/I/04",
    title: "P-CSCF encrypts AES-CBC with IK",
  },
  {
    id: "pcscf/ipsec-gcm-key-ik",
    requirement: "33.203/I/05",
    title: "P-CSCF keys AES-GCM with IK",
  },
  {
    id: "pcscf/ipsec-gcm-salt-of-gmac",
    requirement: "33.203/I/06",
    title: "P-CSCF takes the GMAC salt for AES-GCM",
  },
];
