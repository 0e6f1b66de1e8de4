/** How often we answer what may be a forgery: RFC 5961 7. */

/** So many within a second: two ends that disagree must not answer each other for ever. */
const MOST = 10;
const WINDOW_MS = 1000;

export class ChallengeLimit {
  #since = -Infinity;
  #count = 0;

  allows(now: number): boolean {
    if (now - this.#since >= WINDOW_MS) {
      this.#since = now;
      this.#count = 0;
    }
    return ++this.#count <= MOST;
  }
}
