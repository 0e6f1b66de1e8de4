/** `imspeer run`: cases against a device, and the reports of it. */
import { join } from "node:path";
import {
  DEFAULT_JOBS,
  exitCode,
  type FailOn,
  makePlan,
  parseShard,
  type Plan,
  type Shard,
  unknownWaivers,
} from "../runner/mod.ts";
import type { Args } from "./args.ts";
import type { Command, OptionSpec } from "./command.ts";
import { targetCommand } from "./environment.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import type { Host } from "./host.ts";
import { judge, newSeed } from "./judge.ts";
import { Output } from "./output.ts";
import { type LoadedProfile, loadProfile } from "./profile_source.ts";
import { caseIds, catalogue, faultIds, suites } from "./registry.ts";
import { type Reporter, REPORTER_OPTION, REPORTERS, reportFiles } from "./reporters.ts";
import { asAble } from "./as_able.ts";
import { PROFILE_OPTION, SELECTOR_OPTIONS, selectorsOf } from "./selection.ts";
import { tellSightings } from "./sightings.ts";
import { openTarget, refuseFaults } from "./target.ts";

const DEFAULT_REPORTERS: readonly Reporter[] = ["console", "junit", "html", "json"];

const HOW: readonly OptionSpec[] = [
  { name: "shard", value: "I/N", help: "only the I-th of N parts, for several machines" },
  {
    name: "jobs",
    short: "j",
    value: "N",
    help: "cases at a time, as far as there are subscribers",
    default: String(DEFAULT_JOBS),
  },
  { name: "repeat", value: "N", help: "try each case N times; the worst attempt counts", default: "1" },
  {
    name: "seed",
    value: "S",
    help: "all chance comes from it: the same seed repeats a run",
    default: "a new one",
  },
  {
    name: "fail-on",
    value: "WORST",
    help: "end with 1 from this verdict on: fail, inconclusive or warn",
    default: "fail",
  },
  { name: "bail", help: "start nothing more after the first fail" },
  {
    name: "as-able",
    help:
      "leave out what this machine lacks the privilege for (ESP over raw IP), in place of leaving it inconclusive",
  },
].map((option) => ({ ...option, group: "How" }));

const OUTPUT: readonly OptionSpec[] = [
  {
    name: "out",
    short: "o",
    value: "DIR",
    help: "output folder; a run replaces what an earlier one left",
    default: "out",
  },
  { ...REPORTER_OPTION, default: DEFAULT_REPORTERS.join(",") },
  {
    name: "keep-secrets",
    help: "leave keys and passwords in evidence and reports; Wireshark can then decrypt TLS and ESP",
  },
  { name: "verbose", short: "v", help: "list passing cases on a terminal, too" },
].map((option) => ({ ...option, group: "Output" }));

export const runCommand: Command = {
  name: "run",
  summary: "run cases against a device and report",
  usage: ["run [--profile NAME|FILE] [selectors] [--out DIR] [options]"],
  description: [
    "Without --profile the target is the reference core inside this program. The device is asked first whether it " +
    "answers at all, then every case runs on subscribers of its own, side by side. The output folder gets " +
    "index.html, junit.xml, results.json and, per case, a trace and a capture for Wireshark.",
    "Selectors of one kind widen (--suite tls --suite interconnect), different kinds narrow (--suite tls --priority 1); " +
    '"imspeer list" takes the same and shows what they select.',
  ],
  options: [
    PROFILE_OPTION,
    {
      name: "fault",
      value: "ID",
      repeatable: true,
      group: "Target",
      help:
        'break the embedded core in this way; "imspeer explain CASE" names the faults that a case must see',
    },
    ...SELECTOR_OPTIONS,
    ...HOW,
    ...OUTPUT,
  ],
  examples: [
    { command: "imspeer run", says: "everything against the embedded core; then open out/index.html" },
    {
      command: "imspeer run --profile lab.yaml --suite aka --priority 1",
      says: "the security-critical AKA cases in a lab",
    },
    {
      command: "imspeer run --case 'aka/challenge-*' --seed 7d1f",
      says: "some cases of an earlier run again, with the same Call-IDs, branches and tags",
    },
    { command: "imspeer run --fault pcscf/leaks-ck-ik", says: "see how a defect shows" },
  ],
  exits: [EXIT.ok, EXIT.failed, EXIT.unjudged, EXIT.profile, EXIT.interrupted],
  run: runCases,
};

interface Wishes {
  readonly plan: Plan;
  readonly faults: readonly string[];
  readonly reporters: readonly Reporter[];
  readonly failOn: FailOn;
  readonly folder: string;
}

async function runCases(args: Args, host: Host): Promise<ExitCode> {
  const named = loadProfile(args.text("profile"), host);
  const loaded = args.flag("as-able") ? await asAble(named, host) : named;
  const wishes = wishesOf(args, loaded);
  const how = {
    seed: args.text("seed") ?? newSeed(),
    command: targetCommand({
      profile: args.text("profile"),
      faults: wishes.faults,
      asAble: args.flag("as-able"),
    }),
    repeat: args.integer("repeat", 1, 1_000) ?? 1,
    jobs: args.integer("jobs", 1, 10_000),
    bail: args.flag("bail"),
    keepSecrets: args.flag("keep-secrets"),
    verbose: args.flag("verbose"),
  };
  for (const waiver of unknownWaivers(loaded.profile, caseIds())) {
    host.say(`${loaded.file}: warning: no case answers to the waiver of "${waiver.case}"`);
  }
  if (wishes.plan.length === 0) {
    host.say("imspeer: no case is selected, nothing was run");
    return EXIT.unjudged;
  }
  const { folder, reporters } = wishes;
  const output = await Output.open(folder, host);
  try {
    const target = await openTarget(loaded, wishes.faults, how.seed);
    const result = await judge({
      ...how,
      plan: wishes.plan,
      profile: target.profile,
      write: (path, bytes) => output.stage(path, bytes),
      console: reporters.includes("console"),
      folder,
      host,
    }).finally(() => target.close());
    for (const problem of target.problems) {
      host.say(`imspeer: a bug in the embedded core: ${args.flag("debug") ? stackOf(problem) : problem}`);
    }
    // Every other report can be made again from results.json, so it is always there.
    await output.commit(reportFiles(["json", ...reporters], {
      result,
      readEvidence: (path) => output.readStaged(path),
    }));
    host.say(`The whole story: ${join(folder, reporters.includes("html") ? "index.html" : "results.json")}`);
    const seen = tellSightings(result, wishes.faults, host);
    if (host.interrupted.aborted) return EXIT.interrupted;
    const code = exitCode(result, wishes.failOn);
    return code === EXIT.ok && seen ? EXIT.failed : code;
  } finally {
    await output.discard();
  }
}

/** Everything that can be refused is looked at here, before anything is opened or written. */
function wishesOf(args: Args, loaded: LoadedProfile): Wishes {
  const faults = faultIds(args.list("fault"));
  refuseFaults(loaded, faults);
  const text = args.text("shard");
  const shard: { shard?: Shard } = text === undefined ? {} : { shard: parseShard(text) };
  return {
    faults,
    reporters: args.choices("reporter", REPORTERS) ?? DEFAULT_REPORTERS,
    failOn: args.choice("fail-on", ["fail", "inconclusive", "warn"]) ?? "fail",
    folder: args.text("out") ?? "out",
    plan: makePlan({ suites, catalogue, profile: loaded.profile, selectors: selectorsOf(args), ...shard }),
  };
}

function stackOf(problem: unknown): string {
  return problem instanceof Error ? problem.stack ?? problem.message : String(problem);
}
