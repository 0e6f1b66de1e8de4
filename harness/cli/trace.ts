/** `imspeer trace`: requirement × case × fault coverage. */
import {
  type Traceability,
  traceability,
  traceabilityCsv,
  traceabilityHtml,
  traceabilityJson,
} from "../../reports/mod.ts";
import { everyCase } from "../runner/mod.ts";
import type { Command } from "./command.ts";
import { EXIT, usageError } from "./exit.ts";
import type { Host } from "./host.ts";
import { catalogue, faults, suites } from "./registry.ts";

export const traceCommand: Command = {
  name: "trace",
  summary: "show which requirement is judged by which case, and which by none",
  usage: ["trace [--json|--csv|--html]"],
  description: [
    "Every requirement of the catalogue is listed, none left out: with the cases that judge it, with the reason why " +
    "none can from outside, or as open. Without an option a summary by suite is shown.",
  ],
  options: [
    { name: "json", help: "JSON on standard output" },
    { name: "csv", help: "a table on standard output, one requirement a line" },
    { name: "html", help: "a page on standard output, to be opened in a browser" },
  ],
  examples: [
    { command: "imspeer trace", says: "how much is covered, by suite" },
    { command: "imspeer trace --csv > coverage.csv", says: "for a spreadsheet" },
  ],
  exits: [EXIT.ok],
  run(args, host) {
    const forms = ["json", "csv", "html"].filter((form) => args.flag(form));
    if (forms.length > 1) throw usageError(`"--${forms.join('" and "--')}" exclude each other`);
    const cases = everyCase(suites, catalogue).map(({ info }) => info);
    const traced = traceability({ catalogue: catalogue.values(), cases, faults });
    if (args.flag("json")) host.out(traceabilityJson(traced));
    else if (args.flag("csv")) host.out(traceabilityCsv(traced));
    else if (args.flag("html")) host.out(traceabilityHtml(traced, catalogue.values()));
    else tell(traced, host);
    return Promise.resolve(EXIT.ok);
  },
};

function tell({ requirements, summary }: Traceability, host: Host): void {
  const rows = Object.entries({ ...summary.bySuite, all: summary }).map(([suite, coverage]) => {
    const first = requirements.filter((one) =>
      one.priority === 1 && (suite === "all" || one.suite === suite)
    );
    const done = first.filter(({ cases, untestable }) => cases.length > 0 || untestable !== null);
    const { requirements: count, covered, untestable, open } = coverage;
    return [suite, count, covered, untestable, open, `${done.length}/${first.length}`].map(String);
  });
  const table = [["suite", "requirements", "judged", "untestable", "open", "priority 1 done"], ...rows];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0))
  );
  for (const row of table) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
    );
    host.say(cells.join("  "));
  }
}
