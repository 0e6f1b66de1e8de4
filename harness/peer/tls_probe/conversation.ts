/** One TCP connection with a TLS port: something is sent, and what comes is taken until it is enough. */
import type { Clock } from "../../net/types.ts";
import type { ByteStream } from "../../net/byte_stream.ts";

/** The most that is kept of what comes. */
const KEEP = 0x20000;

export interface Received {
  readonly bytes: Uint8Array;
  readonly ended?: "closed" | "reset";
}

export class Conversation {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;
  #seen = 0;
  #ended: Received["ended"];
  #changed = () => {};

  constructor(stream: ByteStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    stream.start({
      data: (bytes) => {
        if (this.#length >= KEEP) return;
        this.#pieces.push(bytes);
        this.#length += bytes.length;
        this.#changed();
      },
      closed: (error) => {
        this.#ended ??= error ? "reset" : "closed";
        this.#changed();
      },
    });
  }

  /** A peer that has closed by then is told by what is received. */
  async send(bytes: Uint8Array): Promise<void> {
    await this.#stream.write(bytes).catch(() => {});
  }

  /**
   * Waits until `enough` says so of the pieces since the last call, the peer ends it, or `within` ms have passed. Gives
   * all that came since the beginning.
   */
  async until(enough: (piece: Uint8Array) => boolean, within: number): Promise<Received> {
    const over = new AbortController();
    const timer = this.#clock.wait(this.#clock.now() + within, over.signal);
    let timedOut = false;
    void timer.then(() => {
      timedOut = true;
      this.#changed();
    });
    let done = false;
    while (!done) {
      while (this.#seen < this.#pieces.length && !done) done = enough(this.#pieces[this.#seen++]!);
      if (done || this.#ended !== undefined || timedOut) break;
      await new Promise<void>((resolve) => this.#changed = resolve);
    }
    over.abort();
    await timer;
    return { bytes: joined(this.#pieces), ...(this.#ended ? { ended: this.#ended } : {}) };
  }

  close(): Promise<void> {
    return this.#stream.destroy();
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
