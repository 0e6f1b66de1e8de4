/** The doc comment above a case: its message ladder, as its author drew it. */
import { fileURLToPath } from "node:url";

/** Lines of the comment without its stars; undefined where the case has none or its source cannot be read. */
export function ladderOf(caseId: string, suite: string): string[] | undefined {
  const folder = fileURLToPath(new URL(`../../suites/${suite}`, import.meta.url));
  try {
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (!isFile || !name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
      const found = commentAbove(Deno.readTextFileSync(`${folder}/${name}`), caseId);
      if (found) return found;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) throw error;
  }
  return undefined;
}

/** The doc comment in `source` directly above the definition that has this id. */
export function commentAbove(source: string, caseId: string): string[] | undefined {
  const at = source.indexOf(`id: "${caseId}"`);
  if (at < 0) return undefined;
  const before = source.slice(0, at).trimEnd();
  const comment = before.match(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(?:export const \w+ = )?testCase\(\{$/);
  if (!comment) return undefined;
  const lines = (comment[1] ?? "").split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  while (lines[0] === "") lines.shift();
  while (lines.at(-1) === "") lines.pop();
  const indent = Math.min(...lines.filter((line) => line !== "").map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent));
}
