/** The peer's octets: which have come, which may come (RFC 9293 3.4, 3.8.6). SYN has position 0. */
import { Reassembly } from "./reassembly.ts";

export class ReceiveSide {
  /** RCV.NXT. */
  nxt = 1;
  readonly #ahead = new Reassembly();
  readonly #buffer: number;
  /** Read up to here by the user. */
  #read = 1;
  /** Right edge of the window as announced; it never moves left. */
  #edge: number;
  #finAt: number | undefined;

  constructor(buffer: number) {
    this.#buffer = Math.min(buffer, 0xffff);
    this.#edge = this.nxt + this.#buffer;
  }

  get window(): number {
    return this.#edge - this.nxt;
  }

  /**
   * Whether a segment touches the window. `length` counts SYN and FIN. One step more than RFC 9293 3.4: an empty
   * segment may stand right behind the window, as the acknowledgements of a peer do that has filled it, or has sent
   * a probe into it.
   */
  acceptable(position: number, length: number): boolean {
    if (length === 0) return position >= this.nxt && position <= this.nxt + Math.max(this.window, 1);
    return position < this.#edge && position + length > this.nxt && this.window > 0;
  }

  /** Takes the part that lies in the window, and gives what is now in order. */
  take(position: number, payload: Uint8Array, fin: boolean): { pieces: Uint8Array[]; end: boolean } {
    const from = Math.max(0, this.nxt - position);
    const to = Math.min(payload.length, this.#edge - position, (this.#finAt ?? Infinity) - position);
    if (from < to) this.#ahead.insert(position + from, payload.subarray(from, to));
    // FIN takes a position of its own, which lies in the window or comes again.
    if (fin && position + payload.length < this.#edge) this.#finAt ??= position + payload.length;
    const pieces = this.#ahead.take(this.nxt);
    for (const piece of pieces) this.nxt += piece.length;
    const end = this.#finAt === this.nxt;
    if (end) this.nxt++;
    return { pieces, end };
  }

  /**
   * The user has read so much. True where the peer should be told of the window: RFC 9293 3.8.6.2.2 has it grow in
   * steps of a segment or half the buffer, and a peer whose window is large enough hears of it soon anyway.
   */
  read(octets: number, mss: number): boolean {
    this.#read += octets;
    const { window } = this;
    const edge = this.#read + this.#buffer;
    if (edge - this.#edge < Math.min(mss, this.#buffer / 2)) return false;
    this.#edge = edge;
    return window < this.#buffer / 2;
  }
}
