/** A summary for a pull request, a ticket or a wiki page: numbers, then everything that needs a person to look. */
import type { CaseResult, RunResult } from "../harness/runner/events.ts";
import { brokenChecks, deviceName, duration, evidencePath, oneLine, plural } from "./_text.ts";
import {
  byReason,
  bySuite,
  countsInWords,
  countStandings,
  type Standing,
  standing,
  STANDING_WORDS,
  standingReason,
  STANDINGS,
} from "./standing.ts";

const SECTIONS: readonly (readonly [Standing, string])[] = [
  ["error", "Errors of the tester"],
  ["fail", "Failed"],
  ["stale", "Waivers to remove"],
  ["inconclusive", "Inconclusive"],
  ["warn", "Warnings"],
  ["waived", "Waived"],
];

export function markdown(result: RunResult): string {
  const { run, cases } = result;
  const lines = [
    `# imspeer: ${text(deviceName(run))}`,
    "",
    `${text(countsInWords(countStandings(cases)))} in ${duration(run.durationMs)}. Profile ${
      code(run.profile)
    }, seed ${code(run.seed)}, ${text(run.startedAt)}, ${text(`${run.tool} ${run.version}`)}.`,
    ...(run.trouble === null ? [] : ["", `**The run as a whole is inconclusive:** ${text(run.trouble)}`]),
    "",
    ...table(cases),
  ];
  for (const [stands, heading] of SECTIONS) {
    const those = cases.filter((each) => standing(each) === stands);
    if (those.length > 0) lines.push("", `## ${heading} (${those.length})`, ...those.flatMap(section));
  }
  const skipped = byReason(cases.filter((each) => standing(each) === "notApplicable"));
  if (skipped.length > 0) lines.push("", "## Not applicable", "");
  for (const { reason, cases: those } of skipped) {
    lines.push(`- ${plural(those.length, "case")}: ${text(reason)}`);
  }
  return `${lines.join("\n")}\n`;
}

function table(cases: readonly CaseResult[]): string[] {
  const all = countStandings(cases);
  const columns = STANDINGS.filter((each) => all[each] > 0);
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [
    row(["suite", "cases", ...columns.map((each) => STANDING_WORDS[each])]),
    row(["---", "---:", ...columns.map(() => "---:")]),
    ...[...bySuite(cases)].map(([suite, those]) => {
      const counts = countStandings(those);
      return row([text(suite), those.length, ...columns.map((each) => counts[each])]);
    }),
    row(["**all**", cases.length, ...columns.map((each) => all[each])]),
  ];
}

function section(result: CaseResult): string[] {
  const broken = brokenChecks(result);
  const reason = standingReason(result);
  const evidence = evidencePath(result);
  return [
    "",
    `### ${code(result.id)}`,
    "",
    `${text(result.title)}${
      broken.length === 0 || standing(result) === "waived" ? `: ${text(reason ?? "")}` : ""
    }`,
    ...(broken.length > 0
      ? [
        "",
        "| check | requirement | expected | actual | evidence |",
        "| --- | --- | --- | --- | --- |",
        ...broken.map((check) =>
          `| ${text(check.name)} | ${text(check.requirement)} | ${text(check.expected)} | ${
            text(check.actual)
          } | ${code(evidencePath(result, check) ?? "none")} |`
        ),
      ]
      : evidence
      ? ["", `Evidence: ${code(evidence)}`]
      : []),
  ];
}

/** Text that stays text, whatever came from the device. */
function text(value: string): string {
  return oneLine(value).replace(
    /[\\`*_{}[\]<>|#~!&@]/g,
    (character) =>
      character === "<"
        ? "&lt;"
        : character === ">"
        ? "&gt;"
        : character === "&"
        ? "&amp;"
        : character === "@"
        ? "&#64;"
        : `\\${character}`,
  );
}

/** A code span; in a table a bar would end the cell. */
function code(value: string): string {
  const line = oneLine(value).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}
