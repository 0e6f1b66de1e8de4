/** The named timers of one transaction within the layer's queue. */
import type { TimerEntry, TimerQueue } from "./timer_queue.ts";

/** What the layer's queue holds: called with the time when it is due. */
export type Due = (now: number) => void;

export class OwnTimers<Name extends string> {
  readonly #running = new Map<Name, TimerEntry<Due>>();

  constructor(readonly queue: TimerQueue<Due>) {}

  /** Starts or restarts. */
  start(name: Name, at: number, due: Due): void {
    this.stop(name);
    const entry = this.queue.add(at, (now) => {
      this.#running.delete(name);
      due(now);
    });
    this.#running.set(name, entry);
  }

  stop(name: Name): void {
    const entry = this.#running.get(name);
    if (entry) this.queue.cancel(entry);
    this.#running.delete(name);
  }

  clear(): void {
    for (const name of [...this.#running.keys()]) this.stop(name);
  }

  get names(): Name[] {
    return [...this.#running.keys()];
  }
}
