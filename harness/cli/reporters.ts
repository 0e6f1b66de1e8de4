/** `--reporter`: from a result to the files that tell it. */
import { html, junit, markdown, parseTrace, resultsJson, tap } from "../../reports/mod.ts";
import { everyCase, type RunResult, type TraceRecord } from "../runner/mod.ts";
import type { OptionSpec } from "./command.ts";
import { type OutputFile, REPORT_FILES } from "./output.ts";
import { catalogue, faults, suites } from "./registry.ts";

export const FILE_REPORTERS = ["junit", "html", "json", "tap", "markdown"] as const;
export const REPORTERS = ["console", ...FILE_REPORTERS] as const;
export type Reporter = typeof REPORTERS[number];

export const REPORTER_OPTION: OptionSpec = {
  name: "reporter",
  value: "NAMES",
  repeatable: true,
  help: `which reports, with commas between: ${REPORTERS.join(", ")}`,
  group: "Output",
};

export interface ReportInput {
  readonly result: RunResult;
  /** Text of a file of the evidence, by its path in the output folder; undefined where there is none. */
  readonly readEvidence: (path: string) => string | undefined;
  /** An earlier result to compare with. */
  readonly before?: RunResult;
}

/** The files of these reporters. */
export function reportFiles(reporters: readonly Reporter[], input: ReportInput): OutputFile[] {
  const { result } = input;
  const makers: Record<typeof FILE_REPORTERS[number], () => string> = {
    json: () => resultsJson(result),
    junit: () => junit(result),
    tap: () => tap(result),
    markdown: () => markdown(result),
    html: () =>
      html({
        result,
        traces: tracesOf(input),
        catalogue: catalogue.values(),
        cases: everyCase(suites, catalogue).map(({ info }) => info),
        faults,
        ...(input.before ? { previous: input.before } : {}),
      }),
  };
  return FILE_REPORTERS.filter((name) => reporters.includes(name)).map((name) => ({
    name: REPORT_FILES[name],
    content: makers[name](),
  }));
}

/** trace.jsonl of a case; nothing where it has none, or the evidence is not at hand any more. */
function tracesOf({ result, readEvidence }: ReportInput): (caseId: string) => readonly TraceRecord[] {
  const folders = new Map(result.cases.map(({ id, evidence }) => [id, evidence]));
  return (caseId) => {
    const folder = folders.get(caseId) ?? null;
    const text = folder === null ? undefined : readEvidence(`${folder}/trace.jsonl`);
    return text === undefined ? [] : parseTrace(text);
  };
}
