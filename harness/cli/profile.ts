/** `imspeer profile init | check | schema | show`. */
import {
  didYouMean,
  maskedProfile,
  type Profile,
  profileJsonSchema,
  showProfile,
} from "../../profiles/mod.ts";
import { caseIds } from "./registry.ts";
import { unknownWaivers } from "../runner/mod.ts";
import type { Args } from "./args.ts";
import type { Command } from "./command.ts";
import { EXIT, type ExitCode, usageError } from "./exit.ts";
import type { Host } from "./host.ts";
import { type LoadedProfile, loadProfile, readTemplate, templateNames } from "./profile_source.ts";

const ACTIONS: Readonly<Record<string, (args: Args, host: Host) => ExitCode | Promise<ExitCode>>> = {
  init,
  check,
  schema,
  show,
};

export const profileCommand: Command = {
  name: "profile",
  summary: "make, check and show the description of a device under test",
  usage: [
    "profile init [FILE] [--template NAME]",
    "profile check FILE",
    "profile show [NAME|FILE] [--json]",
    "profile schema",
  ],
  description: [
    "init writes a commented profile to fill in, to FILE or to standard output. check tells every mistake with " +
    "file, line and column. show prints every value in effect, secrets masked. schema prints the JSON Schema " +
    "that editors complete and check a profile with.",
  ],
  options: [
    { name: "template", value: "NAME", help: "for init: which template", default: "lab" },
    { name: "force", help: "for init: overwrite FILE" },
    { name: "json", help: "for show: JSON on standard output" },
  ],
  positionals: { least: 1, most: 2 },
  examples: [
    { command: "imspeer profile init lab.yaml", says: "a profile to fill in" },
    { command: "imspeer profile check lab.yaml", says: "every mistake, with line and column" },
    { command: "imspeer profile show embedded", says: "what the embedded core is described with" },
    { command: "imspeer profile schema > profile.schema.json", says: "for an editor" },
  ],
  exits: [EXIT.ok, EXIT.profile],
  run(args, host) {
    const [action = ""] = args.positionals;
    const known = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!known) {
      throw usageError(
        `There is no "imspeer profile ${action}"${didYouMean(action, Object.keys(ACTIONS))}`,
        `"imspeer profile --help" lists what there is`,
      );
    }
    return Promise.resolve(known(args, host));
  },
};

async function init(args: Args, host: Host): Promise<ExitCode> {
  const name = args.text("template") ?? "lab";
  if (!templateNames().includes(name)) {
    throw usageError(
      `There is no template "${name}"${didYouMean(name, templateNames())}`,
      `there is ${templateNames().join(", ")}`,
    );
  }
  const text = readTemplate(name);
  const file = args.positionals[1];
  if (file === undefined) {
    host.out(text);
    return EXIT.ok;
  }
  if (host.exists(file) && !args.flag("force")) {
    throw usageError(`"${file}" exists already`, `give another name, or --force to overwrite it`);
  }
  await host.writeFile(file, text);
  host.say(`Wrote "${file}": fill in what is marked with "<--", then: imspeer profile check ${file}`);
  return EXIT.ok;
}

function check(args: Args, host: Host): ExitCode {
  const file = args.positionals[1];
  if (file === undefined) throw usageError(`"imspeer profile check" needs a FILE`);
  const loaded = loadProfile(file, host);
  for (const warning of warningsOf(loaded)) host.say(`${loaded.file}: warning: ${warning}`);
  host.say(`${loaded.file}: ${summaryOf(loaded.profile)}`);
  return EXIT.ok;
}

function show(args: Args, host: Host): ExitCode {
  const { profile } = loadProfile(args.positionals[1], host);
  host.out(args.flag("json") ? `${JSON.stringify(maskedProfile(profile), null, 2)}\n` : showProfile(profile));
  return EXIT.ok;
}

function schema(args: Args, host: Host): ExitCode {
  if (args.positionals.length > 1) {
    throw usageError(`"imspeer profile schema" does not take "${args.positionals[1]}"`);
  }
  host.out(`${JSON.stringify(profileJsonSchema(), null, 2)}\n`);
  return EXIT.ok;
}

/** What is no mistake and yet most likely not meant. */
function warningsOf({ profile, text }: LoadedProfile): string[] {
  const ids = caseIds();
  const untouched = untouchedLines(text);
  return [
    ...unknownWaivers(profile, ids).map(({ case: name }) =>
      `no case answers to the waiver of "${name}"${didYouMean(name, ids)}`
    ),
    ...(profile.subscribers.length === 0 && !profile.homeNetworks
      ? ["there are no subscribers, so no case can run"]
      : []),
    ...(Object.keys(profile.access).length === 0 ? ["there is no address to send from (access)"] : []),
    ...(Object.keys(profile.capabilities).length === 0
      ? ["no capability is claimed, so few cases apply"]
      : []),
    ...(untouched.length > 0
      ? [`to be filled in, and still as in the template: line ${untouched.join(", ")}`]
      : []),
  ];
}

/** Numbers of the lines that a template marks, and that nobody has changed. */
function untouchedLines(text: string): number[] {
  const marked = new Set(
    templateNames().flatMap((name) => readTemplate(name).split("\n").filter((line) => / #\s+<--/.test(line))),
  );
  return text.split("\n").flatMap((line, index) => marked.has(line) ? [index + 1] : []);
}

function summaryOf(profile: Profile): string {
  const schemes = (["aka", "digest"] as const).map((scheme) =>
    `${profile.subscribers.filter((subscriber) => subscriber[scheme]).length} ${scheme}`
  );
  return `a valid profile "${profile.name}": ${profile.subscribers.length} subscribers (${
    schemes.join(", ")
  }), ` +
    `entry points ${Object.keys(profile.entry).join(", ")}`;
}
