/** What is wrong with a profile, told where it stands in the file. */

export interface Problem {
  /** 1-based; null where the file as a whole is meant. */
  readonly line: number | null;
  readonly column: number | null;
  /** Dotted place in the document: "subscribers[3].aka.k"; "" for the document itself. */
  readonly path: string;
  /** One sentence, active voice: the value found and the value needed. */
  readonly message: string;
}

/** The profile cannot be used. `message` holds one "file:line:column: …" line per problem. */
export class ProfileError extends Error {
  override readonly name = "ProfileError";
  constructor(readonly file: string, readonly problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map((problem) => formatProblem(file, problem)).join("\n"), options);
  }
}

export function formatProblem(file: string, problem: Problem): string {
  const place = problem.line === null ? file : `${file}:${problem.line}:${problem.column ?? 1}`;
  return `${place}: ${problem.message}`;
}
