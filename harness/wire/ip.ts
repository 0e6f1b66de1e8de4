/** IPv4 (RFC 791) and IPv6 (RFC 8200) headers. */
import { addressVersion, formatAddress, parseAddress } from "./address.ts";
import { internetChecksum } from "./checksum.ts";
import { needOctets, WireSyntaxError } from "./errors.ts";

/** Protocol numbers we speak of (IANA "Assigned Internet Protocol Numbers"). */
export const IP_PROTOCOL = {
  hopByHop: 0,
  icmp: 1,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  esp: 50,
  icmpv6: 58,
  none: 59,
  destinationOptions: 60,
} as const;

export interface IpFields {
  readonly source: string;
  readonly destination: string;
  /** Protocol number of the payload: behind all extension headers, if there are any. */
  readonly protocol: number;
  readonly payload: Uint8Array;
  /** TTL or hop limit, default 64. */
  readonly hopLimit?: number;
  /** Type of service or traffic class, default 0. */
  readonly trafficClass?: number;
  /** IPv4 only, default 0 with "don't fragment" set (RFC 6864 4.1). */
  readonly identification?: number;
  readonly dontFragment?: boolean;
}

export interface IpPacket extends Required<IpFields> {
  readonly version: 4 | 6;
  /** Octets before the payload, extension headers included. */
  readonly headerLength: number;
  /** IPv4: whether the header checksum is right. Always true for IPv6, which has none. */
  readonly checksumOk: boolean;
  /** Present when this is a fragment; the payload is then only a part. `offset` in octets. */
  readonly fragment?: { readonly offset: number; readonly more: boolean; readonly identification: number };
}

/** A whole packet, IPv4 or IPv6 by its addresses. Throws RangeError if it gets too long. */
export function buildIp(fields: IpFields): Uint8Array {
  const version = addressVersion(fields.source);
  if (addressVersion(fields.destination) !== version) {
    throw new RangeError(
      `source "${fields.source}" and destination "${fields.destination}" differ in version`,
    );
  }
  return version === 4 ? buildV4(fields) : buildV6(fields);
}

/**
 * Takes a packet apart; octets behind its own length (link-layer padding) are dropped. IPv4 options and IPv6
 * extension headers are skipped. Throws WireSyntaxError.
 */
export function parseIp(bytes: Uint8Array): IpPacket {
  needOctets("IP packet", bytes, 1);
  const version = (bytes[0] as number) >> 4;
  if (version === 4) return parseV4(bytes);
  if (version === 6) return parseV6(bytes);
  throw new WireSyntaxError(`IP version is "${version}", needs 4 or 6`, 0);
}

const DEFAULT_HOP_LIMIT = 64;

function buildV4(fields: IpFields): Uint8Array {
  const length = 20 + fields.payload.length;
  if (length > 0xffff) throw new RangeError(`IPv4 packet has ${length} octets, needs at most 65535`);
  const packet = new Uint8Array(length);
  const view = new DataView(packet.buffer);
  packet[0] = 0x45;
  packet[1] = fields.trafficClass ?? 0;
  view.setUint16(2, length);
  view.setUint16(4, fields.identification ?? 0);
  view.setUint16(6, fields.dontFragment ?? true ? V4_DONT_FRAGMENT : 0);
  packet[8] = fields.hopLimit ?? DEFAULT_HOP_LIMIT;
  packet[9] = fields.protocol;
  packet.set(parseAddress(fields.source), 12);
  packet.set(parseAddress(fields.destination), 16);
  view.setUint16(10, internetChecksum(packet.subarray(0, 20)));
  packet.set(fields.payload, 20);
  return packet;
}

