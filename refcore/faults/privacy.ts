/** Faults for the suite privacy (TS 33.203 clause 5.3; TR 33.829; the liaison papers of 2001). */
import type { Fault } from "../faults.ts";

export const privacyFaults: readonly Fault[] = [
  {
    id: "pcscf/shows-caller-identity",
    requirement: "33.203/5.3/01",
    title: "P-CSCF shows the caller's P-Asserted-Identity in spite of Privacy: id",
  },
  {
    id: "pcscf/shows-sender-identity",
    requirement: "33.829/8.3.2.4.1/03",
    title: "P-CSCF shows the P-Asserted-Identity of a MESSAGE in spite of Privacy: id",
  },
  {
    id: "pcscf/shows-called-identity",
    requirement: "33.829/9.2/02",
    title: "P-CSCF shows the called user's P-Asserted-Identity in spite of Privacy: id in the response",
  },
  {
    id: "scscf/delivers-to-any-contact-of-impi",
    requirement: "S3-010xxx/LS/03",
    title: "S-CSCF delivers calls to an unregistered IMPU to any contact of the same user",
  },
  {
    id: "pcscf/asserts-unregistered-identity",
    requirement: "S3-010xxx/LS/04",
    title: "P-CSCF asserts an identity that is not registered",
  },
  {
    id: "scscf/forwards-authorization",
    requirement: "S3-010339/s3-010291/02",
    title: "S-CSCF forwards Authorization with the IMPI to the called user",
  },
  {
    id: "pcscf/keeps-display-name",
    requirement: "S3-010339/hiding-1/02",
    title: "P-CSCF leaves the display name in From in spite of Privacy: user",
  },
  {
    id: "pcscf/keeps-private-contact",
    requirement: "S3-010339/hiding-1/04",
    title: "P-CSCF leaves the Contact in spite of Privacy: header",
  },
  {
    id: "pcscf/hides-in-spite-of-none",
    requirement: "S3-010339/hiding-1/05",
    title: "P-CSCF hides the caller's identity in spite of Privacy: none",
  },
  {
    id: "pcscf/unknown-privacy-is-none",
    requirement: "S3-010xxx/LS/16",
    title: "An unknown privacy value makes the network show the caller",
  },
  {
    id: "ibcf/shows-charging-functions",
    requirement: "33.203/5.1.1/03",
    title: "IBCF tells other networks where the home network's charging functions are",
  },
  {
    id: "ibcf/trusts-whoever-has-tls",
    requirement: "33.203/5.4/01",
    title: "IBCF trusts every network that it has TLS with, agreement or not",
  },
  {
    id: "ibcf/shows-private-identity",
    requirement: "33.203/5.4/02",
    title:
      "IBCF leaves P-Asserted-Identity in requests with Privacy: id that go to a network it does not trust",
  },
  {
    id: "ibcf/believes-untrusted-assertion",
    requirement: "33.203/5.4/03",
    title: "IBCF leaves the P-Asserted-Identity that a network has written which it does not trust",
  },
  {
    id: "ibcf/drops-privacy-of-partner",
    requirement: "33.203/5.4/04",
    title: "IBCF removes the Privacy header field of a network that it trusts",
  },
  {
    id: "ibcf/trusts-nobody",
    requirement: "33.203/5.4/05",
    title: "IBCF takes every network for one that it does not trust",
  },
  {
    id: "scscf/records-private-identity",
    requirement: "S3-010339/s3-010291/01",
    title: "S-CSCF writes the private identity into its Record-Route",
  },
  {
    id: "pcscf/passes-remote-party-id",
    requirement: "S3-010339/hiding-1/06",
    title: "P-CSCF leaves the Remote-Party-ID that a UE has written",
  },
  {
    id: "pcscf/shows-charging-functions",
    requirement: "33.203/5.1.1/03",
    title: "P-CSCF tells the UE in the 200 where the home network's charging functions are",
  },
  {
    id: "ibcf/trusts-clear-partner",
    requirement: "33.203/5.4/01",
    title: "IBCF believes what comes in the clear from a partner's address",
  },
];
