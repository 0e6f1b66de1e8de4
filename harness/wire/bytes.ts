/** Octet strings: the few operations that every protocol file of this project needs. */

/** Octets to lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** Hexadecimal (either case, even length, no separators) to octets. Throws SyntaxError on anything else. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.fromHex(text);
}

/** Text to UTF-8. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** `a` XOR `b`. Both must have the same length. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) {
    throw new RangeError(`xor needs equal lengths, found ${a.length} and ${b.length}`);
  }
  return a.map((octet, i) => octet ^ (b[i] ?? 0));
}

/** Equality in time that depends on the lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Unsigned, most significant octet first. Throws RangeError if the value does not fit. */
export function bigintToBytes(value: bigint, length: number): Uint8Array {
  if (value < 0n || value >> BigInt(8 * length) !== 0n) {
    throw new RangeError(`value "${value}" does not fit into ${length} octets`);
  }
  if (length === 0) return new Uint8Array(0);
  return Uint8Array.fromHex(value.toString(16).padStart(2 * length, "0"));
}

/** Unsigned, most significant octet first; 0 for no octets. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt("0x" + bytes.toHex());
}

const encoder = new TextEncoder();
