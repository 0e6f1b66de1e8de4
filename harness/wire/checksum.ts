/** The Internet checksum (RFC 1071) and the pseudo-header that UDP and TCP put before it. */
import { addressVersion, parseAddress } from "./address.ts";

/** Addresses a transport checksum covers. Both of the same IP version. */
export interface AddressPair {
  readonly source: string;
  readonly destination: string;
}

/**
 * One's complement of the one's complement sum of the 16-bit words of all parts, each padded on its own to an even
 * length. Over data that includes a right checksum it gives 0.
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    const even = part.length & ~1;
    for (let i = 0; i < even; i += 2) sum += ((part[i] as number) << 8) | (part[i + 1] as number);
    if (even < part.length) sum += (part[even] as number) << 8;
  }
  // Exact: a sum of 2^37 words still fits a double.
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** RFC 9293 3.1 (IPv4) and RFC 8200 8.1 (IPv6). `length` is that of header and data together. */
export function pseudoHeader(addresses: AddressPair, protocol: number, length: number): Uint8Array {
  const source = parseAddress(addresses.source);
  const destination = parseAddress(addresses.destination);
  const v6 = addressVersion(addresses.source) === 6;
  const header = new Uint8Array(v6 ? 40 : 12);
  const view = new DataView(header.buffer);
  header.set(source, 0);
  header.set(destination, source.length);
  if (v6) {
    view.setUint32(32, length);
    header[39] = protocol;
  } else {
    header[9] = protocol;
    view.setUint16(10, length);
  }
  return header;
}
