/** IP literals, CIDR blocks and ranges of addresses, as a profile writes them. */

export interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
}

export interface Cidr {
  readonly address: IpAddress;
  readonly bits: number;
}

/** An IPv4 or IPv6 literal (no brackets, no zone); undefined for anything else. */
export function parseAddress(text: string): IpAddress | undefined {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** "10.0.0.0/8", "2001:db8::/32"; a bare address is a block of one. Host bits must be zero. */
export function parseCidr(text: string): Cidr | undefined {
  const [literal, length, ...rest] = text.split("/");
  const address = parseAddress(literal ?? "");
  if (!address || rest.length > 0) return undefined;
  const width = address.version === 4 ? 32 : 128;
  if (length === undefined) return { address, bits: width };
  if (!/^\d{1,3}$/.test(length) || Number(length) > width) return undefined;
  const bits = Number(length);
  return hostPart(address, bits) === 0n ? { address, bits } : undefined;
}

export function contains(block: Cidr, address: IpAddress): boolean {
  if (block.address.version !== address.version) return false;
  const shift = BigInt((address.version === 4 ? 32 : 128) - block.bits);
  return block.address.value >> shift === address.value >> shift;
}

/** Is the literal inside one of the CIDRs? Text that is no address is inside nothing. */
export function inScope(scope: readonly string[], literal: string): boolean {
  const address = parseAddress(literal);
  if (!address) return false;
  return scope.some((text) => {
    const block = parseCidr(text);
    return block !== undefined && contains(block, address);
  });
}

/** "127.0.1.1-127.0.1.3" gives three literals, a single literal itself; undefined if malformed or over 4096. */
export function expandAddresses(text: string): string[] | undefined {
  const [first, last, ...rest] = text.split("-").map((part) => part.trim());
  const from = parseAddress(first ?? "");
  if (!from || rest.length > 0) return undefined;
  if (last === undefined) return [first ?? ""];
  const to = parseAddress(last);
  if (!to || to.version !== from.version || to.value < from.value || to.value - from.value >= 4096n) {
    return undefined;
  }
  const count = Number(to.value - from.value) + 1;
  return Array.from(
    { length: count },
    (_, index) => formatAddress({ version: from.version, value: from.value + BigInt(index) }),
  );
}

/** The other way round: neighbours become "first-last". */
export function collapseAddresses(literals: readonly string[]): string[] {
  const runs: { first: string; last: string }[] = [];
  for (const literal of literals) {
    const run = runs.at(-1);
    const before = parseAddress(run?.last ?? "");
    const here = parseAddress(literal);
    const follows = before && here && before.version === here.version && here.value === before.value + 1n;
    if (run && follows) run.last = literal;
    else runs.push({ first: literal, last: literal });
  }
  return runs.map(({ first, last }) => first === last ? first : `${first}-${last}`);
}

/** Shortest usual form for IPv4; full groups without leading zeros for IPv6. */
export function formatAddress(address: IpAddress): string {
  const size = address.version === 4 ? 8n : 16n;
  const count = address.version === 4 ? 4 : 8;
  const mask = (1n << size) - 1n;
  const groups = Array.from(
    { length: count },
    (_, index) => (address.value >> (size * BigInt(count - 1 - index))) & mask,
  );
  return address.version === 4 ? groups.join(".") : groups.map((group) => group.toString(16)).join(":");
}

/** "192.0.2.1:5060", "[2001:db8::1]:5060"; the port may be left out where a default is given. */
export function parseEndpoint(
  text: string,
  defaultPort?: number,
): { address: string; port: number } | undefined {
  const parts = text.match(/^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/);
  const address = parts?.[1] ?? parts?.[2];
  const port = parts?.[3] === undefined ? defaultPort : Number(parts[3]);
  if (!address || port === undefined || port < 1 || port > 65535 || !parseAddress(address)) return undefined;
  return { address, port };
}

function hostPart(address: IpAddress, bits: number): bigint {
  const width = address.version === 4 ? 32 : 128;
  return address.value & ((1n << BigInt(width - bits)) - 1n);
}

function parseV4(text: string): IpAddress | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split(".").map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return { version: 4, value: octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n) };
}

/** RFC 4291 2.2: eight groups, one "::", the last 32 bits also dotted. */
function parseV6(text: string): IpAddress | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")).flatMap(groupsOf));
  if (!head || halves.length === 1 && head.length !== 8) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 && missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: Math.max(0, missing) }, () => 0), ...(tail ?? [])];
  if (groups.length !== 8 || groups.some((group) => Number.isNaN(group))) return undefined;
  return { version: 6, value: groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n) };
}

function groupsOf(group: string): number[] {
  if (group.includes(".")) {
    const v4 = parseV4(group);
    return v4 ? [Number(v4.value >> 16n), Number(v4.value & 0xffffn)] : [NaN];
  }
  return [/^[0-9a-fA-F]{1,4}$/.test(group) ? parseInt(group, 16) : NaN];
}
