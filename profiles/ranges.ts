/**
 * Blocks of subscribers. An entry with `range: "1..12"` stands for twelve: in every string of it `{n}` becomes the
 * number, `{n:03}` the number in three digits.
 */

export interface Expanded {
  readonly entry: unknown;
  /** Which entry of the file it came from. */
  readonly origin: number;
}

const MOST = 10_000;

/** Entries without a usable range come back as they are: the schema says what is wrong with them. */
export function expandRanges(entries: readonly unknown[]): Expanded[] {
  return entries.flatMap((entry, origin) => {
    const bounds = rangeOf(entry);
    if (!bounds) return [{ entry, origin }];
    const { range: _, ...rest } = entry as Record<string, unknown>;
    return Array.from({ length: bounds.last - bounds.first + 1 }, (_, index) => ({
      entry: substitute(rest, bounds.first + index),
      origin,
    }));
  });
}

/** Puts `n` for {n} and {n:03} in every string inside. `${n}` is left alone: that is an environment variable. */
export function substitute(value: unknown, n: number): unknown {
  if (typeof value === "string") {
    return value.replace(
      /(?<!\$)\{n(?::(\d{1,3}))?\}/g,
      (_, width?: string) => String(n).padStart(Math.min(Number(width ?? 0), 64), "0"),
    );
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, n));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substitute(inner, n)]));
  }
  return value;
}

function rangeOf(entry: unknown): { first: number; last: number } | undefined {
  return typeof entry === "object" && entry !== null && "range" in entry
    ? parseRange(String(entry.range))
    : undefined;
}

/** "1..12"; undefined for anything else, for bounds the wrong way round, and for more than 10000. */
export function parseRange(text: string): { first: number; last: number } | undefined {
  const parts = text.match(/^\s*(\d{1,6})\s*\.\.\s*(\d{1,6})\s*$/);
  const first = Number(parts?.[1]);
  const last = Number(parts?.[2]);
  return parts && first <= last && last - first < MOST ? { first, last } : undefined;
}
