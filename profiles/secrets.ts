/** `${ENV_NAME}` and `file:path` in a profile's values, and every form in which a secret may leak. */
import { FILE_KEYS, SECRET_KEYS } from "./schema.ts";
import type { Path } from "./document.ts";

/** What a profile may look at outside its text. Both throw with a sentence that says why not. */
export interface ProfileSources {
  /** Undefined where the variable is not set. */
  env(name: string): string | undefined;
  /** Text of a file, by path as written in the profile (relative to the profile's folder). */
  readFile(path: string): string;
}

export interface Resolved {
  readonly value: unknown;
  readonly failures: readonly { readonly path: Path; readonly message: string }[];
}

/**
 * Resolves every string below `value`. `$${` stands for a literal `${`. `file:` is understood where a secret or a
 * certificate is expected; the line end at the file's end is no part of it.
 */
export function resolveSecrets(value: unknown, sources: ProfileSources): Resolved {
  const failures: { path: Path; message: string }[] = [];
  const walk = (inner: unknown, path: Path): unknown => {
    if (typeof inner === "string") {
      try {
        return resolveText(inner, keyOf(path), sources);
      } catch (error) {
        failures.push({ path, message: error instanceof Error ? error.message : String(error) });
        return inner;
      }
    }
    if (Array.isArray(inner)) return inner.map((item, index) => walk(item, [...path, index]));
    if (typeof inner === "object" && inner !== null && !(inner instanceof Date)) {
      return Object.fromEntries(
        Object.entries(inner).map(([key, item]) => [key, walk(item, [...path, key])]),
      );
    }
    return inner;
  };
  return { value: walk(value, []), failures };
}

/** The forms of a secret that redaction has to look for: as written, and for octets hexadecimal and base64. */
export function secretForms(value: string | Uint8Array): string[] {
  if (typeof value === "string") return [...new Set([value, encodeURIComponent(value)])];
  const hex = Array.from(value, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return [...new Set([hex, hex.toUpperCase(), btoa(String.fromCharCode(...value))])];
}

/** The last name on the way: the items of a list bear the list's. */
export function keyOf(path: Path): string {
  return String(path.findLast((step) => typeof step === "string") ?? "");
}

function resolveText(text: string, key: string, sources: ProfileSources): string {
  if (text.startsWith("file:") && (SECRET_KEYS.has(key) || FILE_KEYS.has(key))) {
    return sources.readFile(withVariables(text.slice(5), sources).trim()).replace(/\r?\n$/, "");
  }
  return withVariables(text, sources);
}

function withVariables(text: string, sources: ProfileSources): string {
  return text.replace(/\$(\$\{)|\$\{([^}]*)\}/g, (_, literal?: string, name?: string) => {
    if (literal) return literal;
    if (!name || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new Error(`"\${${name ?? ""}}" names no environment variable; write "$\${" for a literal "\${"`);
    }
    const value = sources.env(name);
    if (value === undefined) throw new Error(`The environment variable "${name}" is not set`);
    if (value === "") throw new Error(`The environment variable "${name}" is empty`);
    return value;
  });
}