function buildV6(fields: IpFields): Uint8Array {
  if (fields.payload.length > 0xffff) {
    throw new RangeError(`IPv6 payload has ${fields.payload.length} octets, needs at most 65535`);
  }
  const packet = new Uint8Array(40 + fields.payload.length);
  const view = new DataView(packet.buffer);
  view.setUint32(0, 0x60000000 | (fields.trafficClass ?? 0) << 20);
  view.setUint16(4, fields.payload.length);
  packet[6] = fields.protocol;
  packet[7] = fields.hopLimit ?? DEFAULT_HOP_LIMIT;
  packet.set(parseAddress(fields.source), 8);
  packet.set(parseAddress(fields.destination), 24);
  packet.set(fields.payload, 40);
  return packet;
}

// RFC 791 3.1, flags and fragment offset.
const V4_DONT_FRAGMENT = 0x4000;
const V4_MORE_FRAGMENTS = 0x2000;
const V4_OFFSET = 0x1fff;

function parseV4(bytes: Uint8Array): IpPacket {
  needOctets("IPv4 header", bytes, 20);
  const view = viewOf(bytes);
  const headerLength = (view.getUint8(0) & 0x0f) * 4;
  if (headerLength < 20) {
    throw new WireSyntaxError(`IPv4 header length is ${headerLength}, needs 20 or more`, 0);
  }
  needOctets("IPv4 header", bytes, headerLength);
  const length = view.getUint16(2);
  if (length < headerLength) {
    throw new WireSyntaxError(`IPv4 total length is ${length}, needs at least ${headerLength}`, 2);
  }
  needOctets("IPv4 packet", bytes, length);
  const flags = view.getUint16(6);
  const offset = (flags & V4_OFFSET) * 8;
  const more = (flags & V4_MORE_FRAGMENTS) !== 0;
  const identification = view.getUint16(4);
  return {
    version: 4,
    source: formatAddress(bytes.subarray(12, 16)),
    destination: formatAddress(bytes.subarray(16, 20)),
    protocol: view.getUint8(9),
    payload: bytes.slice(headerLength, length),
    hopLimit: view.getUint8(8),
    trafficClass: view.getUint8(1),
    identification,
    dontFragment: (flags & V4_DONT_FRAGMENT) !== 0,
    headerLength,
    checksumOk: internetChecksum(bytes.subarray(0, headerLength)) === 0,
    ...(more || offset > 0 ? { fragment: { offset, more, identification } } : {}),
  };
}

function parseV6(bytes: Uint8Array): IpPacket {
  needOctets("IPv6 header", bytes, 40);
  const view = viewOf(bytes);
  const length = 40 + view.getUint16(4);
  needOctets("IPv6 packet", bytes, length);
  let protocol = view.getUint8(6);
  let at = 40;
  let fragment: IpPacket["fragment"];
  // RFC 8200 4: all but the fragment header begin with next header and length in units of 8 octets beyond the first.
  while (EXTENSIONS.has(protocol) && !(fragment && fragment.offset > 0)) {
    if (at + 8 > length) throw new WireSyntaxError("IPv6 extension header is cut off", at);
    if (protocol === IP_PROTOCOL.fragment) {
      const word = view.getUint16(at + 2);
      fragment = { offset: word & 0xfff8, more: (word & 1) !== 0, identification: view.getUint32(at + 4) };
    }
    const size = protocol === IP_PROTOCOL.fragment ? 8 : 8 + 8 * view.getUint8(at + 1);
    if (at + size > length) throw new WireSyntaxError("IPv6 extension header is cut off", at);
    protocol = view.getUint8(at);
    at += size;
  }
  return {
    version: 6,
    source: formatAddress(bytes.subarray(8, 24)),
    destination: formatAddress(bytes.subarray(24, 40)),
    protocol,
    payload: bytes.slice(at, length),
    hopLimit: view.getUint8(7),
    trafficClass: (view.getUint16(0) >> 4) & 0xff,
    identification: 0,
    dontFragment: true,
    headerLength: at,
    checksumOk: true,
    ...(fragment ? { fragment } : {}),
  };
}

const EXTENSIONS: ReadonlySet<number> = new Set([
  IP_PROTOCOL.hopByHop,
  IP_PROTOCOL.routing,
  IP_PROTOCOL.fragment,
  IP_PROTOCOL.destinationOptions,
]);

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
