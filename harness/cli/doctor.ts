/** `imspeer doctor`: what this machine and this target can do, line by line. */
import type { Command } from "./command.ts";
import { type Finding, machineFindings } from "./doctor_machine.ts";
import { targetFindings } from "./doctor_target.ts";
import { EXIT } from "./exit.ts";
import type { Host } from "./host.ts";
import { loadProfile } from "./profile_source.ts";
import { PROFILE_OPTION } from "./selection.ts";
import { openTarget } from "./target.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "look at what this machine and the target can do, with a remedy where they cannot",
  usage: ["doctor [--profile NAME|FILE] [--json]"],
  description: [
    "The machine: Deno, the local addresses of the profile, raw sockets (for IPsec in transport mode), OpenSSL (for " +
    "TLS), tshark, xmllint. The target: every entry point is asked with one OPTIONS over each of its transports, TLS " +
    "too; whatever it answers is a sign of life. A border (ibcf) and an HSS are asked for a connection alone, the " +
    "resolver of the profile for where the home domain is served.",
  ],
  options: [PROFILE_OPTION, { name: "json", help: "JSON on standard output" }],
  examples: [{ command: "imspeer doctor --profile lab.yaml", says: "before the first run" }],
  exits: [EXIT.ok, EXIT.unjudged, EXIT.profile],
  exitTexts: {
    [EXIT.ok]: "everything the profile needs is there",
    [EXIT.unjudged]: "something the profile needs is missing",
  },
  async run(args, host) {
    const loaded = loadProfile(args.text("profile"), host);
    const machine = await machineFindings(loaded.profile);
    const target = await openTarget(loaded, []);
    const answers = await targetFindings(target.profile).finally(() => target.close());
    if (args.flag("json")) host.out(`${JSON.stringify({ machine, target: answers }, null, 1)}\n`);
    else {
      tell("this machine", machine, host);
      tell(`target "${loaded.profile.name}"`, answers, host);
    }
    return [...machine, ...answers].some(({ status }) => status === "missing") ? EXIT.unjudged : EXIT.ok;
  },
};

const WORDS: Readonly<Record<Finding["status"], string>> = {
  ok: "ok",
  missing: "MISSING",
  optional: "without",
};

function tell(head: string, findings: readonly Finding[], host: Host): void {
  host.say(head);
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, status, detail, remedy } of findings) {
    host.say(`  ${WORDS[status].padEnd(8)} ${name.padEnd(width)}  ${detail}`);
    if (remedy !== null) host.say(`  ${" ".repeat(8)} ${" ".repeat(width)}  -> ${remedy}`);
  }
}
