/** The retransmission timer: RFC 6298. Milliseconds. */

export class RetransmissionTimeout {
  #smoothed: number | undefined;
  #variation = 0;
  #base = INITIAL;
  #doublings = 0;

  /** How long to wait now, doublings included. */
  get ms(): number {
    return Math.min(this.#base * 2 ** this.#doublings, LONGEST);
  }

  /** A round trip was measured, of a segment sent only once (section 3: Karn's algorithm). */
  measured(roundTrip: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = roundTrip;
      this.#variation = roundTrip / 2;
    } else {
      this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - roundTrip);
      this.#smoothed = 0.875 * this.#smoothed + 0.125 * roundTrip;
    }
    this.#base = Math.max(SHORTEST, this.#smoothed + Math.max(GRANULARITY, 4 * this.#variation));
    this.#doublings = 0;
  }

  /** The timer ran out (5.5). */
  backOff(): void {
    if (this.ms < LONGEST) this.#doublings++;
  }

  /** New data was acknowledged: the doubling was for a loss that is over. */
  recovered(): void {
    this.#doublings = 0;
  }

  /** The handshake is over; a SYN that had to be repeated leaves three seconds (5.7). */
  connected(synRepeated: boolean): void {
    this.#doublings = 0;
    if (synRepeated) this.#base = Math.max(this.#base, AFTER_REPEATED_SYN);
  }
}

/** 2.1, 2.4, 2.5, 5.7; the clock's granularity is one millisecond. */
const INITIAL = 1000;
const SHORTEST = 1000;
const LONGEST = 60_000;
const AFTER_REPEATED_SYN = 3000;
const GRANULARITY = 1;
