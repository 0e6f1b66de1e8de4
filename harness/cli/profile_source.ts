/** `--profile NAME|FILE`: where the text is, and what it is as a Profile. */
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean, parseProfile, type Profile } from "../../profiles/mod.ts";
import { CliError, EXIT } from "./exit.ts";
import type { Host } from "./host.ts";

/** The profile that needs no equipment. */
export const EMBEDDED = "embedded";

export interface LoadedProfile {
  readonly profile: Profile;
  /** As the user may open it. */
  readonly file: string;
  readonly text: string;
  /** Is the target the reference core of this program? */
  readonly embedded: boolean;
}

/** Throws ProfileError, or CliError (65) where there is no such file. */
export function loadProfile(nameOrFile: string | undefined, host: Host): LoadedProfile {
  const wanted = nameOrFile ?? EMBEDDED;
  const file = findProfile(wanted, host);
  const text = readProfile(file, host);
  const profile = parseProfile(text, file, {
    env: (name) => readVariable(name, host),
    readFile: (path) => readBeside(file, path, host),
  });
  return { profile, file, text, embedded: wanted === EMBEDDED };
}

/** Names of the profiles that come with imspeer. */
export function shippedProfiles(): string[] {
  return yamlNames(SHIPPED);
}

/** Templates of `profile init`. */
export function templateNames(): string[] {
  return yamlNames(join(SHIPPED, "templates"));
}

export function readTemplate(name: string): string {
  return Deno.readTextFileSync(join(SHIPPED, "templates", `${name}.yaml`));
}

const SHIPPED = fileURLToPath(new URL("../../profiles", import.meta.url));

/** A word is a shipped profile, or a file of that name here; anything with a slash or an ending is a file. */
function findProfile(wanted: string, host: Host): string {
  if (/[/\\]|\.(ya?ml|json)$/i.test(wanted)) return wanted;
  const shipped = shippedProfiles();
  if (shipped.includes(wanted)) return join(SHIPPED, `${wanted}.yaml`);
  for (const beside of [`${wanted}.yaml`, `${wanted}.yml`, wanted]) {
    if (host.exists(beside)) return beside;
  }
  throw new CliError(EXIT.profile, `There is no profile "${wanted}"${didYouMean(wanted, shipped)}`, [
    `shipped are ${shipped.map((name) => `"${name}"`).join(", ")}; for a file of your own give its path`,
  ]);
}

function readProfile(file: string, host: Host): string {
  try {
    return host.readText(file);
  } catch (error) {
    const hints = error instanceof Deno.errors.NotFound
      ? [`"imspeer profile init ${file}" makes one to fill in`]
      : [];
    throw new CliError(EXIT.profile, `Cannot read the profile "${file}": ${whyNot(error)}`, hints, {
      cause: error,
    });
  }
}

function readBeside(file: string, path: string, host: Host): string {
  const place = isAbsolute(path) ? path : join(dirname(file), path);
  try {
    return host.readText(place);
  } catch (error) {
    throw new Error(`Cannot read the file "${place}": ${whyNot(error)}`, { cause: error });
  }
}

function readVariable(name: string, host: Host): string | undefined {
  try {
    return host.env(name);
  } catch (error) {
    throw new Error(
      `The environment variable "${name}" may not be read: start Deno with --allow-env=${name}`,
      { cause: error },
    );
  }
}

/** The reason in words a user knows, without the operating system's. */
export function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "the permission is missing";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is no folder";
  if ((error as { code?: unknown } | null)?.code === "ENOSPC") return "no space is left on the device";
  if (error instanceof Deno.errors.NotCapable) return error.message.replace(/, run again.*/, "");
  return error instanceof Error ? error.message : String(error);
}

function yamlNames(folder: string): string[] {
  return [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".yaml"))
    .map(({ name }) => name.replace(/\.yaml$/, "")).sort();
}
