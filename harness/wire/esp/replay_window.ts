/** The anti-replay window of RFC 4303 3.4.3, for 32-bit sequence numbers. */

/** "fresh" may be taken; "replay" came before; "stale" lies left of the window. */
export type ReplayVerdict = "fresh" | "replay" | "stale";

export class ReplayWindow {
  readonly size: number;
  readonly #mask: bigint;
  #highest = 0;
  /** Bit n: highest - n has come. */
  #seen = 0n;

  /** `size` in packets; 64 is what RFC 4303 3.4.3 would have, 32 the least it allows. */
  constructor(size = 64) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`window size is "${size}", needs 1 or more`);
    }
    this.size = size;
    this.#mask = (1n << BigInt(size)) - 1n;
  }

  /** The right edge; 0 before the first packet. */
  get highest(): number {
    return this.#highest;
  }

  /** What the sequence number looks like before the ICV is known to be right; nothing changes. */
  judge(sequence: number): ReplayVerdict {
    if (sequence === 0) return "stale"; // the first packet of an SA has 1 (RFC 4303 3.3.3)
    if (sequence > this.#highest) return "fresh";
    const age = this.#highest - sequence;
    if (age >= this.size) return "stale";
    return (this.#seen >> BigInt(age) & 1n) === 1n ? "replay" : "fresh";
  }

  /** Marks a packet as received; to be called only when its ICV was right (RFC 4303 3.4.3). */
  mark(sequence: number): void {
    if (sequence > this.#highest) {
      const step = sequence - this.#highest;
      this.#seen = step >= this.size ? 1n : (this.#seen << BigInt(step) | 1n) & this.#mask;
      this.#highest = sequence;
    } else {
      const age = this.#highest - sequence;
      if (age < this.size) this.#seen |= 1n << BigInt(age);
    }
  }
}
