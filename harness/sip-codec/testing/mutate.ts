/** Octets made wrong in the ways that hurt parsers. Chance is handed in as a function giving 0 to below 1. */

/** What a mutation puts in: separators, quotes, line ends, numbers at their limits, octets beyond ASCII. */
const SEEDS = [
  "\r\n",
  "\r",
  "\n",
  "\r\n ",
  "\r\n\r\n",
  "\0",
  " ",
  "\t",
  ":",
  ";",
  ",",
  "=",
  "<",
  ">",
  '"',
  "\\",
  '\\"',
  "@",
  "?",
  "&",
  "%",
  "%00",
  "%zz",
  "[",
  "]",
  "[::1]",
  ":::",
  "*",
  "/",
  "(",
  ")",
  "-1",
  "0",
  "2147483648",
  "4294967296",
  "99999999999999999999999999",
  "é",
  "\x7f",
  "\xff",
  "SIP/2.0",
  "sip:",
  "tel:",
  ";tag=",
  ";branch=z9hG4bK",
  "Via: ",
  "l: 1\r\n",
  "--",
  "m=",
  "v=0\r\n",
];

export function mutate(octets: Uint8Array, random: () => number): Uint8Array {
  let mutated: Uint8Array = octets;
  const times = 1 + Math.floor(random() * 4);
  for (let i = 0; i < times; i++) mutated = once(mutated, random);
  return mutated;
}

function once(octets: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const at = below(octets.length + 1);
  const end = Math.min(octets.length, at + 1 + below(20));
  const seed = Uint8Array.from(SEEDS[below(SEEDS.length)] ?? "", (character) => character.charCodeAt(0));
  switch (below(7)) {
    case 0: // insert
      return join(octets.subarray(0, at), seed, octets.subarray(at));
    case 1: // overwrite
      return join(octets.subarray(0, at), seed, octets.subarray(Math.min(octets.length, at + seed.length)));
    case 2: // delete
      return join(octets.subarray(0, at), octets.subarray(end));
    case 3: // repeat a piece
      return join(octets.subarray(0, end), octets.subarray(at));
    case 4: // cut off
      return octets.slice(0, at);
    case 5: { // flip a bit
      const copy = octets.slice();
      if (at < copy.length) copy[at] = (copy[at] as number) ^ (1 << below(8));
      return copy;
    }
    default: { // move a piece elsewhere
      const to = below(octets.length + 1);
      return join(octets.subarray(0, to), octets.subarray(at, end), octets.subarray(to));
    }
  }
}

function join(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A small generator of chance that a seed repeats (xorshift, 32 bits). */
export function chance(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x100000000;
  };
}
