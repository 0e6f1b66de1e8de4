/**
 * Markup packed into the page: zlib data (RFC 1950) in base64, which a browser inflates by itself. Cases resemble
 * each other more than themselves; so neighbours are packed together, as many as are still unpacked in an instant.
 */
import { deflateSync } from "node:zlib";

export interface Packed {
  /** Zlib data in base64, each of the markups of some cases, with SEPARATOR between them. */
  readonly packs: readonly string[];
  /** By case: in which pack, and there at which place. */
  readonly places: ReadonlyMap<string, readonly [pack: number, place: number]>;
}

/** In no markup: what comes from a device is shown with its controls escaped. */
export const SEPARATOR = "\0";

/** Characters of a pack, unless a single markup has more. */
const PACK_SIZE = 400_000;

export function pack(markups: ReadonlyMap<string, string>): Packed {
  const packs: string[] = [];
  const places = new Map<string, readonly [number, number]>();
  let waiting: string[] = [];
  let size = 0;
  const close = () => {
    if (waiting.length === 0) return;
    packs.push(deflateSync(waiting.join(SEPARATOR), { level: 8 }).toString("base64"));
    waiting = [];
    size = 0;
  };
  for (const [id, markup] of markups) {
    if (size + markup.length > PACK_SIZE) close();
    places.set(id, [packs.length, waiting.length]);
    waiting.push(markup);
    size += markup.length;
  }
  close();
  return { packs, places };
}
