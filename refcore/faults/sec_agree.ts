/** Faults for the suite sec-agree (TS 33.203 clauses 7.1 to 7.4, Annexes H, O, P and S; RFC 3329). */
import type { Fault } from "../faults.ts";

export const secAgreeFaults: readonly Fault[] = [
  {
    id: "pcscf/sec-agree-never-encrypts",
    requirement: "33.203/5.1.3/01",
    title: "P-CSCF answers every offer with ealg=null",
  },
  {
    id: "pcscf/sec-agree-unoffered-cipher",
    requirement: "33.203/5.1.3/02",
    title: "P-CSCF encrypts with aes-cbc although the UE did not offer it",
  },
  {
    id: "pcscf/sec-agree-accepts-3des",
    requirement: "33.203/7.1/01",
    title: "P-CSCF accepts des-ede3-cbc where nothing else is offered",
  },
  {
    id: "pcscf/sec-agree-accepts-md5",
    requirement: "33.203/7.1/02",
    title: "P-CSCF accepts hmac-md5-96 where nothing else is offered",
  },
  {
    id: "pcscf/sec-agree-disabled-algorithm-works",
    requirement: "33.203/7.1/03",
    title: "P-CSCF hides a disabled algorithm and accepts it all the same",
  },
  {
    id: "pcscf/sec-agree-spi-like-ue",
    requirement: "33.203/7.1/05",
    title: "P-CSCF counts its SPIs up without comparing them with the UE's",
  },
  {
    id: "pcscf/sec-agree-standard-port",
    requirement: "33.203/7.1/10",
    title: "P-CSCF announces 5060 as port-s",
  },
  {
    id: "pcscf/sec-agree-no-port-check",
    requirement: "33.203/7.1/21",
    title: "P-CSCF lets new SAs overwrite an entry with the same address and client port",
  },
  {
    id: "pcscf/sec-agree-standard-ue-port",
    requirement: "33.203/7.1/15",
    title: "P-CSCF takes 5060 as a protected port of the UE",
  },
  {
    id: "pcscf/sec-agree-optional",
    requirement: "33.203/7.2/01",
    title: "P-CSCF goes on without IPsec where Security-Client is missing",
  },
  {
    id: "pcscf/sec-agree-mixes-entries",
    requirement: "33.203/7.2/02",
    title: "P-CSCF takes spi-c from the first entry and spi-s from the last",
  },
  {
    id: "pcscf/sec-agree-by-source-address",
    requirement: "33.203/7.2/03",
    title: "P-CSCF keeps what SM1 said by source address alone",
  },
  {
    id: "pcscf/sec-agree-compares-first-entry",
    requirement: "33.203/7.2/04",
    title: "P-CSCF compares its SPIs with the first entry of Security-Client alone",
  },
  {
    id: "pcscf/sec-agree-follows-ue-preference",
    requirement: "33.203/7.2/05",
    title: "P-CSCF follows the q values of the UE",
  },
  {
    id: "pcscf/sec-agree-reorders-list",
    requirement: "33.203/7.2/05",
    title: "P-CSCF lists its algorithms in the order in which the UE has offered them",
  },
  {
    id: "pcscf/sec-agree-null-under-mandatory",
    requirement: "33.203/7.2/06",
    title: "P-CSCF goes on with NULL encryption although it must encrypt",
  },
  {
    id: "pcscf/sec-agree-lists-intersection",
    requirement: "33.203/7.2/07",
    title: "P-CSCF lists in Security-Server only what the UE has offered",
  },
  {
    id: "pcscf/sec-agree-lists-unused-cipher",
    requirement: "33.203/7.2/08",
    title: "P-CSCF lists aes-cbc although it never encrypts",
  },
  {
    id: "pcscf/sec-agree-hides-ciphers",
    requirement: "33.203/7.2/09",
    title: "P-CSCF leaves ealg out of SM6 when SM1 had none",
  },
  {
    id: "pcscf/sec-agree-tries-all-algorithms",
    requirement: "33.203/7.2/10",
    title: "P-CSCF tries every algorithm it listed until an ICV fits",
  },
  {
    id: "pcscf/sec-agree-clear-sm7",
    requirement: "33.203/7.2/11",
    title: "P-CSCF takes an SM7 in the clear as protected when its Security-Verify matches",
  },
  {
    id: "pcscf/sec-agree-missing-verify",
    requirement: "33.203/7.2/12",
    title: "P-CSCF takes a missing Security-Verify as a matching one",
  },
  {
    id: "pcscf/sec-agree-verifies-algorithms-only",
    requirement: "33.203/7.2/13",
    title: "P-CSCF compares neither SPIs nor ports of Security-Verify",
  },
  {
    id: "pcscf/sec-agree-moves-ue-port",
    requirement: "33.203/7.2/14",
    title: "P-CSCF takes over the ports and SPIs of the second Security-Client",
  },
  {
    id: "pcscf/sec-agree-server-in-200",
    requirement: "33.203/7.2/16",
    title: "P-CSCF repeats Security-Server in the 200",
  },
  {
    id: "pcscf/sec-agree-challenges-unacceptable",
    requirement: "33.203/7.3.2.1/01",
    title: "P-CSCF answers 401 with its own list although nothing is in common",
  },
  {
    id: "pcscf/sec-agree-half-open-blocks",
    requirement: "33.203/7.3.2.2/01",
    title: "P-CSCF refuses an IMPI that has left a challenge open",
  },
  {
    id: "pcscf/sec-agree-verifies-choice-only",
    requirement: "33.203/7.3.2.3/01",
    title: "P-CSCF only looks for the chosen algorithms in Security-Verify",
  },
  {
    id: "pcscf/sec-agree-new-server-port",
    requirement: "33.203/7.4.0/02",
    title: "P-CSCF takes another port_ps at each challenge",
  },
  {
    id: "pcscf/sec-agree-constant-client-port",
    requirement: "33.203/7.4.0/03",
    title: "P-CSCF has one port_pc for all generations of SAs",
  },
  {
    id: "pcscf/sec-agree-one-header-line",
    requirement: "33.203/H/01",
    title: "P-CSCF reads nothing but the first line of Security-Client",
  },
  {
    id: "pcscf/sec-agree-lists-withdrawn",
    requirement: "33.203/H/02",
    title: "P-CSCF lists des-ede3-cbc and hmac-md5-96",
  },
  {
    id: "pcscf/sec-agree-truncates-spi",
    requirement: "33.203/H/03",
    title: "P-CSCF keeps the last 32 bits of an SPI that is too large",
  },
  {
    id: "pcscf/sec-agree-signed-spi",
    requirement: "33.203/H/03",
    title: "P-CSCF reads SPIs as signed 32-bit numbers",
  },
  {
    id: "pcscf/sec-agree-overwrites-client",
    requirement: "33.203/H/04",
    title: "P-CSCF compares the second Security-Client with nothing but SPIs and ports",
  },
  {
    id: "pcscf/sec-agree-missing-client",
    requirement: "33.203/H/05",
    title: "P-CSCF compares nothing where SM7 has no Security-Client",
  },
  {
    id: "pcscf/sec-agree-default-alg",
    requirement: "33.203/H/07",
    title: "P-CSCF reads a missing alg as hmac-sha-1-96",
  },
  {
    id: "pcscf/sec-agree-null-null",
    requirement: "33.203/H/08",
    title: "P-CSCF agrees on alg=null with ealg=null",
  },
  {
    id: "pcscf/sec-agree-accepts-ah",
    requirement: "33.203/H/09",
    title: "P-CSCF accepts prot=ah",
  },
  {
    id: "pcscf/sec-agree-default-ealg-cbc",
    requirement: "33.203/H/11",
    title: "P-CSCF reads a missing ealg as aes-cbc",
  },
  {
    id: "pcscf/sec-agree-proceeds-unprotected",
    requirement: "33.203/O.3.2/01",
    title: "P-CSCF ignores a proposal it cannot accept and goes on without protection",
  },
  {
    id: "pcscf/sec-agree-first-mechanism",
    requirement: "33.203/P.3/02",
    title: "P-CSCF takes the first entry of the UE's list",
  },
  {
    id: "pcscf/sec-agree-refused-on-3gpp2",
    requirement: "33.203/S.3/01",
    title: "P-CSCF has no security agreement for 3GPP2 access and registers in the clear",
  },
];
