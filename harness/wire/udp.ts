/** UDP (RFC 768). */
import { type AddressPair, internetChecksum, pseudoHeader } from "./checksum.ts";
import { needOctets, WireSyntaxError } from "./errors.ts";
import { buildIp, IP_PROTOCOL } from "./ip.ts";

export interface UdpFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

export interface UdpDatagram extends UdpFields {
  /** As received; 0 means that the sender computed none. */
  readonly checksum: number;
  /** Whether it is right; undefined where there is none or no addresses were given to judge it by. */
  readonly checksumOk: boolean | undefined;
}

/**
 * Header and payload. The checksum covers the addresses; without them it is 0 ("none"), which IPv4 allows and
 * RFC 3948 2.1 wants for encapsulated ESP.
 */
export function buildUdp(fields: UdpFields, addresses?: AddressPair): Uint8Array {
  const length = 8 + fields.payload.length;
  if (length > 0xffff) throw new RangeError(`UDP datagram has ${length} octets, needs at most 65535`);
  const datagram = new Uint8Array(length);
  const view = new DataView(datagram.buffer);
  view.setUint16(0, fields.sourcePort);
  view.setUint16(2, fields.destinationPort);
  view.setUint16(4, length);
  datagram.set(fields.payload, 8);
  if (addresses) {
    const sum = internetChecksum(pseudoHeader(addresses, IP_PROTOCOL.udp, length), datagram);
    view.setUint16(6, sum === 0 ? 0xffff : sum);
  }
  return datagram;
}

/** A whole IP packet with one UDP datagram in it. */
export function buildUdpPacket(fields: UdpFields & AddressPair): Uint8Array {
  const { source, destination } = fields;
  return buildIp({ source, destination, protocol: IP_PROTOCOL.udp, payload: buildUdp(fields, fields) });
}

/** Takes a datagram apart; octets behind its own length are dropped. Throws WireSyntaxError. */
export function parseUdp(bytes: Uint8Array, addresses?: AddressPair): UdpDatagram {
  needOctets("UDP header", bytes, 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint16(4);
  if (length < 8) throw new WireSyntaxError(`UDP length is ${length}, needs at least 8`, 4);
  needOctets("UDP datagram", bytes, length);
  const checksum = view.getUint16(6);
  const judged = addresses && checksum !== 0;
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    payload: bytes.slice(8, length),
    checksum,
    checksumOk: judged
      ? internetChecksum(pseudoHeader(addresses, IP_PROTOCOL.udp, length), bytes.subarray(0, length)) === 0
      : undefined,
  };
}
