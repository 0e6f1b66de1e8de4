/** Where cases stand and which ids there have ever been. Pure: the gate (check_cases.ts) hands in the texts. */

/** An id written in a file of a suite: `id: "aka/challenge-hides-keys"`. */
export interface WrittenId {
  readonly id: string;
  readonly file: string;
  readonly line: number;
}

/** The case ids that a source file writes out; those made from a table are not seen here. */
export function writtenIds(file: string, source: string): WrittenId[] {
  return source.split("\n").flatMap((text, index) =>
    [...text.matchAll(/\bid:\s*["'`]([a-z0-9-]+\/[^"'`$]+)["'`]/g)].map((found) => ({
      id: found[1]!,
      file,
      line: index + 1,
    }))
  );
}

/** Cases in a folder of another suite, written twice, or written and registered in no suite. */
export function placementProblems(written: readonly WrittenId[], registered: ReadonlySet<string>): string[] {
  const first = new Map<string, WrittenId>();
  return written.flatMap((one) => {
    const { id, file, line } = one;
    const problems: string[] = [];
    const folder = file.match(/^suites\/([^/]+)\//)?.[1];
    if (folder !== id.split("/")[0]) problems.push(`case "${id}" stands outside the folder of its suite`);
    if (!registered.has(id)) problems.push(`case "${id}" is an orphan: no suite of suites/mod.ts lists it`);
    const earlier = first.get(id);
    if (earlier) problems.push(`case "${id}" is written in ${earlier.file}:${earlier.line} already`);
    else first.set(id, one);
    return problems.map((problem) => `${file}:${line}: ${problem}`);
  });
}

/**
 * The register of ids (suites/ids.txt): an id per line, sorted; one that is gone for good stays, with
 * " retired: " and the reason behind it, so that it is never given to another case.
 */
export function registerProblems(register: string, ids: readonly string[]): string[] {
  const known = parseRegister(register);
  const lines = [...known.keys()];
  return [
    ...ids.filter((id) => !known.has(id)).map((id) =>
      `case "${id}" is missing in suites/ids.txt (--write adds it)`
    ),
    ...ids.filter((id) => known.get(id)).map((id) =>
      `case "${id}" has an id that was retired: never use one again`
    ),
    ...lines.filter((id) => !known.get(id) && !ids.includes(id))
      .map((id) => `suites/ids.txt: case "${id}" is gone; if for good, write "${id} retired: <reason>"`),
  ];
}

/** The register with the ids that it lacks. */
export function extendedRegister(register: string, ids: readonly string[]): string {
  const known = parseRegister(register);
  for (const id of ids) if (!known.has(id)) known.set(id, undefined);
  return [...known].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([id, reason]) => reason === undefined ? `${id}\n` : `${id} retired: ${reason}\n`).join("");
}

/** Reason of the retirement by id, undefined for those in use. */
function parseRegister(register: string): Map<string, string | undefined> {
  const known = new Map<string, string | undefined>();
  for (const line of register.split("\n")) {
    const [, id, reason] = line.match(/^(\S+)(?: retired: (.+))?$/) ?? [];
    if (id !== undefined) known.set(id, reason);
  }
  return known;
}
