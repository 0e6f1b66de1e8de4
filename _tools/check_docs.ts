/**
 * The gate on prose: `deno task docs`. Links inside the checkout lead somewhere, every `deno task` a page names
 * exists, every room has its line in ARCHITECTURE.md, and no page names a path of somebody's machine.
 */
import { markdownFiles } from "./source_files.ts";

const problems: string[] = [];
const config = JSON.parse(await Deno.readTextFile("deno.json")) as { tasks?: Record<string, unknown> };
const tasks = new Set(Object.keys(config.tasks ?? {}));

for await (const file of markdownFiles(".")) {
  const lines = (await Deno.readTextFile(file)).split("\n");
  for (const [index, line] of lines.entries()) {
    const where = `${file}:${index + 1}`;
    for (const [, target] of line.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (target && !/^[a-z]+:/.test(target) && !await exists(beside(file, target))) {
        problems.push(`${where}: the link "${target}" leads nowhere`);
      }
    }
    for (const [, task] of line.matchAll(/deno(?:@[\d.]+)? task ([a-z][\w:-]*)/g)) {
      if (task && !tasks.has(task)) problems.push(`${where}: there is no task "${task}" in deno.json`);
    }
    const path = line.match(/(?:^|[\s`"'(])(\/(?:home|root|work|tmp\/bash)\/[\w./-]*)/)?.[1];
    if (path) problems.push(`${where}: "${path}" is a path of one machine`);
  }
}

const architecture = await Deno.readTextFile("ARCHITECTURE.md");
for (const parent of [".", "harness"]) {
  for await (const entry of Deno.readDir(parent)) {
    const hidden = /^(\.|_|out$|node_modules$)/.test(entry.name);
    if (entry.isDirectory && !hidden && !architecture.includes(`${entry.name}/`)) {
      problems.push(`ARCHITECTURE.md: the room "${entry.name}/" has no line`);
    }
  }
}

for (const problem of problems) {
  // deno-lint-ignore no-console -- a tool of the house prints
  console.error(problem);
}
// deno-lint-ignore no-console -- a tool of the house prints
console.error(`docs: ${problems.length} problems`);
if (problems.length > 0) Deno.exit(1);

function beside(file: string, target: string): string {
  return file.includes("/") ? `${file.slice(0, file.lastIndexOf("/"))}/${target}` : target;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
