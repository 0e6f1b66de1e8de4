import { basename, isAbsolute } from "node:path";

/**
 * Where a run took place, for its report: enough to repeat it, nothing about the person. `command` is how the target was
 * named (targetCommand()).
 */
export function environment(command: string): Record<string, string> {
  const { deno, v8 } = Deno.version;
  return {
    command,
    deno,
    v8,
    os: `${Deno.build.os} ${Deno.build.arch}`,
    ...kernel(),
  };
}

/** `imspeer run` as far as it says what is tested. Of a path from the root only the name is told. */
export function targetCommand(
  { profile, faults, asAble }: {
    readonly profile: string | undefined;
    readonly faults: readonly string[];
    readonly asAble: boolean;
  },
): string {
  const named = profile !== undefined && isAbsolute(profile) ? basename(profile) : profile;
  return [
    "imspeer run",
    ...named === undefined ? [] : [`--profile ${quoted(named)}`],
    ...faults.map((fault) => `--fault ${fault}`),
    ...asAble ? ["--as-able"] : [],
  ].join(" ");
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function kernel(): Record<string, string> {
  try {
    return { kernel: Deno.osRelease() };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return {}; // --allow-sys=osRelease was not given
    throw error;
  }
}
