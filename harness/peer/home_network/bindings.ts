/** Where the users of the home network are, as long as their registrations last. */
import type { Clock } from "../../net/types.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import type { HomeBinding } from "./types.ts";

export class Bindings {
  readonly #clock: Clock;
  #kept: { readonly binding: HomeBinding; readonly until: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): readonly HomeBinding[] {
    const now = this.#clock.now();
    return this.#kept.filter(({ until }) => now < until).map(({ binding }) => binding);
  }

  of(user: Subscriber): readonly HomeBinding[] {
    return this.all.filter((binding) => binding.user === user);
  }

  /** One for each contact of a user; 0 seconds take it away. */
  set(binding: HomeBinding, seconds: number): void {
    const { user, contact } = binding;
    this.#kept = this.#kept.filter(({ binding: other }) => other.user !== user || other.contact !== contact);
    if (seconds > 0) this.#kept.push({ binding, until: this.#clock.now() + 1000 * seconds });
  }

  forget(user: Subscriber): void {
    this.#kept = this.#kept.filter(({ binding }) => binding.user !== user);
  }
}
