/**
 * Sequence numbers are counted modulo 2^32 (RFC 9293 3.4). Inside a connection octets have positions that are never
 * reduced, SYN being 0 of each direction; only what is on the wire is a sequence number.
 */

/** `a - b` as the signed distance between two sequence numbers, -2^31 to 2^31-1. */
export function distance(a: number, b: number): number {
  return (a - b) | 0;
}

/** The sequence number of a position. */
export function sequenceAt(initial: number, position: number): number {
  return (initial + position) % 0x1_0000_0000 >>> 0;
}

/** The position that a sequence number means, near one that is known. */
export function positionOf(sequence: number, initial: number, near: number): number {
  return near + distance(sequence, sequenceAt(initial, near));
}
