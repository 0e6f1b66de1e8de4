/** The words of the command line, checked against what a command knows. */
import { parseArgs } from "node:util";
import { LocalMisuseError } from "../errors.ts";
import { didYouMean } from "../../profiles/mod.ts";
import { type Command, COMMON_OPTIONS, type OptionSpec } from "./command.ts";
import { usageError } from "./exit.ts";

export class Args {
  readonly #specs: ReadonlyMap<string, OptionSpec>;
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(
    specs: readonly OptionSpec[],
    values: ReadonlyMap<string, readonly string[]>,
    readonly positionals: readonly string[],
  ) {
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#of(name).length > 0;
  }

  text(name: string): string | undefined {
    return this.#of(name)[0];
  }

  /** Repeated options, in order. */
  list(name: string): readonly string[] {
    return this.#of(name);
  }

  /** A whole number within bounds. */
  integer(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const needed = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw usageError(`"--${name}" needs a whole number, ${needed}, found "${text}"`);
  }

  /** One of a few words. */
  choice<const T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : oneOf(name, text, words);
  }

  /** "junit,html" and repeated options: a list of a few words, each once. */
  choices<const T extends string>(name: string, words: readonly T[]): readonly T[] | undefined {
    if (!this.flag(name)) return undefined;
    const given = this.list(name).flatMap((text) => text.split(",")).map((word) => word.trim());
    return [...new Set(given.map((word) => oneOf(name, word, words)))];
  }

  #of(name: string): readonly string[] {
    if (!this.#specs.has(name)) throw new LocalMisuseError(`The command has no option "${name}"`);
    return this.#values.get(name) ?? [];
  }
}

/** Throws a CliError (64) for whatever `command` does not know. */
export function parseCommandLine(command: Command, words: readonly string[]): Args {
  const specs = [...command.options, ...COMMON_OPTIONS];
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const see = `"imspeer ${command.name} --help" lists what there is`;
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(specs.map((spec) => [spec.name, {
      type: spec.value === undefined ? "boolean" as const : "string" as const,
      ...(spec.short === undefined ? {} : { short: spec.short }),
    }])),
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const spec = byName.get(token.name);
    const written = token.rawName;
    if (!spec) {
      const known = specs.map(({ name }) => `--${name}`);
      throw usageError(
        `"imspeer ${command.name}" has no option "${written}"${didYouMean(written, known)}`,
        see,
      );
    }
    values.set(spec.name, [...(values.get(spec.name) ?? []), valueOf(spec, token, see)]);
    if (!spec.repeatable && (values.get(spec.name)?.length ?? 0) > 1) {
      throw usageError(`"${written}" is given twice`, see);
    }
  }
  const args = new Args(specs, values, positionals);
  if (!args.flag("help")) checkCount(command, positionals, see);
  return args;
}

function valueOf(
  spec: OptionSpec,
  token: {
    readonly rawName: string;
    readonly value?: string | undefined;
    readonly inlineValue?: boolean | undefined;
  },
  see: string,
): string {
  if (spec.value === undefined) {
    if (token.value === undefined) return "true";
    throw usageError(`"${token.rawName}" takes no value, found "${token.value}"`, see);
  }
  const missing = token.value === undefined || token.value === "" ||
    !token.inlineValue && token.value.startsWith("-") && token.value.length > 1;
  if (!missing) return token.value ?? "";
  const how = token.value?.startsWith("-")
    ? `; for a value with a dash write "${token.rawName}=${token.value}"`
    : "";
  throw usageError(`"${token.rawName}" needs a value: ${spec.value}${how}`, see);
}

function checkCount(command: Command, positionals: readonly string[], see: string): void {
  const { least, most } = command.positionals ?? { least: 0, most: 0 };
  const surplus = positionals[most];
  if (surplus !== undefined) {
    const options = [...command.options, ...COMMON_OPTIONS].map(({ name }) => name);
    const meant = didYouMean(surplus, options).replace(`"`, `"--`);
    throw usageError(`"imspeer ${command.name}" does not take "${surplus}"${meant}`, see);
  }
  if (positionals.length < least) {
    const ways = command.usage.map((usage) => `imspeer ${usage}`).join(", or ");
    throw usageError(`"imspeer ${command.name}" is not complete: ${ways}`, see);
  }
}

function oneOf<T extends string>(name: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw usageError(
    `"--${name}" needs ${words.map((word) => `"${word}"`).join(" or ")}, found "${text}"${
      didYouMean(text, words)
    }`,
  );
}
