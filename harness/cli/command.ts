/** What a command is: data for the help, and one function. */
import type { Args } from "./args.ts";
import type { ExitCode } from "./exit.ts";
import type { Host } from "./host.ts";

export interface OptionSpec {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for the value: "DIR". Absent for a switch. */
  readonly value?: string;
  readonly repeatable?: boolean;
  /** One sentence without a full stop; the default is told apart. */
  readonly help: string;
  /** Told in the help; the command fills it in. */
  readonly default?: string;
  /** Heading in the help. */
  readonly group?: string;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** After "imspeer ": one line per form. */
  readonly usage: readonly string[];
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly options: readonly OptionSpec[];
  /** How many words without a dash it takes. */
  readonly positionals?: { readonly least: number; readonly most: number };
  readonly examples: readonly { readonly command: string; readonly says: string }[];
  /** Those that it can end with besides 64 and 70. */
  readonly exits: readonly ExitCode[];
  /** Further words for some of them. */
  readonly exitTexts?: Readonly<Partial<Record<ExitCode, string>>>;
  run(args: Args, host: Host): Promise<ExitCode>;
}

/** Every command has them. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: "help", short: "h", help: "show this help and end", group: "Other" },
  { name: "debug", help: "on a bug in imspeer, show the stack", group: "Other" },
];
