/** What has arrived and waits for its one reader. */
import { LocalMisuseError } from "../errors.ts";

export class Inbox<T> {
  #items: T[] = [];
  #reader: ((item: T | undefined) => void) | undefined;
  #closed = false;

  get size(): number {
    return this.#items.length;
  }

  /** Nothing is taken after close(). */
  push(item: T): void {
    if (this.#closed) return;
    const reader = this.#reader;
    if (!reader) return void this.#items.push(item);
    this.#reader = undefined;
    reader(item);
  }

  /** The next item; undefined after close(). */
  receive(): Promise<T | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    if (this.#reader) {
      throw new LocalMisuseError("Two read from one socket at a time; it needs a single reader");
    }
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => void (this.#reader = resolve));
  }

  close(): void {
    this.#closed = true;
    this.#items = [];
    this.#reader?.(undefined);
    this.#reader = undefined;
  }
}
