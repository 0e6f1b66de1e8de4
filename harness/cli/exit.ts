/** Exit codes (DESIGN 7), and the errors of the command line that carry one. */

export const EXIT = {
  ok: 0,
  failed: 1,
  unjudged: 2,
  usage: 64,
  profile: 65,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** For `--help`. */
export const EXIT_TEXTS: Readonly<Record<ExitCode, string>> = {
  [EXIT.ok]: "done, and nothing failed",
  [EXIT.failed]: "a case failed, or a waiver is stale",
  [EXIT.unjudged]: "nothing failed, but something could not be judged, or nothing was selected",
  [EXIT.usage]: "the command line is wrong; nothing was done",
  [EXIT.profile]: "the profile is wrong; nothing was sent",
  [EXIT.internal]: "a bug in imspeer; --debug shows where",
  [EXIT.interrupted]: "interrupted; what had finished is reported",
};

/** Ends the program with one clear message and this code. `hints` are further lines. */
export class CliError extends Error {
  override readonly name = "CliError";
  constructor(
    readonly code: ExitCode,
    message: string,
    readonly hints: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function usageError(message: string, ...hints: string[]): CliError {
  return new CliError(EXIT.usage, message, hints);
}
