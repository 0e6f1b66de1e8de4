/**
 * nc-value, counted per nonce (RFC 2617 3.2.2). 401 and 407 are answered by separate engines with counters of
 * their own (TS 33.203 N.2.1.2 NOTE 1a), so the UE has two of these.
 */
export class NonceCounts {
  readonly #counts = new Map<string, number>();

  /** The count for the next request with this nonce: 1 the first time. */
  next(nonce: string): number {
    const count = (this.#counts.get(nonce) ?? 0) + 1;
    this.#counts.set(nonce, count);
    return count;
  }
}
