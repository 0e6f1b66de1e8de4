/** Our octets: which are acknowledged, which are under way, which may go (RFC 9293 3.3.1, 3.8.6). */
import { SendQueue } from "./send_queue.ts";

/** A part of our stream to put into a segment. */
export interface Due {
  readonly position: number;
  readonly payload: Uint8Array;
  readonly fin: boolean;
  /** It empties the queue: the receiver need not wait for more. */
  readonly last: boolean;
  /** Some of it was sent before. */
  readonly again: boolean;
}

/**
 * There is no congestion control beyond this: at most `flight` segments are under way; after a timeout one, and one
 * more with every acknowledgement until they are as many as before. A tester sends messages of a few segments; what
 * RFC 9293 3.8.2 wants of bulk senders (RFC 5681) would never come into play.
 */
export class SendSide {
  readonly queue = new SendQueue();
  /** SND.UNA, SND.NXT, and the highest SND.NXT there has been: SYN has position 0. */
  una = 0;
  nxt = 0;
  max = 0;
  finQueued = false;
  #window = 0;
  #maxWindow = 0;
  /** Position of the segment and of the acknowledgement that gave the window: SND.WL1, SND.WL2. */
  #windowFrom = 0;
  #windowAt = 0;
  #mss: number;
  #flight: number;
  readonly #segments: number;

  constructor(mss: number, segments: number) {
    this.#mss = mss;
    this.#segments = segments;
    this.#flight = segments * mss;
  }

  /** Effective MSS: what the peer announced, or we had before if that is less. */
  set mss(mss: number) {
    this.#mss = Math.min(this.#mss, mss);
    this.#flight = this.#segments * this.#mss;
  }

  get mss(): number {
    return this.#mss;
  }

  get window(): number {
    return this.#window;
  }

  get maxWindow(): number {
    return this.#maxWindow;
  }

  /** Something sent waits for its acknowledgement. */
  get outstanding(): boolean {
    return this.max > this.una;
  }

  /** Something may not go yet, though nothing is under way that would bring an acknowledgement. */
  get stuck(): boolean {
    return !this.outstanding && this.nxt < this.#end;
  }

  /** Position behind our FIN; undefined before it was sent. */
  get finEnd(): number | undefined {
    return this.finQueued && this.max === this.#end ? this.#end : undefined;
  }

  /** Everything up to `position` has arrived. */
  acknowledged(position: number): void {
    this.una = position;
    this.nxt = Math.max(this.nxt, position);
    this.queue.acknowledged(position);
    this.#flight = Math.min(this.#segments * this.#mss, this.#flight + this.#mss);
  }

  /** The peer's window, if this segment is newer than the one that gave it last (RFC 9293 3.10.7.4). */
  offered(window: number, position: number, acknowledgement: number): void {
    const older = position < this.#windowFrom ||
      (position === this.#windowFrom && acknowledgement < this.#windowAt);
    if (older) return;
    // What went into a closed window was a probe, and was not taken: it goes again with the rest.
    if (this.#window === 0 && window > 0 && this.una > 0) this.nxt = this.una;
    this.#window = window;
    this.#maxWindow = Math.max(this.#maxWindow, window);
    this.#windowFrom = position;
    this.#windowAt = acknowledgement;
  }

  /** The timer ran out: all over again, with one segment under way. */
  rewind(): void {
    this.nxt = this.una;
    this.#flight = this.#mss;
  }

  /** What goes now. `force`: at least one octet or FIN, whatever the window says. */
  *due(force: boolean): Generator<Due> {
    const right = this.una + Math.min(this.#window, this.#flight);
    while (this.nxt < this.#end) {
      const room = force ? Math.max(right - this.nxt, 1) : right - this.nxt;
      const length = Math.max(0, Math.min(this.#mss, room, this.queue.end - this.nxt));
      const last = this.nxt + length === this.queue.end;
      const fin = this.finQueued && last && room > length;
      if ((length === 0 && !fin) || (!force && this.#silly(length, last))) return;
      force = false;
      const due = {
        position: this.nxt,
        payload: this.queue.slice(this.nxt, this.nxt + length),
        fin,
        last,
        again: this.nxt < this.max,
      };
      this.nxt += length + (fin ? 1 : 0);
      this.max = Math.max(this.max, this.nxt);
      yield due;
    }
  }

  /** RFC 9293 3.8.6.2.1: a small segment is worth sending if it is the last, or fills much of the peer's window. */
  #silly(length: number, last: boolean): boolean {
    return length < this.#mss && !last && length < this.#maxWindow / 2;
  }

  get #end(): number {
    return this.queue.end + (this.finQueued ? 1 : 0);
  }
}
