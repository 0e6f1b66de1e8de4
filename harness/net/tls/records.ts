/** TLS records as they go over the wire (RFC 5246 6.2, RFC 8446 5.1): type, version, length, octets. */

export interface TravelledRecord {
  readonly direction: "out" | "in";
  /** With its header. */
  readonly bytes: Uint8Array;
}

/** Cuts one direction of a stream at the ends of its records. */
export class RecordCutter {
  #header: number[] = [];
  /** Octets of the record's body that have not come yet. */
  #missing = 0;
  #record: Uint8Array[] = [];

  /** Pieces of `bytes`, all of them in order; one that ends a record has it as `record`, whole. */
  cut(bytes: Uint8Array): { readonly piece: Uint8Array; readonly record?: Uint8Array }[] {
    const pieces: { piece: Uint8Array; record?: Uint8Array }[] = [];
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + this.#wanted(bytes.subarray(at)));
      at += piece.length;
      this.#record.push(piece);
      if (this.#header.length < HEADER || this.#missing > 0) {
        pieces.push({ piece });
        continue;
      }
      pieces.push({ piece, record: concat(this.#record) });
      this.#header = [];
      this.#record = [];
    }
    return pieces;
  }

  /** How many of the octets at hand belong to the record that has begun. */
  #wanted(bytes: Uint8Array): number {
    const header = Math.min(HEADER - this.#header.length, bytes.length);
    if (header > 0) {
      this.#header.push(...bytes.subarray(0, header));
      if (this.#header.length < HEADER) return header;
      this.#missing = ((this.#header[3] ?? 0) << 8) | (this.#header[4] ?? 0);
    }
    const body = Math.min(this.#missing, bytes.length - header);
    this.#missing -= body;
    return header + body;
  }
}

/** The last records of a connection, of both directions, in order. */
export class RecordLog {
  readonly #cutters = { out: new RecordCutter(), in: new RecordCutter() };
  readonly #kept: TravelledRecord[] = [];

  get kept(): readonly TravelledRecord[] {
    return this.#kept;
  }

  cut(direction: "out" | "in", bytes: Uint8Array): ReturnType<RecordCutter["cut"]> {
    return this.#cutters[direction].cut(bytes);
  }

  keep(direction: "out" | "in", record: Uint8Array): void {
    this.#kept.push({ direction, bytes: record });
    if (this.#kept.length > MOST) this.#kept.shift();
  }
}

const HEADER = 5;
const MOST = 200;

export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
