/** Selectors: "aka/*", "33.203/6.1.?/0*", and what a mistyped one may have meant. */

/** `*` is any run of characters, also of "/", `?` any one. */
export function globMatcher(glob: string): (text: string) => boolean {
  const source = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*").replace(/\?/g, ".");
  const pattern = new RegExp(`^${source}$`, "s");
  return (text) => pattern.test(text);
}

/** The names most like this one, best first, at most three, none that is altogether different. */
export function nearMatches(name: string, names: Iterable<string>): string[] {
  const wanted = name.replace(/[*?]+/g, "").toLowerCase();
  if (wanted === "") return [];
  return [...new Set(names)]
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) =>
      distance <= Math.max(2, Math.min(candidate.length, wanted.length) / 2)
    )
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Edits between two names; one that is a piece of the other, from the beginning of a word, counts as near. */
function distanceOf(a: string, b: string): number {
  if (a.length > 2 && /[a-z0-9]/.test(b.charAt(b.indexOf(a) - 1)) === false && b.includes(a)) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    }
    row = next;
  }
  return row[b.length]!;
}
