/** TAP version 14: for `prove` and its kin. A waived case is a TODO, one that does not apply a SKIP. */
import type { CaseResult, RunResult } from "../harness/runner/events.ts";
import { brokenChecks, evidencePath, oneLine } from "./_text.ts";
import { type Standing, standing, standingReason } from "./standing.ts";

const OK: ReadonlySet<Standing> = new Set(["pass", "warn", "notApplicable"]);

export function tap(result: RunResult): string {
  const lines = ["TAP version 14", `1..${result.cases.length}`];
  for (const [index, each] of result.cases.entries()) {
    lines.push(testPoint(each, index + 1), ...diagnostics(each));
  }
  if (result.run.trouble !== null) lines.push(`Bail out! ${oneLine(result.run.trouble)}`);
  return `${lines.join("\n")}\n`;
}

function testPoint(result: CaseResult, number: number): string {
  const stands = standing(result);
  const reason = escape(standingReason(result) ?? "");
  const directive = stands === "notApplicable"
    ? ` # SKIP ${reason}`
    : stands === "waived"
    ? ` # TODO ${reason}`
    : "";
  return `${OK.has(stands) ? "ok" : "not ok"} ${number} - ${
    escape(`${result.id}: ${result.title}`)
  }${directive}`;
}

/** A YAML block; JSON strings are YAML, too. */
function diagnostics(result: CaseResult): string[] {
  const stands = standing(result);
  if (stands === "pass" || stands === "notApplicable") return [];
  const entry = (name: string, value: string) => `${name}: ${JSON.stringify(oneLine(value))}`;
  const broken = brokenChecks(result).flatMap((check) => [
    `  - ${entry("check", check.name)}`,
    `    ${entry("requirement", check.requirement)}`,
    `    ${entry("expected", check.expected)}`,
    `    ${entry("actual", check.actual)}`,
    `    ${entry("evidence", evidencePath(result, check) ?? "none")}`,
  ]);
  return [
    "---",
    entry("verdict", result.verdict),
    entry("standing", stands),
    entry("reason", standingReason(result) ?? ""),
    entry("requirements", result.verifies.join(", ")),
    ...(broken.length > 0 ? ["broken:", ...broken] : []),
    "...",
  ].map((line) => `  ${line}`);
}

/** "#" begins a directive, "\" escapes. */
function escape(text: string): string {
  return oneLine(text).replaceAll("\\", "\\\\").replaceAll("#", "\\#");
}
