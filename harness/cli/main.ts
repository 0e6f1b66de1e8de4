/** The program: finds the command, and turns what goes wrong into one message and an exit code. */
import { didYouMean, ProfileError } from "../../profiles/mod.ts";
import { EnvironmentError } from "../errors.ts";
import { UsageError } from "../runner/mod.ts";
import { parseCommandLine } from "./args.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { CliError, EXIT, type ExitCode } from "./exit.ts";
import { commandHelp, programHelp } from "./help.ts";
import type { Host } from "./host.ts";
import { VERSION } from "./version.ts";

/** Never throws. The exit code is the caller's to use. */
export async function main(words: readonly string[], host: Host): Promise<ExitCode> {
  try {
    return await dispatch(words, host);
  } catch (error) {
    return report(error, words.includes("--debug"), host);
  }
}

function dispatch(words: readonly string[], host: Host): Promise<ExitCode> {
  const [name, ...rest] = words;
  const done = (text: string) => {
    host.out(text);
    return Promise.resolve(EXIT.ok);
  };
  if (name === undefined) {
    host.write(programHelp(COMMANDS, VERSION));
    return Promise.resolve(EXIT.usage);
  }
  if (name === "--help" || name === "-h") return done(programHelp(COMMANDS, VERSION));
  if (name === "help") return help(rest, host);
  if (name === "--version" || name === "-V") return done(`imspeer ${VERSION}\n`);
  const command = find(name);
  const args = parseCommandLine(command, rest);
  return args.flag("help") ? done(commandHelp(command)) : command.run(args, host);
}

function help([name]: readonly string[], host: Host): Promise<ExitCode> {
  host.out(name === undefined ? programHelp(COMMANDS, VERSION) : commandHelp(find(name)));
  return Promise.resolve(EXIT.ok);
}

function find(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command) return command;
  const what = name.startsWith("-")
    ? `"${name}" stands before a command`
    : `There is no command "${name}"${didYouMean(name, COMMANDS.map((known) => known.name))}`;
  throw new CliError(EXIT.usage, what, [`"imspeer --help" lists the commands`]);
}

/** What went wrong, for people; the code is what DESIGN 7 says of it. */
function report(error: unknown, debug: boolean, host: Host): ExitCode {
  if (error instanceof CliError) {
    host.say(`imspeer: ${error.message}`);
    for (const hint of error.hints) host.say(`  ${hint}`);
    if (debug && error.stack) host.say(error.stack);
    return error.code;
  }
  if (error instanceof UsageError) {
    host.say(`imspeer: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof ProfileError) {
    const count = error.problems.length;
    host.say(error.message);
    if (count > 1) host.say(`imspeer: ${count} problems in the profile "${error.file}"`);
    return EXIT.profile;
  }
  if (error instanceof EnvironmentError) {
    host.say(`imspeer: ${error.message}`);
    host.say(`  ${error.remedy}`);
    return EXIT.unjudged;
  }
  if (error instanceof Deno.errors.NotCapable) {
    host.say(`imspeer: ${error.message.replace(/, run again.*/, "")}`);
    host.say(`  Deno was started without that permission: run "deno run" on mod.ts with it`);
    if (debug && error.stack) host.say(error.stack);
    return EXIT.usage;
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  host.say(`imspeer: internal error: ${text}`);
  if (debug && error instanceof Error && error.stack) host.say(error.stack);
  if (!debug) host.say("  This is a bug in imspeer. Run again with --debug and report what it shows.");
  return EXIT.internal;
}
