/** `imspeer selfcheck`: the kill matrix. The tester is tested against the reference core and its faults. */
import { dialects } from "../../refcore/dialects/mod.ts";
import { dummies } from "../../refcore/dummies/mod.ts";
import { selfcheck, type SelfcheckResult } from "../runner/mod.ts";
import { systemNet } from "../net/mod.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import type { Host } from "./host.ts";
import { newSeed } from "./judge.ts";
import { operatorOf } from "./operator.ts";
import { newPeers } from "./peers.ts";
import { loadProfile } from "./profile_source.ts";
import { catalogue, faults, suites } from "./registry.ts";
import { SELECTOR_OPTIONS, selectorsOf } from "./selection.ts";
import { openCoreAnywhere, openDummy, type Target } from "./target.ts";

export const selfcheckCommand: Command = {
  name: "selfcheck",
  summary: "test the tester: every case must pass on the clean core and catch its faults",
  usage: ["selfcheck [selectors] [--fault GLOB]… [--full] [--json]"],
  description: [
    "Runs every case against the clean reference core, where it must pass, and each fault of the core against the " +
    "cases that name it, each of which must fail at the check that cites the fault's requirement. Then every case " +
    "meets dummies, which do the same whatever they are asked (refuse, accept, keep silent), where none may pass, and " +
    "the clean core in other dialects, lawful ways of saying the same, where all must.",
  ],
  options: [
    ...SELECTOR_OPTIONS,
    {
      name: "fault",
      value: "GLOB",
      repeatable: true,
      help: "only these faults, and the cases that name them",
    },
    { name: "full", help: "every case against every fault: shows the collateral" },
    { name: "checks", help: "list the checks that no fault of this run made fail" },
    { name: "cores", value: "N", help: "broken cores at a time", default: "12" },
    { name: "seed", value: "S", help: "all chance comes from it", default: "a new one" },
    { name: "json", help: "the matrix as JSON on standard output" },
  ],
  examples: [
    { command: "imspeer selfcheck", says: "the whole matrix" },
    { command: "imspeer selfcheck --suite aka --fault 'hss/*'", says: "a part of it" },
  ],
  exits: [EXIT.ok, EXIT.failed, EXIT.interrupted],
  exitTexts: {
    [EXIT.ok]: "every case passes on the clean core, and every fault is caught",
    [EXIT.failed]: "a case does not pass, a fault survives, or a case catches nothing",
  },
  async run(args, host) {
    const { profile } = loadProfile(undefined, host);
    const cores = args.integer("cores", 1, 200) ?? 12;
    const seed = args.text("seed") ?? newSeed();
    let clean: Target | undefined;
    const result = await selfcheck({
      suites,
      catalogue,
      faults,
      dummies: dummies.map((dummy) => ({ ...dummy, start: (core) => openDummy(dummy.id, core, seed) })),
      dialects: dialects.map((one) => ({ ...one, start: () => openCoreAnywhere(profile, [], seed, one.id) })),
      startCore: async (broken) => {
        const core = await openCoreAnywhere(profile, broken, seed);
        if (broken.length === 0) clean = core;
        return core;
      },
      net: systemNet,
      peers: newPeers,
      operator: operatorOf,
      seed,
      selectors: selectorsOf(args),
      faultGlobs: args.list("fault"),
      full: args.flag("full"),
      cores,
      signal: host.interrupted,
      progress: (device, done, total) => tellProgress(device, done, total, host),
    });
    if (host.terminal.live) host.write("\r\x1b[2K");
    if (args.flag("json")) host.out(`${JSON.stringify(result, null, 1)}\n`);
    if (args.flag("checks")) tellUnproven(result, host);
    if (host.interrupted.aborted) {
      host.say("interrupted before every core was done with");
      return EXIT.interrupted;
    }
    tell(result, seed, host);
    const bugs = clean?.problems ?? [];
    for (const bug of bugs) host.say(`problem: a bug in the clean core: ${bug}`);
    return result.ok && bugs.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

function tellProgress(device: string, done: number, total: number, host: Host): void {
  if (!host.terminal.live) return;
  const line = `${done}/${total}  ${device}`;
  host.write(`\r\x1b[2K${line.slice(0, host.terminal.columns() - 1)}`);
}

/** Many are preconditions, which other cases judge; a judgement among them may be one that cannot fail. */
function tellUnproven({ unproven, checks }: SelfcheckResult, host: Host): void {
  for (const one of unproven) host.say(`unproven  ${one.case}  "${one.check}" (${one.requirement})`);
  host.say(`${checks - unproven.length} of ${checks} checks were seen to fail`);
}

function tell(result: SelfcheckResult, seed: string, host: Host): void {
  for (const { id, passedBy } of result.dummies) {
    host.say(passedBy.length === 0 ? `fools no case  ${id}` : `FOOLS  ${id}  ${passedBy.join(", ")}`);
  }
  for (const { id, failedBy } of result.dialects) {
    host.say(failedBy.length === 0 ? `understood     ${id}` : `MISUNDERSTOOD  ${id}  ${failedBy.join(", ")}`);
  }
  const passed = result.cases.filter(({ clean }) => clean === "pass").length;
  const killed = result.faults.length - result.survivors.length;
  const caught = result.cases.length - result.unkilled.length;
  for (const { id, killedBy } of result.faults) {
    host.say(
      `${killedBy.length > 0 ? "killed  " : "SURVIVES"}  ${id}${
        killedBy.length > 0 ? `  by ${killedBy.join(", ")}` : ""
      }`,
    );
  }
  for (const { fault, case: id, verdict } of result.collateral) {
    host.say(`collateral  ${fault}  ${id}: ${verdict}`);
  }
  if (result.problems.length + result.unkilled.length > 0) host.say("");
  for (const problem of result.problems) host.say(`problem: ${problem}`);
  for (const id of result.unkilled) host.say(`problem: case "${id}" is failed by no fault`);
  host.say("");
  host.say(
    `${passed} of ${result.cases.length} cases pass on the clean core, ${killed} of ${result.faults.length} faults ` +
      `are killed, ${caught} of ${result.cases.length} cases kill one; seed ${seed}`,
  );
}
