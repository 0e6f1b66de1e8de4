/** What was written and is not yet acknowledged, by position: the first octet of a connection has position 1. */

export class SendQueue {
  readonly #chunks: Uint8Array[] = [];
  #start = 1;
  #end = 1;

  /** Position of the first octet kept. */
  get start(): number {
    return this.#start;
  }

  /** Position behind the last one. */
  get end(): number {
    return this.#end;
  }

  get size(): number {
    return this.#end - this.#start;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#end += bytes.length;
  }

  /** The octets of [from, to), which must all be here. */
  slice(from: number, to: number): Uint8Array {
    const out = new Uint8Array(to - from);
    let at = this.#start;
    for (const chunk of this.#chunks) {
      if (at >= to) break;
      const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
      out.set(part, Math.max(0, at - from));
      at += chunk.length;
    }
    return out;
  }

  /** Forgets what lies before `position`. */
  acknowledged(position: number): void {
    const target = Math.min(position, this.#end);
    while (this.#start < target) {
      const [first] = this.#chunks;
      if (!first) return;
      const gone = Math.min(first.length, target - this.#start);
      if (gone === first.length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(gone);
      this.#start += gone;
    }
  }
}
