/** What imspeer has: suites, the catalogue of requirements, the faults of the reference core. */
import { catalogue, suites } from "../../suites/mod.ts";
import { faults } from "../../refcore/faults.ts";
import { everyCase, globMatcher, nearMatches } from "../runner/mod.ts";
import { usageError } from "./exit.ts";

export { catalogue, faults, suites };

export function caseIds(): string[] {
  return everyCase(suites, catalogue).map(({ info }) => info.id);
}

/** The faults with these ids (or, where allowed, globs); throws CliError (64) for one that there is not. */
export function faultIds(wanted: readonly string[], globs = false): string[] {
  const ids = faults.map(({ id }) => id);
  return [
    ...new Set(wanted.flatMap((name) => {
      const found = globs ? ids.filter(globMatcher(name)) : ids.filter((id) => id === name);
      if (found.length > 0) return found;
      const near = nearMatches(name, ids);
      throw usageError(
        `There is no fault "${name}"${near.length > 0 ? `; did you mean "${near.join('", "')}"?` : ""}`,
        `"imspeer explain 'FAULT'" tells of one, "imspeer selfcheck" of all`,
      );
    })),
  ];
}
