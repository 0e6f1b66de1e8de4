/** `imspeer report`: reports made again from results, several of them merged. */
import { dirname, join, relative } from "node:path";
import { MergeError, mergeResults } from "../../reports/mod.ts";
import type { Command } from "./command.ts";
import { EXIT, usageError } from "./exit.ts";
import type { Host } from "./host.ts";
import { type Reporter, REPORTER_OPTION, REPORTERS, reportFiles } from "./reporters.ts";
import { reporterOn } from "./console.ts";
import { readResults, type ResultsFile } from "./results_file.ts";
import { exitCode, summarise } from "../runner/mod.ts";

export const reportCommand: Command = {
  name: "report",
  summary: "make reports again from results.json; several results are merged",
  usage: ["report RESULTS.json… [--reporter NAMES] [--out DIR]"],
  description: [
    "Several results must be parts of one run (shards, or repetitions with one seed): the worst attempt at a case " +
    "stands. A folder stands for the results.json in it. With --before an earlier result is compared in the HTML report.",
  ],
  options: [
    { ...REPORTER_OPTION, default: "console,html,junit; when several results are merged also json" },
    {
      name: "out",
      short: "o",
      value: "DIR",
      group: "Output",
      help: "output folder",
      default: "that of the first result",
    },
    {
      name: "before",
      value: "OLD.json",
      group: "Output",
      help: "compare with this earlier result in the HTML report",
    },
  ],
  positionals: { least: 1, most: 10_000 },
  examples: [
    {
      command: "imspeer report out --reporter html --before last-week/results.json",
      says: "with what changed since",
    },
    { command: "imspeer report shard1 shard2 --out whole", says: "merge the parts of a run" },
  ],
  exits: [EXIT.ok, EXIT.failed, EXIT.unjudged],
  exitTexts: {
    [EXIT.ok]: "nothing failed in the results",
    [EXIT.failed]: "the results hold a fail or a stale waiver",
    [EXIT.unjudged]: "no fail, but something in the results could not be judged",
  },
  async run(args, host) {
    const inputs = args.positionals.map((path) => readResults(path, host));
    const folder = args.text("out") ?? dirname(inputs[0]?.file ?? ".");
    const reporters = args.choices("reporter", REPORTERS) ?? defaults(inputs);
    const before = args.text("before");
    const result = merged(inputs, folder);
    const files = reportFiles(reporters, {
      result,
      readEvidence: (path) => readIfThere(join(folder, path), host),
      ...(before === undefined ? {} : { before: readResults(before, host).result }),
    });
    if (reporters.includes("console")) reporterOn(host, { folder }).event({ type: "runFinished", result });
    for (const { name, content } of files) {
      await host.writeFile(join(folder, name), content);
      host.say(`Wrote ${join(folder, name)}`);
    }
    return exitCode(result);
  },
};

function defaults(inputs: readonly ResultsFile[]): readonly Reporter[] {
  return inputs.length > 1 ? ["console", "html", "junit", "json"] : ["console", "html", "junit"];
}

/** Evidence stays where it is; its paths are told from the output folder. */
function merged(inputs: readonly ResultsFile[], folder: string) {
  try {
    const parts = inputs.map(({ file, result }) => {
      const prefix = relative(folder, dirname(file));
      return { result, name: file, evidencePrefix: prefix === "" ? "" : `${prefix}/` };
    });
    return mergeResults(parts, summarise);
  } catch (error) {
    if (error instanceof MergeError) throw usageError(error.message);
    throw error;
  }
}

function readIfThere(path: string, host: Host): string | undefined {
  return host.exists(path) ? host.readText(path) : undefined;
}
