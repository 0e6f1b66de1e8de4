/** Octets of numbers and vectors, as RFC 8446 3 writes them. */
import { concat } from "../bytes.ts";

/** Most significant octet first. */
export function uint(value: number, octets: 1 | 2 | 3): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= 0x100 ** octets) {
    throw new RangeError(`value "${value}" does not fit into ${octets} octets`);
  }
  return Uint8Array.from({ length: octets }, (_, i) => Math.floor(value / 0x100 ** (octets - 1 - i)) & 0xff);
}

/** The parts one after another behind their length. */
export function vector(octets: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  return concat(uint(body.length, octets), body);
}

/** Numbers of two octets behind their length. */
export function codes(octets: 1 | 2, values: readonly number[]): Uint8Array {
  return vector(octets, ...values.map((value) => uint(value, 2)));
}
