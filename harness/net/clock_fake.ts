/** A clock for tests: time passes only when it is told to, and everything due happens in order. */
import { setImmediate } from "node:timers";
import type { Clock } from "./types.ts";

interface Waiter {
  readonly until: number;
  readonly resolve: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  #waiters: Waiter[] = [];

  /** Default start: 2026-01-01T00:00:00Z. */
  constructor(start = 1_767_225_600_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  wait(until: number, signal?: AbortSignal): Promise<void> {
    if (until <= this.#now || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter: Waiter = {
        until,
        resolve: () => {
          signal?.removeEventListener("abort", waiter.resolve);
          this.#waiters = this.#waiters.filter((other) => other !== waiter);
          resolve();
        },
      };
      signal?.addEventListener("abort", waiter.resolve);
      this.#waiters.push(waiter);
    });
  }

  /** How many wait: what a test of leaks looks at. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Lets `ms` pass, step by step: whoever is due acts before time goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(); next !== undefined && next.until <= end; next = this.#next()) {
      await this.#jump(next);
    }
    this.#now = end;
    await settled();
  }

  /**
   * Lets time pass until the promise settles, and gives what it gives.
   * @throws Error when nobody waits for the clock any more and the promise still hangs, or `atMost` ms have passed
   */
  async run<T>(promise: Promise<T>, atMost = 3_600_000): Promise<T> {
    const end = this.#now + atMost;
    let done = false;
    const finish = () => void (done = true);
    promise.then(finish, finish);
    await settled();
    while (!done) {
      const next = this.#next();
      if (!next) throw new Error(`The promise hangs at ${this.#now}: nothing waits for the clock any more`);
      if (next.until > end) throw new Error(`The promise hangs for more than ${atMost} ms of the fake clock`);
      await this.#jump(next);
    }
    return await promise;
  }

  #next(): Waiter | undefined {
    let first: Waiter | undefined;
    for (const waiter of this.#waiters) if (!first || waiter.until < first.until) first = waiter;
    return first;
  }

  async #jump(to: Waiter): Promise<void> {
    this.#now = Math.max(this.#now, to.until);
    to.resolve();
    await settled();
  }
}

/** A turn of the event loop: every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
