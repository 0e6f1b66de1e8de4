/** The H(A1) values of one user: the current one and, in a transition, one older (TS 33.203 N.2.5). */
import type { DigestVector } from "../cx.ts";
import type { BoxContext } from "../types.ts";

interface Stored {
  readonly vector: DigestVector;
  /** The user has authenticated with it. */
  used: boolean;
}

export class DigestSecrets {
  readonly #context: BoxContext;
  /** Newest first, two at most. */
  #stored: Stored[] = [];

  constructor(context: BoxContext, vector: DigestVector) {
    this.#context = context;
    this.#stored = [{ vector, used: false }];
  }

  /** The one to challenge with. */
  get current(): DigestVector {
    return this.#stored[0]!.vector;
  }

  /** In the order in which they are tried: N.2.5 note 5 suggests the newest first. */
  get vectors(): readonly DigestVector[] {
    return this.#stored.map(({ vector }) => vector);
  }

  /** A pushed or pulled value. Of two that are there, the oldest that was never used makes room. */
  take(vector: DigestVector): void {
    if (this.#stored.some((stored) => stored.vector.ha1 === vector.ha1)) return;
    if (this.#stored.length > 1 && !this.#context.faults.has("scscf/keeps-all-passwords")) {
      const unused = this.#stored.findLastIndex(({ used }) => !used);
      this.#stored.splice(unused < 0 ? 1 : unused, 1);
    }
    this.#stored.unshift({ vector, used: false });
    const { scheduler, policy } = this.#context;
    scheduler.at(scheduler.now() + policy.oldPasswordLifetime, () => this.#dropOlderThan(vector));
  }

  /** The user has authenticated with this one: whatever is older goes (N.2.5). */
  verified(vector: DigestVector): void {
    const stored = this.#stored.find((one) => one.vector === vector);
    if (stored) stored.used = true;
    const { faults } = this.#context;
    if (!faults.has("scscf/keeps-old-password") && !faults.has("scscf/keeps-all-passwords")) {
      this.#dropOlderThan(vector);
    }
  }

  #dropOlderThan(vector: DigestVector): void {
    const at = this.#stored.findIndex((one) => one.vector === vector);
    if (at >= 0) this.#stored.splice(at + 1);
  }
}
