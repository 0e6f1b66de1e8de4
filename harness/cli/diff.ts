/** `imspeer diff`: what got better, worse, new. */
import { compareResults, comparisonJson, comparisonText } from "../../reports/mod.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { readResults } from "./results_file.ts";

export const diffCommand: Command = {
  name: "diff",
  summary: "compare two results: what got better, worse, new",
  usage: ["diff OLD.json NEW.json [--json]"],
  description: [
    "A folder stands for the results.json in it, so two output folders can be compared by their names.",
  ],
  options: [{ name: "json", help: "JSON on standard output" }],
  positionals: { least: 2, most: 2 },
  examples: [{ command: "imspeer diff firmware-1.0/ firmware-1.1/", says: "after an update of the device" }],
  exits: [EXIT.ok, EXIT.failed],
  exitTexts: { [EXIT.ok]: "nothing got worse", [EXIT.failed]: "something got worse" },
  run(args, host) {
    const [before = "", after = ""] = args.positionals;
    const comparison = compareResults(readResults(before, host).result, readResults(after, host).result);
    if (args.flag("json")) host.out(comparisonJson(comparison));
    else host.write(comparisonText(comparison));
    return Promise.resolve(comparison.worse.length > 0 ? EXIT.failed : EXIT.ok);
  },
};
