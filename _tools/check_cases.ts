/**
 * The gate on cases: `deno task cases`. Ids missing, doubled or orphaned, requirements and faults that do not exist,
 * faults that no case names, files in the wrong folder. With `--write` it adds new ids to suites/ids.txt:
 * `deno run --allow-read=. --allow-write=suites _tools/check_cases.ts --write`.
 */
import { caseProblems } from "../harness/runner/case_rules.ts";
import { CAPABILITIES } from "../profiles/mod.ts";
import { faults } from "../refcore/faults.ts";
import { catalogue, suites } from "../suites/mod.ts";
import { extendedRegister, placementProblems, registerProblems, writtenIds } from "./case_files.ts";
import { sourceFiles } from "./source_files.ts";

const REGISTER = "suites/ids.txt";

const ids = suites.flatMap((suite) => suite.cases.map((definition) => definition.id));
if (Deno.args.includes("--write")) {
  await Deno.writeTextFile(REGISTER, extendedRegister(await register(), ids));
}

const written = [];
for await (const file of sourceFiles(".")) {
  if (!/^suites\/(?!requirements\/)/.test(file) || file.endsWith("_test.ts")) continue;
  written.push(...writtenIds(file, await Deno.readTextFile(file)));
}
const problems = [
  ...caseProblems({ suites, catalogue, faults, capabilities: Object.keys(CAPABILITIES) }),
  ...placementProblems(written, new Set(ids)),
  ...registerProblems(await register(), ids),
];
// deno-lint-ignore no-console -- a tool of the house prints
for (const problem of problems) console.error(problem);
// deno-lint-ignore no-console -- a tool of the house prints
console.error(`cases: ${ids.length} cases, ${faults.length} faults, ${problems.length} problems`);
if (problems.length > 0) Deno.exit(1);

async function register(): Promise<string> {
  try {
    return await Deno.readTextFile(REGISTER);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
