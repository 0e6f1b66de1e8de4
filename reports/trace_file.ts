/** trace.jsonl read back, for reports made from a folder. */
import { z } from "zod";
import type { TraceRecord } from "../harness/runner/events.ts";

/** What is wrong with a trace, and in which line (from 1). */
export class TraceSyntaxError extends SyntaxError {
  override readonly name = "TraceSyntaxError";
  constructor(message: string, readonly offset: number, readonly line: number) {
    super(message);
  }
}

const record = z.object({
  n: z.number().int().positive(),
  time: z.string(),
  direction: z.enum(["out", "in"]),
  layer: z.string(),
  transport: z.string(),
  local: z.string(),
  remote: z.string(),
  actor: z.string(),
  sha256: z.string(),
  summary: z.string(),
  bytes: z.base64(),
  connection: z.string().optional(),
  note: z.string().optional(),
});

/**
 * The records of a trace.jsonl.
 * @throws TraceSyntaxError naming the line
 */
export function parseTrace(text: string): TraceRecord[] {
  const records: TraceRecord[] = [];
  let offset = 0;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() !== "") records.push(parseLine(line, offset, index + 1));
    offset += line.length + 1;
  }
  return records;
}

function parseLine(line: string, offset: number, number: number): TraceRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new TraceSyntaxError(
      `Line ${number} of the trace is not JSON: ${(error as Error).message}`,
      offset,
      number,
    );
  }
  const parsed = record.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = z.core.toDotPath(issue?.path ?? []);
    throw new TraceSyntaxError(
      `Line ${number} of the trace: "${where}": ${issue?.message ?? "no record"}`,
      offset,
      number,
    );
  }
  const { note, connection, ...rest } = parsed.data;
  return {
    ...rest,
    ...(connection === undefined ? {} : { connection }),
    ...(note === undefined ? {} : { note }),
  };
}
