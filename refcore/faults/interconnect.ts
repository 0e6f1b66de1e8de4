/** Faults for the suite interconnect, and for what the suite tls has of TS 33.203 6.5: the border to other networks. */
import type { Fault } from "../faults.ts";

export const interconnectFaults: readonly Fault[] = [
  {
    id: "icscf/answers-clear-sip",
    requirement: "33.203/4/04",
    title: "I-CSCF answers SIP that comes in the clear from outside",
  },
  {
    id: "ibcf/trusts-source-address",
    requirement: "33.203/5.1.4/05",
    title: "IBCF takes a TLS connection without certificate for a partner's by its source address",
  },
  {
    id: "ibcf/publishes-no-sips",
    requirement: "33.203/6.5/01",
    title: "DNS of the home network leads to UDP in place of TLS",
  },
  {
    id: "ibcf/accepts-null-suite",
    requirement: "33.203/6.5/01",
    title: "IBCF accepts a suite without encryption, with an ECDSA certificate",
  },
  {
    id: "ibcf/accepts-any-partner-name",
    requirement: "33.203/6.5/02",
    title: "IBCF asks for a client certificate and accepts any name in it",
  },
  {
    id: "ibcf/accepts-unknown-issuer",
    requirement: "33.203/6.5/02",
    title: "IBCF accepts a client certificate with a partner's name, whoever issued it",
  },
  {
    id: "ibcf/accepts-expired-partner",
    requirement: "33.203/6.5/02",
    title: "IBCF accepts a partner's client certificate that has expired",
  },
  {
    id: "ibcf/accepts-any-server-name",
    requirement: "33.203/6.5/03",
    title: "IBCF sends requests to a server whose certificate has another name than the partner's",
  },
  {
    id: "ibcf/accepts-any-server-chain",
    requirement: "33.203/6.5/03",
    title: "IBCF sends requests to a server with a self-signed certificate in the partner's name",
  },
  {
    id: "ibcf/takes-common-name",
    requirement: "33.203/6.5/03",
    title: "IBCF takes the common name of a server's certificate for its domain",
  },
  {
    id: "ibcf/closes-after-bye",
    requirement: "33.203/6.5/04",
    title: "IBCF closes the TLS connection after the first BYE on it",
  },
  {
    id: "ibcf/one-dialog-per-connection",
    requirement: "33.203/6.5/04",
    title: "IBCF refuses a second dialog on a TLS connection while one lasts",
  },
  {
    id: "ibcf/never-opens",
    requirement: "33.203/6.5/04",
    title: "IBCF opens no TLS connection, and calls partners only on theirs",
  },
  {
    id: "ibcf/answers-clear-partner",
    requirement: "33.203/S.5.2/01",
    title: "IBCF serves SIP that comes in the clear from a partner's address",
  },
  {
    id: "ibcf/accepts-old-versions",
    requirement: "33.203/S.5.4.3/01",
    title: "IBCF accepts TLS 1.0 and 1.1",
  },
  {
    id: "ibcf/accepts-null-sha",
    requirement: "33.203/S.5.4.3/01",
    title: "IBCF accepts TLS_RSA_WITH_NULL_SHA",
  },
  {
    id: "ibcf/follows-client-order",
    requirement: "33.203/S.5.4.3/01",
    title: "IBCF takes the first suite of the client that it knows, without AES or forward secrecy",
  },
  {
    id: "pcscf/keeps-path-of-ue",
    requirement: "S3-010339/register-7-1/01",
    title: "P-CSCF leaves the Path that the UE has written below its own",
  },
  {
    id: "pcscf/adds-no-path",
    requirement: "S3-010339/register-7-1/01",
    title: "P-CSCF forwards REGISTER without a Path of its own",
  },
  {
    id: "pcscf/requires-no-path",
    requirement: "S3-010339/register-7-1/01",
    title: "P-CSCF adds Path to REGISTER without requiring that the home network heeds it",
  },
  {
    id: "ibcf/expired-certificate",
    requirement: "33.203/S.5.4.3/02",
    title: "IBCF shows a certificate that has expired, as a server and as a client",
  },
  {
    id: "ibcf/requests-no-certificate",
    requirement: "33.203/S.5.4.3/02",
    title: "IBCF asks no client for a certificate",
  },
  {
    id: "ibcf/shows-no-certificate",
    requirement: "33.203/S.5.4.3/02",
    title: "IBCF shows no certificate to the server that it connects to",
  },
  {
    id: "ibcf/falls-back-to-tcp",
    requirement: "33.203/J/03",
    title: "IBCF sends a request over TCP when TLS to the partner fails",
  },
  {
    id: "ibcf/answers-clear-sip",
    requirement: "S3-010339/s3-010291/05",
    title: "IBCF answers OPTIONS that come in the clear, from whatever source",
  },
];
