/** What zod found wrong, told in our words with the place in the file. */
import type { z } from "zod";
import type { Path, PlainDocument } from "./document.ts";
import type { Problem } from "./error.ts";
import { keysAt } from "./json_schema.ts";
import { didYouMean } from "./nearest.ts";
import { SECRET_KEYS } from "./schema.ts";
import { keyOf } from "./secrets.ts";

type Issue = z.core.$ZodIssue;

/** `toSource` maps a path of the checked value to the path in the file (expanded ranges move subscribers). */
export function problemsOf(
  issues: readonly Issue[],
  value: unknown,
  document: PlainDocument,
  toSource: (path: Path) => Path,
): Problem[] {
  return issues.flatMap((issue) => digInto(issue)).flatMap((issue) => {
    const path = issue.path as Path;
    const source = toSource(path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key): Problem => ({
        ...document.locateKey(source, key),
        path: formatPath([...source, key]),
        message: `Unknown key "${key}"${path.length > 0 ? ` in "${formatPath(source)}"` : ""}` +
          didYouMean(key, keysAt(path)),
      }));
    }
    const found = valueAt(value, path);
    return [{
      ...document.locate(source),
      path: formatPath(source),
      message: found === undefined
        ? `"${formatPath(source)}" is missing: it ${needs(issue)}`
        : `"${formatPath(source)}" ${needs(issue)}${shown(issue, found, path)}${meant(issue, found)}`,
    }];
  });
}

/** "subscribers[3].aka.k" */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`,
    "",
  );
}

/** A value and a list of values are one thing to the user: tell what is wrong in the form that was written. */
function digInto(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return [issue];
  const branches = issue.errors.map((branch) =>
    branch.flatMap((inner) => digInto({ ...inner, path: [...issue.path, ...inner.path] } as Issue))
  );
  const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((inner) => inner.path.length));
  return branches.toSorted((a, b) => depth(b) - depth(a))[0] ?? [issue];
}

function needs(issue: Issue): string {
  if (issue.message.startsWith("needs ")) return issue.message;
  if (issue.code === "invalid_type") {
    const kinds: Record<string, string> = { object: "a mapping", array: "a list", record: "a mapping" };
    return `needs ${kinds[issue.expected] ?? `a ${issue.expected}`}`;
  }
  return `is not usable (${issue.message})`;
}

function meant(issue: Issue, found: unknown): string {
  return issue.code === "invalid_value" && typeof found === "string"
    ? didYouMean(found, issue.values.map(String))
    : "";
}

/** Secrets are never shown, not even wrong ones. */
function shown(issue: Issue, value: unknown, path: Path): string {
  if (issue.code === "custom" && typeof value === "object") return ""; // it has the right form
  if (value === null) return ", found nothing";
  if (Array.isArray(value)) return ", found a list";
  if (typeof value === "object") return ", found a mapping";
  if (SECRET_KEYS.has(keyOf(path))) return `, found ${String(value).length} characters`;
  return typeof value === "string" ? `, found "${value}"` : `, found ${value}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[step] : undefined,
    value,
  );
}
