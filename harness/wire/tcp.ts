/** TCP segments (RFC 9293 3.1). */
import { type AddressPair, internetChecksum, pseudoHeader } from "./checksum.ts";
import { needOctets, WireSyntaxError } from "./errors.ts";
import { buildIp, IP_PROTOCOL } from "./ip.ts";

/** Control bits, to be added up. */
export const TCP_FLAG = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ece: 0x40,
  cwr: 0x80,
} as const;

/** Option kinds (RFC 9293 3.2, RFC 7323, RFC 2018). */
export const TCP_OPTION = {
  end: 0,
  noOperation: 1,
  mss: 2,
  windowScale: 3,
  sackPermitted: 4,
  timestamps: 8,
} as const;

/** An option without its kind and length octets. */
export interface TcpOption {
  readonly kind: number;
  readonly data: Uint8Array;
}

export interface TcpFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** 0 to 2^32-1, as is `acknowledgement`. */
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly flags: number;
  /** Default 65535. */
  readonly window?: number;
  readonly urgent?: number;
  /** Padded to a multiple of four octets; 40 octets at most. */
  readonly options?: readonly TcpOption[];
  readonly payload?: Uint8Array;
}

export interface TcpSegment extends Required<TcpFields> {
  readonly checksum: number;
  /** Whether it is right; undefined where no addresses were given to judge it by. */
  readonly checksumOk: boolean | undefined;
}

/** Header and payload with the checksum that goes with these addresses. */
export function buildTcp(fields: TcpFields, addresses: AddressPair): Uint8Array {
  const options = buildOptions(fields.options ?? []);
  const payload = fields.payload ?? new Uint8Array();
  const headerLength = 20 + options.length;
  const segment = new Uint8Array(headerLength + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, fields.sourcePort);
  view.setUint16(2, fields.destinationPort);
  view.setUint32(4, fields.sequence);
  view.setUint32(8, fields.acknowledgement ?? 0);
  segment[12] = headerLength / 4 << 4;
  segment[13] = fields.flags;
  view.setUint16(14, fields.window ?? 0xffff);
  view.setUint16(18, fields.urgent ?? 0);
  segment.set(options, 20);
  segment.set(payload, headerLength);
  view.setUint16(16, internetChecksum(pseudoHeader(addresses, IP_PROTOCOL.tcp, segment.length), segment));
  return segment;
}

/** A whole IP packet with one TCP segment in it. */
export function buildTcpPacket(fields: TcpFields & AddressPair): Uint8Array {
  const { source, destination } = fields;
  return buildIp({ source, destination, protocol: IP_PROTOCOL.tcp, payload: buildTcp(fields, fields) });
}

/** Takes a segment apart. The octets are all of the IP payload. Throws WireSyntaxError. */
export function parseTcp(bytes: Uint8Array, addresses?: AddressPair): TcpSegment {
  needOctets("TCP header", bytes, 20);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = (view.getUint8(12) >> 4) * 4;
  if (headerLength < 20) {
    throw new WireSyntaxError(`TCP header length is ${headerLength}, needs at least 20`, 12);
  }
  needOctets("TCP header", bytes, headerLength);
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    sequence: view.getUint32(4),
    acknowledgement: view.getUint32(8),
    flags: view.getUint8(13),
    window: view.getUint16(14),
    checksum: view.getUint16(16),
    urgent: view.getUint16(18),
    options: parseOptions(bytes.subarray(20, headerLength)),
    payload: bytes.slice(headerLength),
    checksumOk: addresses &&
      internetChecksum(pseudoHeader(addresses, IP_PROTOCOL.tcp, bytes.length), bytes) === 0,
  };
}

/** The maximum segment size option (RFC 9293 3.7.1). */
export function mssOption(octets: number): TcpOption {
  return { kind: TCP_OPTION.mss, data: Uint8Array.of(octets >> 8, octets & 0xff) };
}

/** The maximum segment size in a list of options; undefined if there is none or it is malformed. */
export function mssOf(options: readonly TcpOption[]): number | undefined {
  const data = options.find((option) => option.kind === TCP_OPTION.mss)?.data;
  return data?.length === 2 ? (data[0] as number) << 8 | (data[1] as number) : undefined;
}

function buildOptions(options: readonly TcpOption[]): Uint8Array {
  const octets = options.flatMap(({ kind, data }) =>
    kind <= TCP_OPTION.noOperation ? [kind] : [kind, 2 + data.length, ...data]
  );
  const padded = octets.length + 3 & ~3;
  if (padded > 40) throw new RangeError(`TCP options have ${padded} octets, need at most 40`);
  const bytes = new Uint8Array(padded);
  bytes.set(octets);
  return bytes;
}

/** Up to the end-of-options mark; no-operations are left out. */
function parseOptions(bytes: Uint8Array): TcpOption[] {
  const options: TcpOption[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at] as number;
    if (kind === TCP_OPTION.end) break;
    if (kind === TCP_OPTION.noOperation) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (length === undefined || length < 2 || at + length > bytes.length) {
      throw new WireSyntaxError(`TCP option "${kind}" has a length that does not fit`, 20 + at);
    }
    options.push({ kind, data: bytes.slice(at + 2, at + length) });
    at += length;
  }
  return options;
}
