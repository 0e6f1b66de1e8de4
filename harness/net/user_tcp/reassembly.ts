/** What came ahead of its turn, by position. The caller keeps it within the window, and so within bounds. */

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Pieces kept at a time; what makes one more is dropped and comes again. */
const MOST_PIECES = 256;

export class Reassembly {
  /** In order, without overlap. */
  #pieces: Piece[] = [];

  get empty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Keeps the octets that are not here yet. Where two differ the first to come counts. */
  insert(start: number, bytes: Uint8Array): void {
    const end = start + bytes.length;
    const added: Piece[] = [];
    let at = start;
    for (const piece of this.#pieces) {
      if (piece.start >= end) break;
      if (piece.start > at) added.push(cut(start, bytes, at, piece.start));
      at = Math.max(at, piece.start + piece.bytes.length);
    }
    if (at < end) added.push(cut(start, bytes, at, end));
    if (this.#pieces.length + added.length > MOST_PIECES) return;
    this.#pieces = [...this.#pieces, ...added].sort((a, b) => a.start - b.start);
  }

  /** Takes out what begins at `position`, without a gap. */
  take(position: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let at = position;
    while (this.#pieces[0] && this.#pieces[0].start <= at) {
      const { start, bytes } = this.#pieces.shift() as Piece;
      const rest = bytes.subarray(at - start);
      if (rest.length === 0) continue;
      taken.push(rest);
      at += rest.length;
    }
    return taken;
  }
}

function cut(start: number, bytes: Uint8Array, from: number, to: number): Piece {
  return { start: from, bytes: bytes.subarray(from - start, to - start) };
}
