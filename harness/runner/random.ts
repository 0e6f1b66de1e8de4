/**
 * Chance that can be repeated: octets of SHA-256 in counter mode, keyed by the run's seed, the case and the attempt.
 * Everything random of a case (branch, tag, Call-ID, cnonce, tampering position) comes from here, so that the same
 * seed sends the same octets, whatever else runs beside it.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Random } from "./context.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** `labels` tell streams of one seed apart: the id of the case, the number of the attempt. */
export function seededRandom(seed: string, ...labels: readonly (string | number)[]): Random {
  // Lengths are written in front, so that ("a", "bc") and ("ab", "c") are different streams.
  const name = [seed, ...labels].map((part) => `${String(part).length}:${part}`).join("");
  const key = sha256(new TextEncoder().encode(name));
  const block = new Uint8Array(key.length + 8);
  block.set(key);
  const counter = new DataView(block.buffer, key.length);
  let at = 0n;
  let left = new Uint8Array(0);

  const bytes = (length: number): Uint8Array => {
    if (!Number.isInteger(length) || length < 0) throw new RangeError(`Cannot give "${length}" octets`);
    const out = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (left.length === 0) {
        counter.setBigUint64(0, at++);
        left = new Uint8Array(sha256(block));
      }
      const piece = left.subarray(0, length - filled);
      out.set(piece, filled);
      filled += piece.length;
      left = left.subarray(piece.length);
    }
    return out;
  };
  /** Without bias: what lies above the last whole multiple of `below` is drawn again. */
  const integer = (below: number): number => {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) {
      throw new RangeError(`Cannot draw an integer below "${below}": needs 1 to 4294967296`);
    }
    const limit = 2 ** 32 - (2 ** 32 % below);
    for (;;) {
      const drawn = new DataView(bytes(4).buffer).getUint32(0);
      if (drawn < limit) return drawn % below;
    }
  };
  const token = (length = 16): string => {
    let text = "";
    // The first one is a letter: some fields want a token that does not look like a number.
    for (let i = 0; i < length; i++) text += ALPHABET[integer(i === 0 ? 26 : ALPHABET.length)];
    return text;
  };
  return { bytes, integer, token };
}
