/** `imspeer list`: what would run, and why not the rest. */
import { listing, makePlan, parseShard, type Plan } from "../runner/mod.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import type { Host } from "./host.ts";
import { loadProfile } from "./profile_source.ts";
import { catalogue, suites } from "./registry.ts";
import { PROFILE_OPTION, SELECTOR_OPTIONS, selectorsOf } from "./selection.ts";

export const listCommand: Command = {
  name: "list",
  summary: "show which cases would run, and why not the rest",
  usage: ["list [--profile NAME|FILE] [selectors] [--json]"],
  description: [
    "Nothing is sent. A case applies when the profile claims what it needs and has the subscribers it leases. " +
    "Selectors of one kind widen (--suite aka --suite digest), different kinds narrow (--suite aka --priority 1).",
  ],
  options: [
    PROFILE_OPTION,
    ...SELECTOR_OPTIONS,
    { name: "shard", value: "I/N", help: "only the I-th of N parts of the cases" },
    { name: "json", help: "JSON on standard output" },
  ],
  examples: [
    { command: "imspeer list", says: "all cases" },
    {
      command: "imspeer list --profile lab.yaml --suite aka --priority 1",
      says: "the security-critical ones for a lab",
    },
    { command: "imspeer list --json | jq '.cases[].id'", says: "for a script" },
  ],
  exits: [EXIT.ok, EXIT.unjudged, EXIT.profile],
  exitTexts: { [EXIT.unjudged]: "no case is selected" },
  run(args, host) {
    const { profile } = loadProfile(args.text("profile"), host);
    const shard = args.text("shard");
    const plan = makePlan({
      suites,
      catalogue,
      profile,
      selectors: selectorsOf(args),
      ...(shard === undefined ? {} : { shard: parseShard(shard) }),
    });
    if (args.flag("json")) host.out(`${JSON.stringify(listing(plan), null, 1)}\n`);
    else tellPlan(plan, profile.name, host);
    return Promise.resolve(plan.length > 0 ? EXIT.ok : EXIT.unjudged);
  },
};

function tellPlan(plan: Plan, profile: string, host: Host): void {
  const width = Math.max(0, ...plan.map(({ info }) => info.id.length)) + 2;
  for (const { id, title } of suites) {
    const cases = plan.filter(({ info, applicable }) => info.suite === id && applicable);
    if (cases.length === 0) continue;
    host.say(`${id}  ${title}`);
    for (const { info } of cases) host.say(`  ${info.id.padEnd(width)}${info.priority}  ${info.title}`);
    host.say("");
  }
  const reasons = Map.groupBy(plan.filter(({ applicable }) => !applicable), ({ reason }) => reason ?? "");
  for (const [reason, cases] of reasons) {
    host.say(`not applicable: ${reason}`);
    for (const { info } of cases) host.say(`  ${info.id.padEnd(width)}${info.priority}  ${info.title}`);
    host.say("");
  }
  const apply = plan.filter(({ applicable }) => applicable).length;
  host.say(
    plan.length === 0
      ? "No case is selected."
      : `${plan.length} cases selected, ${apply} apply to profile "${profile}". The number is the priority.`,
  );
}
