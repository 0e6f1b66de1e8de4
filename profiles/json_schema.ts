/** The profile's JSON Schema, for editors and for our own look-up of known keys. */
import { z } from "zod";
import { profileSchema } from "./schema.ts";
import type { Path } from "./document.ts";

type Schema = { [key: string]: unknown };

/** JSON Schema 2020-12 of the YAML document. */
export function profileJsonSchema(): Schema {
  const schema = z.toJSONSchema(profileSchema, { io: "input", unrepresentable: "any" }) as Schema;
  return { ...schema, title: "imspeer profile" };
}

/** The keys known at a place of the document; empty where any is. */
export function keysAt(path: Path): string[] {
  let here: Schema[] = [profileJsonSchema()];
  for (const step of path) here = here.flatMap((schema) => below(schema, step));
  return here.flatMap((schema) => [schema, ...branches(schema)]).flatMap((schema) =>
    Object.keys((schema["properties"] as Schema | undefined) ?? {})
  );
}

function below(schema: Schema, step: string | number): Schema[] {
  return [schema, ...branches(schema)].flatMap((branch) => {
    const next = typeof step === "number"
      ? branch["items"]
      : (branch["properties"] as Schema | undefined)?.[step] ?? branch["additionalProperties"];
    return typeof next === "object" && next !== null ? [next as Schema] : [];
  });
}

function branches(schema: Schema): Schema[] {
  return ["anyOf", "oneOf", "allOf"].flatMap((word) => (schema[word] as Schema[] | undefined) ?? []);
}
