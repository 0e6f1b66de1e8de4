/** A profile's text into a Profile. */
import { buildProfile } from "./build.ts";
import { formatPath, problemsOf } from "./check.ts";
import { type Path, plainDocument } from "./document.ts";
import { type Problem, ProfileError } from "./error.ts";
import { expandRanges } from "./ranges.ts";
import { profileSchema } from "./schema.ts";
import { type ProfileSources, resolveSecrets } from "./secrets.ts";
import type { Profile } from "./types.ts";

/**
 * `file` is only for messages. Throws ProfileError with every problem found, each with line and column; a
 * problem of a block of subscribers is told once, for the first of them.
 */
export function parseProfile(text: string, file: string, sources: ProfileSources): Profile {
  const document = plainDocument(text, file);
  const { value: expanded, toSource } = withRanges(document.value as Record<string, unknown>);
  const { value, failures } = resolveSecrets(expanded, sources);

  const unresolved = new Set(failures.map((failure) => formatPath(failure.path)));
  const problems: Problem[] = failures.map((failure) => ({
    ...document.locate(toSource(failure.path)),
    path: formatPath(toSource(failure.path)),
    message: `"${formatPath(toSource(failure.path))}": ${failure.message}`,
  }));

  const checked = profileSchema.safeParse(value);
  if (!checked.success) {
    const issues = checked.error.issues.filter((issue) => !unresolved.has(formatPath(issue.path as Path)));
    throw new ProfileError(file, ordered([...problems, ...problemsOf(issues, value, document, toSource)]));
  }
  if (problems.length > 0) throw new ProfileError(file, ordered(problems));

  const { profile, complaints } = buildProfile(checked.data);
  if (complaints.length > 0) {
    throw new ProfileError(
      file,
      ordered(complaints.map(({ path, message }) => ({
        ...document.locate(toSource(path)),
        path: formatPath(toSource(path)),
        message,
      }))),
    );
  }
  return profile;
}

/** Subscribers with their ranges written out, and the way back from a path there to one in the file. */
function withRanges(value: Record<string, unknown>): { value: unknown; toSource: (path: Path) => Path } {
  if (!Array.isArray(value["subscribers"])) return { value, toSource: (path) => path };
  const expanded = expandRanges(value["subscribers"]);
  return {
    value: { ...value, subscribers: expanded.map(({ entry }) => entry) },
    toSource(path) {
      const [section, index, ...rest] = path;
      if (section !== "subscribers" || typeof index !== "number") return path;
      return [section, expanded[index]?.origin ?? index, ...rest];
    },
  };
}

/** As they stand in the file; of several at one place with the same text before the value, the first. */
function ordered(problems: readonly Problem[]): Problem[] {
  const kind = (problem: Problem) =>
    `${problem.line}:${problem.column}:${
      problem.message.replace(/(, found|found|:|the (name|impi)) .*/, "")
    }`;
  const first = new Map<string, Problem>();
  for (const problem of problems) first.set(kind(problem), first.get(kind(problem)) ?? problem);
  return [...first.values()].sort((a, b) =>
    (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  );
}
