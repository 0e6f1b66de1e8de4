/** Timers in the order in which they are due. Cancelling is cheap; a cancelled entry is dropped when it surfaces. */
export interface TimerEntry<T> {
  readonly at: number;
  /** Undefined once cancelled, so that nothing is kept alive by it. */
  value: T | undefined;
}

interface Ordered<T> extends TimerEntry<T> {
  readonly order: number;
}

export class TimerQueue<T> {
  readonly #heap: Ordered<T>[] = [];
  #order = 0;
  #cancelled = 0;

  /** `at` in milliseconds; entries due at the same time come out in the order they went in. */
  add(at: number, value: T): TimerEntry<T> {
    const entry = { at, value, order: this.#order++ };
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  cancel(entry: TimerEntry<T>): void {
    if (entry.value === undefined) return;
    entry.value = undefined;
    this.#cancelled++;
    if (this.#cancelled > 64 && this.#cancelled > this.#heap.length / 2) this.#compact();
  }

  /** When the next one is due; undefined when there is none. */
  next(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.at;
  }

  /** Takes out one that is due at `now`. */
  pop(now: number): T | undefined {
    this.#dropCancelled();
    const top = this.#heap[0];
    if (!top || top.at > now) return undefined;
    this.#removeTop();
    const value = top.value;
    top.value = undefined;
    return value;
  }

  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]?.value === undefined) {
      this.#removeTop();
      this.#cancelled--;
    }
  }

  #compact(): void {
    const live = this.#heap.filter((entry) => entry.value !== undefined).sort(compare);
    this.#heap.splice(0, this.#heap.length, ...live);
    this.#cancelled = 0;
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
  }

  #up(index: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfBefore(index, parent)) return;
      index = parent;
    }
  }

  #down(index: number): void {
    while (true) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = this.#before(right, left) ? right : left;
      if (!this.#swapIfBefore(child, index)) return;
      index = child;
    }
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    if (!this.#before(lower, upper)) return false;
    const a = this.#heap[lower]!;
    this.#heap[lower] = this.#heap[upper]!;
    this.#heap[upper] = a;
    return true;
  }

  #before(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    return first !== undefined && second !== undefined && compare(first, second) < 0;
  }
}

function compare(a: { at: number; order: number }, b: { at: number; order: number }): number {
  return a.at - b.at || a.order - b.order;
}
