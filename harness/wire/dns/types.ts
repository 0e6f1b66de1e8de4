/**
 * What a DNS message consists of. Names are text without the final dot, "" is the root; a dot or backslash inside a
 * label is written `\.` and `\\`, an octet that is not printable as `\DDD` (RFC 1035 5.1).
 */

export interface DnsMessage {
  /** 16 bits. */
  readonly id: number;
  readonly response: boolean;
  /** 0: a standard query. Default 0. */
  readonly opcode?: number;
  readonly authoritative?: boolean;
  /** TC: what is missing is to be asked for over TCP (RFC 7766 5). */
  readonly truncated?: boolean;
  readonly recursionDesired?: boolean;
  readonly recursionAvailable?: boolean;
  /** DNS_RCODE; the four bits of the header. Default 0. */
  readonly rcode?: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers?: readonly DnsRecord[];
  readonly authorities?: readonly DnsRecord[];
  readonly additionals?: readonly DnsRecord[];
}

export interface DnsQuestion {
  readonly name: string;
  /** A number for a type that has no name here. */
  readonly type: DnsTypeName | number;
  /** Default IN. */
  readonly class?: number;
}

export type DnsRecord = DnsRecordData & {
  readonly name: string;
  /** Seconds, 32 bits. */
  readonly ttl: number;
  /** Default IN. */
  readonly class?: number;
};

/** What a record says, by its type. */
export type DnsRecordData =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME" | "NS"; readonly target: string }
  | DnsSrv
  | DnsNaptr
  | { readonly type: number; readonly data: Uint8Array };

/** RFC 2782. A target of "" says that the service is not there at all. */
export interface DnsSrv {
  readonly type: "SRV";
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** RFC 3403 4.1. Strings have one character per octet. */
export interface DnsNaptr {
  readonly type: "NAPTR";
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly services: string;
  readonly regexp: string;
  readonly replacement: string;
}

export const DNS_CLASS_IN = 1;

/** RFC 1035 3.2.2, RFC 3596, RFC 2782, RFC 3403. */
export const DNS_TYPE = { A: 1, NS: 2, CNAME: 5, AAAA: 28, SRV: 33, NAPTR: 35 } as const;
export type DnsTypeName = keyof typeof DNS_TYPE;

/** RFC 1035 4.1.1. */
export const DNS_RCODE = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
} as const;

export function dnsTypeNumber(type: DnsTypeName | number): number {
  return typeof type === "number" ? type : DNS_TYPE[type];
}

/** The name of a type, its number where it has none here. */
export function dnsType(number: number): DnsTypeName | number {
  return NAMES.get(number) ?? number;
}

const NAMES: ReadonlyMap<number, DnsTypeName> = new Map(
  Object.entries(DNS_TYPE).map(([name, number]) => [number, name as DnsTypeName]),
);

/** Of the flags word (RFC 1035 4.1.1). */
export const FLAG = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
} as const;
