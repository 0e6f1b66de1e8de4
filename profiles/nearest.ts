/**
 * The known word that a mistyped one most likely means, or undefined when none is near: at most a third of the
 * word may differ (Damerau–Levenshtein, so that two swapped letters count as one slip).
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    const distance = squash(lower) === squash(wanted) ? 0 : slips(wanted, lower);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** ` (did you mean "x"?)`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const found = nearest(word, known);
  return found === undefined ? "" : ` (did you mean "${found}"?)`;
}

/** "regAwaitAuth", "reg_await_auth" and "reg-await-auth" are the same word to a person. */
function squash(word: string): string {
  return word.replace(/[-_. ]/g, "");
}

/** Optimal string alignment distance, three rows at a time. */
function slips(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8) return Infinity;
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((old[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (old[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (older[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    older = old;
    old = row;
  }
  return old[b.length] ?? Infinity;
}
