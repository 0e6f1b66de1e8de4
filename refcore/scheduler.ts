/** The core's alarms: one pending wait on the clock for all of them, and none after close(). */
import type { Clock } from "../harness/net/types.ts";

/** An alarm that can be moved or taken back. */
export interface Alarm {
  /** When it goes off (ms of the clock); undefined: not at all. Earlier settings are forgotten. */
  set(at: number | undefined): void;
}

interface Entry {
  at: number | undefined;
  readonly run: () => void;
}

export class Scheduler {
  readonly #clock: Clock;
  /** Alarms that are set. They are scanned when one has gone off, not each time one is moved. */
  readonly #set = new Set<Entry>();
  #waiting: { readonly until: number; readonly abort: AbortController } | undefined;
  #loops: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** An alarm that is not set yet. */
  alarm(run: () => void): Alarm {
    const entry: Entry = { at: undefined, run };
    return {
      set: (at) => {
        entry.at = at;
        if (at === undefined) return void this.#set.delete(entry);
        this.#set.add(entry);
        this.#wait(at);
      },
    };
  }

  /** An alarm that is set. */
  at(at: number, run: () => void): Alarm {
    const alarm = this.alarm(run);
    alarm.set(at);
    return alarm;
  }

  /** Resolves when nothing waits any more. */
  close(): Promise<void> {
    this.#closed = true;
    this.#set.clear();
    this.#waiting?.abort.abort();
    return this.#loops;
  }

  /** Waits until then, unless something at least as early is waited for. Waking up too early does no harm. */
  #wait(until: number): void {
    if (this.#closed || this.#waiting && this.#waiting.until <= until) return;
    this.#waiting?.abort.abort();
    const waiting = { until, abort: new AbortController() };
    this.#waiting = waiting;
    const done = this.#clock.wait(until, waiting.abort.signal).then(() => {
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      this.#ring();
      const next = this.#next();
      if (next !== undefined) this.#wait(next);
    });
    this.#loops = Promise.all([this.#loops, done]).then(() => {});
  }

  #ring(): void {
    const now = this.#clock.now();
    const due = [...this.#set].filter(({ at }) => at !== undefined && at <= now);
    due.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
    for (const entry of due) {
      if (entry.at === undefined || entry.at > now) continue; // an earlier one has moved it
      this.#set.delete(entry);
      entry.at = undefined;
      entry.run();
    }
  }

  #next(): number | undefined {
    let next: number | undefined;
    for (const { at } of this.#set) if (at !== undefined && (next === undefined || at < next)) next = at;
    return next;
  }
}
