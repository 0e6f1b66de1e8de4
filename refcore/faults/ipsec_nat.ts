/** Faults for the suite ipsec-nat (TS 33.203 Annexes M and P, clause 6.3). */
import type { Fault } from "../faults.ts";

export const ipsecNatFaults: readonly Fault[] = [
  {
    id: "pcscf/nat-trans-behind-nat",
    requirement: "33.203/6.3/02",
    title: "P-CSCF answers mod=trans to a UE that is behind a NAT",
  },
  {
    id: "pcscf/nat-ignores-unknown-mode",
    requirement: "33.203/H/10",
    title: "P-CSCF reads a mod that it does not know as transport mode",
  },
  {
    id: "pcscf/nat-default-mode-tunnel",
    requirement: "33.203/H/10",
    title: "P-CSCF reads a missing mod as tunnel mode",
  },
  {
    id: "pcscf/nat-null-cipher",
    requirement: "33.203/M.6.2/01",
    title: "P-CSCF sends with NULL encryption in UDP although a cipher was agreed",
  },
  {
    id: "pcscf/nat-sends-dummies",
    requirement: "33.203/M.6.2/02",
    title: "P-CSCF sends a dummy packet after each message in a tunnel",
  },
  {
    id: "pcscf/nat-accepts-wrong-icv",
    requirement: "33.203/M.6.3/01",
    title: "P-CSCF does not verify the ICV of what comes on UDP port 4500",
  },
  {
    id: "pcscf/nat-accepts-replay",
    requirement: "33.203/M.6.3/02",
    title: "P-CSCF has no replay window for UDP-encapsulated SAs",
  },
  {
    id: "pcscf/nat-native",
    requirement: "33.203/M.7.1/01",
    title: "P-CSCF answers mod=trans whatever Via and source say",
  },
  {
    id: "pcscf/nat-encapsulates-always",
    requirement: "33.203/M.7.1/02",
    title: "P-CSCF chooses UDP encapsulation although there is no NAT",
  },
  {
    id: "pcscf/nat-any-inner-address",
    requirement: "33.203/M.7.1/03",
    title: "P-CSCF takes any inner address that comes on a valid SA",
  },
  {
    id: "pcscf/nat-private-inner-address",
    requirement: "33.203/M.7.1/04",
    title: "P-CSCF sends to the private address of SM1's Via as the inner destination",
  },
  {
    id: "pcscf/nat-private-inner-source",
    requirement: "33.203/M.7.1/05",
    title: "P-CSCF takes the private address of SM1's Via as an inner source",
  },
  {
    id: "pcscf/nat-inner-udp-only",
    requirement: "33.203/M.7.1/06",
    title: "P-CSCF takes no TCP out of the tunnel",
  },
  {
    id: "pcscf/nat-tcp-outside-tunnel",
    requirement: "33.203/M.7.1/07",
    title: "P-CSCF opens TCP connections to the UE outside the tunnel",
  },
  {
    id: "pcscf/nat-clear-on-protected-port",
    requirement: "33.203/M.7.1/08",
    title: "P-CSCF takes what comes in the clear to a protected port of a UE behind a NAT",
  },
  {
    id: "pcscf/nat-other-source-address",
    requirement: "33.203/M.7.1/09",
    title: "P-CSCF sends encapsulated packets from another address than the UE talks to",
  },
  {
    id: "pcscf/nat-keeps-to-first-port",
    requirement: "33.203/M.7.1/10",
    title: "P-CSCF drops encapsulated packets from another port than that of SM7",
  },
  {
    id: "pcscf/nat-source-port-4500-only",
    requirement: "33.203/M.7.1/13",
    title: "P-CSCF drops encapsulated packets whose source port is not 4500",
  },
  {
    id: "pcscf/nat-downlink-to-4500",
    requirement: "33.203/M.7.1/14",
    title: "P-CSCF sends to port 4500 in place of the port that it has seen",
  },
  {
    id: "pcscf/nat-learns-before-icv",
    requirement: "33.203/M.7.1/15",
    title: "P-CSCF learns the UE's port before it has verified the packet",
  },
  {
    id: "pcscf/nat-sip-behind-marker",
    requirement: "33.203/M.7.1/16",
    title: "P-CSCF takes SIP that follows the non-ESP marker",
  },
  {
    id: "pcscf/nat-foreign-via",
    requirement: "33.203/M.7.1/18",
    title: "P-CSCF takes a protected REGISTER whose Via names another address",
  },
  {
    id: "pcscf/nat-overwrites-client-port",
    requirement: "33.203/M.7.1/19",
    title: "P-CSCF lets a second UE behind the same address take a client port in use",
  },
  {
    id: "pcscf/nat-overwrites-server-port",
    requirement: "33.203/M.7.1/20",
    title: "P-CSCF lets a second UE behind the same address take a server port in use",
  },
  {
    id: "pcscf/nat-server-port-unchecked-when-protected",
    requirement: "33.203/M.7.1/21",
    title: "P-CSCF does not check the server port of a protected REGISTER",
  },
  {
    id: "pcscf/nat-drops-collision",
    requirement: "33.203/M.7.1/22",
    title: "P-CSCF drops a REGISTER with a port that is taken without an answer",
  },
  {
    id: "pcscf/nat-user-by-address",
    requirement: "33.203/M.7.1/24",
    title: "P-CSCF knows its users by their public address alone",
  },
  {
    id: "pcscf/nat-sm6-to-via",
    requirement: "33.203/M.7.2/01",
    title: "P-CSCF sends the 401 to the address and port in the Via",
  },
  {
    id: "pcscf/nat-rewrites-contact",
    requirement: "33.203/M.7.2/02",
    title: "P-CSCF writes source address and port into the Contact of tunnelled messages",
  },
  {
    id: "pcscf/nat-private-sdp",
    requirement: "33.203/M.7.2/03",
    title: "P-CSCF forwards the private address in the SDP of a tunnelled INVITE",
  },
  {
    id: "pcscf/nat-unoffered-mode",
    requirement: "33.203/M.7.2/04",
    title: "P-CSCF answers mod=UDP-enc-tun to a UE that offered only mod=trans",
  },
  {
    id: "pcscf/nat-trusts-received",
    requirement: "33.203/M.7.2/05",
    title: "P-CSCF believes the received parameter that a UE wrote",
  },
  {
    id: "pcscf/nat-answers-without-traversal",
    requirement: "33.203/M.7.2/06",
    title: "P-CSCF refuses an SM1 behind a NAT without UDP-enc-tun in place of dropping it",
  },
  {
    id: "pcscf/nat-any-name-matches",
    requirement: "33.203/M.7.2/07",
    title: "P-CSCF takes any host name in the Via as the source's",
  },
  {
    id: "pcscf/nat-spi-per-alternative",
    requirement: "33.203/M.7.2/08",
    title: "P-CSCF names other SPIs in each alternative of Security-Server",
  },
  {
    id: "pcscf/nat-prefers-null",
    requirement: "33.203/M.7.2/09",
    title: "P-CSCF ranks NULL encryption highest",
  },
  {
    id: "pcscf/nat-omits-mode",
    requirement: "33.203/M.7.2/10",
    title: "P-CSCF leaves mod out of Security-Server behind a NAT",
  },
  {
    id: "pcscf/nat-takes-transport-mode",
    requirement: "33.203/P.3/04",
    title: "P-CSCF takes transport mode in UDP where tunnel mode was selected",
  },
  {
    id: "pcscf/nat-accepts-other-protection",
    requirement: "33.203/M.7.2/12",
    title: "P-CSCF completes a registration behind a NAT on an SM7 in the clear",
  },
  {
    id: "pcscf/nat-routes-by-contact",
    requirement: "33.203/M.7.2/13",
    title: "P-CSCF sends terminating requests to the Contact whatever it names",
  },
  {
    id: "pcscf/nat-answers-keep-alive",
    requirement: "33.203/M.7.2/14",
    title: "P-CSCF tears the SAs down when a keep-alive comes",
  },
  {
    id: "pcscf/nat-forgets-port",
    requirement: "33.203/M.7.2/15",
    title: "P-CSCF forgets the UE's public port after a while without SIP",
  },
  {
    id: "pcscf/nat-port-for-one-pair",
    requirement: "33.203/M.7.2/16",
    title: "P-CSCF learns the UE's port for the pair alone that carried SM7",
  },
  {
    id: "pcscf/nat-verify-without-mode",
    requirement: "33.203/M.7.2/17",
    title: "P-CSCF does not compare mod in Security-Verify",
  },
  {
    id: "pcscf/nat-sas-without-traversal",
    requirement: "33.203/M.7.3.2.4/01",
    title: "P-CSCF creates SAs in transport mode for a UE behind a NAT that offers nothing else",
  },
  {
    id: "pcscf/nat-falls-back-to-trans",
    requirement: "33.203/M.7.3.2.4/02",
    title: "P-CSCF without NAT traversal answers mod=trans to a UE behind a NAT",
  },
  {
    id: "pcscf/nat-own-port-collides",
    requirement: "33.203/M.7.4.0/01",
    title: "P-CSCF takes a tunnelled re-registration as a collision with itself",
  },
  {
    id: "pcscf/nat-mode-change-at-sm7",
    requirement: "33.203/M.7.4.1a/01",
    title: "P-CSCF takes SM7 of a tunnelled re-registration in transport mode",
  },
  {
    id: "pcscf/nat-forgets-mode",
    requirement: "33.203/M.7.4.2a/01",
    title: "P-CSCF goes over to mod=trans at a tunnelled re-registration",
  },
  {
    id: "pcscf/nat-keeps-old-tunnel",
    requirement: "33.203/M.7.4.2a/02",
    title: "P-CSCF keeps the old tunnel's SAs after an unprotected registration from elsewhere",
  },
  {
    id: "pcscf/nat-mode-by-preference",
    requirement: "33.203/P.3/04",
    title: "P-CSCF selects mod=trans over mod=UDP-enc-tun behind a NAT",
  },
];
