/**
 * A queue with windows: what came and was not asked for yet stays, who asks first gets the oldest item that fits.
 */
import type { Clock } from "../../net/types.ts";
import { NoAnswer, quiet } from "../no_answer.ts";

export interface Wanted<T> {
  /** For the message of NoAnswer: `a request "NOTIFY"`. */
  readonly what: string;
  readonly fits: (item: T) => boolean;
}

interface Waiter<T> extends Wanted<T> {
  readonly since: number;
  /** False: only looks, leaves the item to others. */
  readonly takes: boolean;
  readonly give: (item: T) => void;
  readonly fail: (error: unknown) => void;
}

export class Inbox<T> {
  readonly #clock: Clock;
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  #failure: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Items nobody has taken yet, oldest first. */
  get waiting(): readonly T[] {
    return this.#items;
  }

  put(item: T): void {
    for (const waiter of [...this.#waiters]) {
      if (!waiter.fits(item)) continue;
      waiter.give(item);
      if (waiter.takes) return;
    }
    this.#items.push(item);
  }

  /**
   * The oldest item that fits, now or within the window.
   * @param within milliseconds of the run's clock; undefined waits until put(), fail() or close()
   * @throws NoAnswer when the window has passed
   */
  take(wanted: Wanted<T>, within?: number): Promise<T> {
    const index = this.#items.findIndex(wanted.fits);
    if (index >= 0) return Promise.resolve(this.#items.splice(index, 1)[0] as T);
    return this.#wait(wanted, true, within);
  }

  /** As take(), but the item stays for who takes it. */
  look(wanted: Wanted<T>, within?: number): Promise<T> {
    const item = this.#items.find(wanted.fits);
    if (item !== undefined) return Promise.resolve(item);
    return this.#wait(wanted, false, within);
  }

  /** Rejects all that wait now and later. What is in the queue can still be taken. */
  fail(error: unknown): void {
    this.#failure ??= error;
    for (const waiter of [...this.#waiters]) waiter.fail(error);
  }

  /** Rejects all that wait, each with a NoAnswer of its own that says the peer was closed. */
  close(): void {
    const now = this.#clock.now();
    for (const waiter of [...this.#waiters]) {
      waiter.fail(new NoAnswer(waiter.what, now - waiter.since, { closed: true }));
    }
    this.#failure ??= new NoAnswer("anything", 0, { closed: true });
  }

  #wait(wanted: Wanted<T>, takes: boolean, within: number | undefined): Promise<T> {
    if (this.#failure !== undefined) return quiet(Promise.reject(this.#failure));
    const since = this.#clock.now();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = new AbortController();
    const settle = () => {
      this.#waiters.delete(waiter);
      timer.abort();
    };
    const waiter: Waiter<T> = {
      ...wanted,
      since,
      takes,
      give: (item) => (settle(), resolve(item)),
      fail: (error) => (settle(), reject(error)),
    };
    this.#waiters.add(waiter);
    if (within !== undefined) {
      this.#clock.wait(since + within, timer.signal).then(() => {
        if (this.#waiters.has(waiter)) waiter.fail(new NoAnswer(wanted.what, within));
      }, reject);
    }
    return quiet(promise);
  }
}

/** A request of this method, or any. */
export function methodIs(
  method: string | undefined,
): Wanted<{ readonly request: { readonly method: string } }> {
  if (method === undefined) return { what: "a request", fits: () => true };
  return { what: `a request "${method}"`, fits: ({ request }) => request.method === method };
}
