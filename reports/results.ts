/**
 * results.json: the one lossless result, from which every report is made. Written, read back with an error that names
 * the place, and described as JSON Schema for other programs. Additions do not change the version; readers of ours
 * keep fields they do not know.
 */
import { z } from "zod";
import type { RunResult } from "../harness/runner/events.ts";

/** What is wrong with a results file. `path` is "cases[3].verdict", empty where the text is no JSON at all. */
export class ResultsSyntaxError extends SyntaxError {
  override readonly name = "ResultsSyntaxError";
  constructor(message: string, readonly offset: number, readonly path: string) {
    super(message);
  }
}

const count = z.number().int().nonnegative();
const verdict = z.enum(["pass", "fail", "warn", "inconclusive", "notApplicable", "error"])
  .describe(
    'pass; fail: the device broke a "shall"; warn: a "should"; inconclusive: could not be judged; ' +
      "notApplicable: the profile does not claim what it needs; error: the tester itself is at fault",
  );

const check = z.looseObject({
  name: z.string(),
  requirement: z.string().describe("Id of the catalogue, such as 33.203/6.1.1/09"),
  expected: z.string(),
  actual: z.string(),
  holds: z.boolean(),
  severity: z.enum(["fail", "warn", "info"]).describe(
    "What the check makes of the case when it does not hold",
  ),
  evidence: z.string().nullable().describe(
    "File and record within the case's evidence folder: trace.jsonl#4",
  ),
});

const caseResult = z.looseObject({
  id: z.string().min(1),
  suite: z.string(),
  title: z.string(),
  peer: z.string(),
  priority: z.number(),
  verifies: z.array(z.string()),
  kills: z.array(z.string()),
  verdict,
  reason: z.string().nullable().describe("Why it is not pass"),
  waived: z.looseObject({
    reason: z.string(),
    link: z.string().nullable(),
    until: z.string().nullable(),
  }).nullable(),
  checks: z.array(check),
  durationMs: z.number().nonnegative(),
  startedAt: z.string().describe("ISO 8601, UTC"),
  subscriber: z.array(z.string()).describe("IMPIs leased, in order"),
  seed: z.string(),
  attempts: count,
  evidence: z.string().nullable().describe("Folder of the evidence, relative to this file"),
});

const runResult = z.looseObject({
  schema: z.literal(1).describe("Version of this shape"),
  run: z.looseObject({
    tool: z.string(),
    version: z.string(),
    profile: z.string(),
    device: z.looseObject({ vendor: z.string(), product: z.string(), version: z.string() }).nullable(),
    seed: z.string(),
    startedAt: z.string().describe("ISO 8601, UTC"),
    durationMs: z.number().nonnegative(),
    environment: z.record(z.string(), z.string()),
    trouble: z.string().nullable().describe("Why the run as a whole is inconclusive"),
  }),
  cases: z.array(caseResult),
  summary: z.looseObject({
    planned: count,
    executed: count,
    pass: count,
    fail: count,
    warn: count,
    inconclusive: count,
    notApplicable: count,
    error: count,
    waived: count,
    staleWaivers: count,
  }),
});

/** The text of results.json. */
export function resultsJson(result: RunResult): string {
  return `${JSON.stringify(result, null, 1)}\n`;
}

/** JSON Schema (2020-12) of results.json. */
export function resultsSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(runResult), title: "imspeer results, version 1" };
}

/**
 * Reads results.json.
 * @throws ResultsSyntaxError that says what was found where, and what was needed
 */
export function parseResults(text: string): RunResult {
  const value = parseJson(text);
  const version = typeof value === "object" && value !== null ? Reflect.get(value, "schema") : undefined;
  if (typeof version === "number" && version !== 1) {
    throw new ResultsSyntaxError(
      `The results have schema version "${version}", this imspeer reads "1"`,
      0,
      "schema",
    );
  }
  const parsed = runResult.safeParse(value);
  if (!parsed.success) {
    const [first, ...more] = parsed.error.issues;
    const path = z.core.toDotPath(first?.path ?? []);
    const others = more.length > 0 ? ` (and ${more.length} more)` : "";
    throw new ResultsSyntaxError(
      `The results are not what imspeer writes: ${path ? `"${path}": ` : ""}${
        first?.message ?? "no result"
      }${others}`,
      0,
      path,
    );
  }
  const result: RunResult = parsed.data;
  const seen = new Set<string>();
  for (const [index, { id }] of result.cases.entries()) {
    if (seen.has(id)) {
      throw new ResultsSyntaxError(`The results hold the case "${id}" twice`, 0, `cases[${index}].id`);
    }
    seen.add(id);
  }
  return result;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const offset = Number(why.match(/position (\d+)/)?.[1] ?? text.length);
    throw new ResultsSyntaxError(`The results are not JSON: ${why.replace(/\s+/g, " ")}`, offset, "");
  }
}
