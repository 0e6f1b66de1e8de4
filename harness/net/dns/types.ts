/** Where a SIP URI leads (RFC 3263), as its users see it. */
import type { DnsRecord } from "../../wire/dns.ts";
import type { Clock, Endpoint, Tap } from "../types.ts";

export interface LocateOptions {
  /** The one name server that is asked. */
  readonly resolver: Endpoint;
  readonly clock: Clock;
  readonly random: DnsRandom;
  readonly tap?: Tap;
  /** To ask from; port 0 takes any. Default: any address of the resolver's family. */
  readonly local?: Endpoint;
  /** What the asker speaks, best first: what else the records offer is passed over. Default: tls, tcp, udp. */
  readonly transports?: readonly SipTransport[];
  /** Milliseconds until a question is asked again, and how often it is asked. Default 500, 3. */
  readonly retryMs?: number;
  readonly tries?: number;
}

export interface DnsRandom {
  /** From 0, less than `below`. */
  integer(below: number): number;
}

export type SipTransport = "tls" | "tcp" | "udp";

export interface SipTarget {
  readonly transport: SipTransport;
  readonly address: string;
  readonly port: number;
  /** What a certificate there has to be for: the host of the URI (RFC 5922 4). */
  readonly name: string;
}

export interface Located {
  /** In the order in which they are to be tried. */
  readonly targets: readonly SipTarget[];
  /** What was asked, and what came. */
  readonly questions: readonly DnsAnswer[];
  /** All records that came, in the order in which they came. */
  readonly records: readonly DnsRecord[];
}

export interface DnsAnswer {
  readonly name: string;
  readonly type: "A" | "AAAA" | "SRV" | "NAPTR";
  /** DNS_RCODE: noError or nameError. */
  readonly rcode: number;
  /** All of the answer section, aliases too. */
  readonly records: readonly DnsRecord[];
}

/** Asks one question. Rejects with EnvironmentError where no answer comes, or one that says "I cannot". */
export type Ask = (name: string, type: DnsAnswer["type"]) => Promise<DnsAnswer>;
