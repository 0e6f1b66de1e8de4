/** The gate on imports: `deno task layers`. Exits 1 and names file, line and rule for each breach. */
import { breaches, importsOf } from "./layers.ts";
import { sourceFiles } from "./source_files.ts";

let bad = 0;
let count = 0;
for await (const file of sourceFiles(".")) {
  count++;
  const source = await Deno.readTextFile(file);
  for (const breach of breaches(file, source, importsOf(file, source))) {
    bad++;
    // deno-lint-ignore no-console -- a tool of the house prints
    console.error(`${breach.file}:${breach.line}: ${breach.why}`);
  }
}
// deno-lint-ignore no-console -- a tool of the house prints
console.error(`layers: ${count} files, ${bad} breaches`);
if (bad > 0) Deno.exit(1);
