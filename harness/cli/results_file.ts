/** results.json files that the user names. */
import { join } from "node:path";
import { parseResults, ResultsSyntaxError } from "../../reports/mod.ts";
import type { RunResult } from "../runner/mod.ts";
import { usageError } from "./exit.ts";
import type { Host } from "./host.ts";
import { whyNot } from "./profile_source.ts";

export interface ResultsFile {
  readonly file: string;
  readonly result: RunResult;
}

/** A folder means the results.json in it. Throws CliError (64) that names the file. */
export function readResults(path: string, host: Host): ResultsFile {
  const file = isFolder(path) ? join(path, "results.json") : path;
  let text: string;
  try {
    text = host.readText(file);
  } catch (error) {
    throw usageError(
      `Cannot read the results "${file}": ${whyNot(error)}`,
      `"imspeer run" writes them to out/results.json`,
    );
  }
  try {
    return { file, result: parseResults(text) };
  } catch (error) {
    if (error instanceof ResultsSyntaxError) throw usageError(`${file}: ${error.message}`);
    throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // reading it will say what is wrong
  }
}
