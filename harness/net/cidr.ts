/** IP literals and CIDR ranges, IPv4 and IPv6 (RFC 4291 2.2, RFC 4632 3.1), as numbers. */

/** What is no address or no range; `offset` points at the part that is wrong. */
export class AddressSyntaxError extends SyntaxError {
  override readonly name = "AddressSyntaxError";
  constructor(message: string, readonly offset: number) {
    super(`${message} (at offset ${offset})`);
  }
}

export interface IpAddress {
  readonly family: 4 | 6;
  /** 32 or 128 bits, network order. */
  readonly value: bigint;
}

export interface Cidr {
  readonly family: 4 | 6;
  /** The bits of the range; those behind the prefix are zero. */
  readonly value: bigint;
  readonly prefix: number;
}

/** "10.0.0.0/8", "2001:db8::/32"; an address alone is a range of one. */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf("/");
  const { family, value } = parseAddress(slash < 0 ? text : text.slice(0, slash));
  const bits = family === 4 ? 32 : 128;
  if (slash < 0) return { family, value, prefix: bits };
  const length = text.slice(slash + 1);
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  if (!(prefix <= bits)) {
    throw new AddressSyntaxError(
      `"${text}" has prefix length "${length}", need a number from 0 to ${bits}`,
      slash + 1,
    );
  }
  return { family, value: masked(value, bits, prefix), prefix };
}

/**
 * Whether the range holds the address. An IPv4-mapped IPv6 address (::ffff:10.0.0.1) is the IPv4 address it maps:
 * the packet goes there.
 */
export function contains(cidr: Cidr, address: IpAddress | string): boolean {
  const { family, value } = unmapped(typeof address === "string" ? parseAddress(address) : address);
  if (family !== cidr.family) return false;
  return masked(value, family === 4 ? 32 : 128, cidr.prefix) === cidr.value;
}

/** An IPv4 or IPv6 literal, without brackets; a zone ("%eth0") is taken and not kept. */
export function parseAddress(text: string): IpAddress {
  if (text.includes(":")) return { family: 6, value: parseIpv6(text) };
  return { family: 4, value: parseIpv4(text, 0, text) };
}

/** 4 or 6; undefined for what is no IP literal (a name). */
export function familyOf(text: string): 4 | 6 | undefined {
  try {
    return parseAddress(text).family;
  } catch {
    return undefined;
  }
}

function parseIpv4(text: string, offset: number, whole: string): bigint {
  const parts = text.split(".");
  if (parts.length !== 4) {
    throw new AddressSyntaxError(`"${whole}" is no IP address, need four numbers with dots between`, offset);
  }
  let value = 0n;
  let at = offset;
  for (const part of parts) {
    // No leading zeros: some read them as octal.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) {
      throw new AddressSyntaxError(`"${whole}" has "${part}" where a number from 0 to 255 is needed`, at);
    }
    value = (value << 8n) | BigInt(part);
    at += part.length + 1;
  }
  return value;
}

function parseIpv6(text: string): bigint {
  const zone = text.indexOf("%");
  const literal = zone < 0 ? text : text.slice(0, zone);
  const gap = literal.indexOf("::");
  if (gap < 0) {
    const groups = parseGroups(literal, 0, text);
    if (groups.length !== 8) throw new AddressSyntaxError(`"${text}" has ${groups.length} groups, need 8`, 0);
    return joined(groups);
  }
  const before = parseGroups(literal.slice(0, gap), 0, text);
  const after = parseGroups(literal.slice(gap + 2), gap + 2, text);
  const missing = 8 - before.length - after.length;
  if (missing < 1) throw new AddressSyntaxError(`"${text}" has "::" and more than 7 groups`, gap);
  return joined([...before, ...new Array<bigint>(missing).fill(0n), ...after]);
}

/** Groups of 16 bits; the last may be an IPv4 address, which makes two. */
function parseGroups(text: string, offset: number, whole: string): bigint[] {
  if (text === "") return [];
  const groups: bigint[] = [];
  let at = offset;
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes(".")) {
      const value = parseIpv4(part, at, whole);
      groups.push(value >> 16n, value & 0xffffn);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(BigInt(`0x${part}`));
    } else {
      throw new AddressSyntaxError(`"${whole}" has "${part}" where 1 to 4 hexadecimal digits are needed`, at);
    }
    at += part.length + 1;
  }
  return groups;
}

function joined(groups: readonly bigint[]): bigint {
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

function unmapped(address: IpAddress): IpAddress {
  if (address.family !== 6 || address.value >> 32n !== 0xffffn) return address;
  return { family: 4, value: address.value & 0xffff_ffffn };
}

function masked(value: bigint, bits: number, prefix: number): bigint {
  const rest = BigInt(bits - prefix);
  return (value >> rest) << rest;
}
