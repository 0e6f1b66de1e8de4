/** Turns the parts of the catalogue into one map, and refuses what is not a requirement. */
import type { Requirement } from "../../harness/runner/events.ts";

/** An entry of the catalogue is not what README.md says: a mistake of ours. */
export class CatalogueError extends Error {
  override readonly name = "CatalogueError";
}

const TEXTS = [
  "id",
  "source",
  "clause",
  "title",
  "subject",
  "statement",
  "how",
  "oracle",
  "fault",
  "suite",
] as const;
const LEVELS = ["shall", "shall not", "should", "may", "study"];
const PEERS = ["ue", "trusted-node", "peer-network", "third-party", "hss", "media-peer", "none"];
const OPTIONAL = ["untestable"];
const FIELDS = new Set<string>([...TEXTS, "level", "peer", "priority", ...OPTIONAL]);

/**
 * Reads the parts (file name to parsed JSON) in their order.
 * @throws CatalogueError naming file, entry and field
 */
export function loadCatalogue(parts: Readonly<Record<string, unknown>>): ReadonlyMap<string, Requirement> {
  const catalogue = new Map<string, Requirement>();
  for (const [file, entries] of Object.entries(parts)) {
    if (!Array.isArray(entries)) throw new CatalogueError(`"${file}" is not a list of requirements`);
    entries.forEach((entry: unknown, index) => {
      const requirement = validated(entry, `${file}, entry ${index + 1}`);
      if (catalogue.has(requirement.id)) {
        throw new CatalogueError(`${file}, entry ${index + 1}: id "${requirement.id}" is taken already`);
      }
      catalogue.set(requirement.id, requirement);
    });
  }
  return catalogue;
}

function validated(entry: unknown, where: string): Requirement {
  if (typeof entry !== "object" || entry === null) throw new CatalogueError(`${where}: not an object`);
  const fields = entry as Record<string, unknown>;
  const place = typeof fields.id === "string" ? `${where} ("${fields.id}")` : where;
  for (const name of TEXTS) {
    if (typeof fields[name] !== "string" || fields[name] === "") {
      throw new CatalogueError(`${place}: "${name}" is not a text`);
    }
  }
  const choose = (name: string, from: readonly unknown[]) => {
    if (from.includes(fields[name])) return;
    throw new CatalogueError(`${place}: "${name}" is ${JSON.stringify(fields[name])}, not one of ${from.join(", ")}`);
  };
  choose("level", LEVELS);
  choose("peer", PEERS);
  choose("priority", [1, 2, 3]);
  if ("untestable" in fields && (typeof fields.untestable !== "string" || fields.untestable === "")) {
    throw new CatalogueError(`${place}: "untestable" is not a reason`);
  }
  if (fields.peer === "none" && !("untestable" in fields)) {
    throw new CatalogueError(`${place}: nobody can see it (peer "none"), but "untestable" gives no reason`);
  }
  const unknown = Object.keys(fields).find((name) => !FIELDS.has(name));
  if (unknown) throw new CatalogueError(`${place}: "${unknown}" is no field of a requirement`);
  // The id says where it stands: "<document>/<clause>/<nn>" (some clauses hold slashes or blanks of their own).
  if (!/^[^/]+\/.+\/[0-9]+$/.test(fields.id as string)) {
    throw new CatalogueError(`${place}: the id is not "<document>/<clause>/<number>"`);
  }
  return entry as Requirement;
}
