/** Reads the vectors of RFC 8446 3: lengths are checked, nothing is copied. */
import { WireSyntaxError } from "../errors.ts";

export class Reader {
  #at = 0;

  /** `base`: where `bytes` begins in what offsets of errors count from. */
  constructor(readonly bytes: Uint8Array, readonly what: string, readonly base = 0) {}

  get left(): number {
    return this.bytes.length - this.#at;
  }

  /** Offset of what comes next. */
  get offset(): number {
    return this.base + this.#at;
  }

  /** An unsigned number of so many octets. */
  uint(octets: 1 | 2 | 3): number {
    return this.take(octets).reduce((value, octet) => value * 0x100 + octet, 0);
  }

  take(length: number): Uint8Array {
    if (length > this.left) {
      throw new WireSyntaxError(`${this.what} needs ${length} octets more, has ${this.left}`, this.offset);
    }
    return this.bytes.subarray(this.#at, this.#at += length);
  }

  /** What a length of so many octets announces. */
  vector(octets: 1 | 2 | 3): Uint8Array {
    return this.take(this.uint(octets));
  }

  /** The same, to be read on. */
  inner(octets: 1 | 2 | 3, what: string): Reader {
    const length = this.uint(octets);
    const at = this.offset;
    return new Reader(this.take(length), what, at);
  }

  /** Numbers of two octets until the end. */
  codes(): number[] {
    const codes: number[] = [];
    while (this.left > 0) codes.push(this.uint(2));
    return codes;
  }

  end(): void {
    if (this.left > 0) {
      throw new WireSyntaxError(`${this.what} has ${this.left} octets too many`, this.offset);
    }
  }
}
