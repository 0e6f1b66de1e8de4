/** IP addresses: text (RFC 4291 2.2, RFC 5952) to octets and back. */
import { WireSyntaxError } from "./errors.ts";

/** 4 octets for IPv4, 16 for IPv6 (no brackets, no zone). Throws WireSyntaxError. */
export function parseAddress(text: string): Uint8Array {
  return text.includes(":") ? parseV6(text) : parseV4(text, 0);
}

/** The canonical text (RFC 5952). Throws WireSyntaxError unless there are 4 or 16 octets. */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  if (octets.length !== 16) {
    throw new WireSyntaxError(`an address has 4 or 16 octets, found ${octets.length}`, octets.length);
  }
  const groups = Array.from({ length: 8 }, (_, i) => (octets[2 * i] ?? 0) << 8 | (octets[2 * i + 1] ?? 0));
  const gap = longestZeroRun(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (!gap) return hex(groups);
  return `${hex(groups.slice(0, gap.start))}::${hex(groups.slice(gap.start + gap.length))}`;
}

export function addressVersion(text: string): 4 | 6 {
  return text.includes(":") ? 6 : 4;
}

// IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet (RFC 3986 3.2.2: no leading zeros)
const DEC_OCTET = /^(?:0|[1-9][0-9]{0,2})$/;

function parseV4(text: string, offset: number): Uint8Array {
  const parts = text.split(".", 5);
  const octets = parts.map((part) => DEC_OCTET.test(part) ? Number(part) : 256);
  if (octets.length !== 4 || octets.some((octet) => octet > 255)) {
    throw new WireSyntaxError(`"${text}" is not an IPv4 address`, offset);
  }
  return Uint8Array.from(octets);
}

// h16 = 1*4HEXDIG (RFC 3986 3.2.2)
const H16 = /^[0-9A-Fa-f]{1,4}$/;

function parseV6(text: string): Uint8Array {
  const fail = (offset: number): never => {
    throw new WireSyntaxError(`"${text}" is not an IPv6 address`, offset);
  };
  const gap = text.indexOf("::");
  if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) fail(gap);
  const octetsOf = (part: string, start: number): number[] => {
    if (part === "") return [];
    const groups = part.split(":", 9);
    return groups.flatMap((group, i) => {
      if (i === groups.length - 1 && group.includes(".")) {
        return [...parseV4(group, start + part.length - group.length)];
      }
      if (!H16.test(group)) fail(start);
      const value = parseInt(group, 16);
      return [value >> 8, value & 0xff];
    });
  };
  if (gap < 0) {
    const octets = octetsOf(text, 0);
    return octets.length === 16 ? Uint8Array.from(octets) : fail(text.length);
  }
  if (text.slice(0, gap).includes(".")) fail(0);
  const head = octetsOf(text.slice(0, gap), 0);
  const tail = octetsOf(text.slice(gap + 2), gap + 2);
  if (head.length + tail.length > 14) fail(gap);
  return Uint8Array.from([...head, ...Array<number>(16 - head.length - tail.length).fill(0), ...tail]);
}

/** The first of the longest runs of two or more zero groups (RFC 5952 4.2). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } | undefined {
  let best: { start: number; length: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > (best?.length ?? 1)) best = { start, length };
  }
  return best;
}
