/** Sequence numbers after TS 33.102 Annex C: SQN = SEQ || IND, 48 bits. */
import { bigintToBytes, bytesToBigint } from "../wire/bytes.ts";
import { needLength } from "./aka_functions.ts";

/** Bits of SQN (TS 33.102 clause 6.3.7). */
export const SQN_BITS = 48;
/** Five bits of IND give an array of 32 entries, the smallest number Annex C.3 recommends for its profiles. */
export const DEFAULT_IND_BITS = 5;
/** Largest jump of SEQ that is accepted: 2^28 (TS 33.102 Annex C.3). */
export const DEFAULT_DELTA = 1n << 28n;

export interface SqnParts {
  readonly seq: bigint;
  readonly ind: number;
}

export function splitSqn(sqn: bigint, indBits = DEFAULT_IND_BITS): SqnParts {
  return { seq: sqn >> BigInt(indBits), ind: Number(sqn & ((1n << BigInt(indBits)) - 1n)) };
}

/** Throws RangeError if the parts do not fit. */
export function joinSqn(parts: SqnParts, indBits = DEFAULT_IND_BITS): bigint {
  const { seq, ind } = parts;
  if (ind < 0 || ind >= 2 ** indBits) throw new RangeError(`IND "${ind}" does not fit into ${indBits} bits`);
  const sqn = (seq << BigInt(indBits)) | BigInt(ind);
  if (seq < 0n || sqn >> BigInt(SQN_BITS) !== 0n) throw new RangeError(`SEQ "${seq}" does not fit`);
  return sqn;
}

export function sqnToBytes(sqn: bigint): Uint8Array {
  return bigintToBytes(sqn, 6);
}

export function sqnFromBytes(bytes: Uint8Array): bigint {
  needLength("SQN", bytes, 6);
  return bytesToBigint(bytes);
}

export interface SqnPolicy {
  /** Bits of IND; 0 for a single counter. */
  readonly indBits?: number;
  /** Delta of Annex C.2.1: SEQ may exceed SEQ_MS by no more. */
  readonly delta?: bigint;
  /** L of Annex C.2.2: SEQ_MS may exceed SEQ by less than this. Absent: no limit. */
  readonly ageLimit?: bigint;
}

/** The sequence numbers a USIM has accepted: the array SEQ_MS(i) of TS 33.102 Annex C.2.2. */
export class SqnArray {
  readonly #indBits: number;
  readonly #delta: bigint;
  readonly #ageLimit: bigint | undefined;
  readonly #accepted: bigint[];
  #highest: bigint;

  /**
   * A new card has zero everywhere (Annex C.2.2). One that is taken over at a known SQN regards everything up to
   * that SEQ as used, under every index: what its other entries were is unknown, and no SQN must pass twice.
   */
  constructor(sqn = 0n, policy: SqnPolicy = {}) {
    this.#indBits = policy.indBits ?? DEFAULT_IND_BITS;
    this.#delta = policy.delta ?? DEFAULT_DELTA;
    this.#ageLimit = policy.ageLimit;
    if (sqn < 0n || sqn >> BigInt(SQN_BITS) !== 0n) throw new RangeError(`SQN "${sqn}" does not fit 48 bits`);
    this.#highest = sqn;
    this.#accepted = Array(2 ** this.#indBits).fill(splitSqn(sqn, this.#indBits).seq);
  }

  /** SQN_MS: the highest accepted one anywhere in the array. */
  get highest(): bigint {
    return this.#highest;
  }

  /** Whether this SQN would be accepted now (Annex C.2.2); nothing changes. */
  fresh(sqn: bigint): boolean {
    const { seq, ind } = splitSqn(sqn, this.#indBits);
    const seqMs = splitSqn(this.#highest, this.#indBits).seq;
    if (seq - seqMs > this.#delta) return false; // C.2.1: protection against wrap around
    if (this.#ageLimit !== undefined && seqMs - seq >= this.#ageLimit) return false;
    return seq > (this.#accepted[ind] ?? 0n);
  }

  /** Records an SQN if it is fresh, and says whether it was. */
  accept(sqn: bigint): boolean {
    if (!this.fresh(sqn)) return false;
    const { seq, ind } = splitSqn(sqn, this.#indBits);
    this.#accepted[ind] = seq;
    if (seq > splitSqn(this.#highest, this.#indBits).seq) this.#highest = sqn;
    return true;
  }
}
