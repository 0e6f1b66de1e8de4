/** When two values of a message are the same, and what is in what. */
import { isDeepStrictEqual } from "node:util";
import { isObject } from "./describe.ts";

export function sameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return sameOctets(a, b);
  if (isObject(a) && isObject(b) && typeof a.equals === "function") return a.equals(b) === true;
  return isDeepStrictEqual(a, b);
}

/** Which of the keys are in `where`: see Expectation.lacks. */
export function lookInto(where: unknown, keys: readonly string[]): { found: string[]; missing: string[] } {
  const found = keys.filter((key) => hasKey(where, key));
  return { found, missing: keys.filter((key) => !found.includes(key)) };
}

export function contains(where: unknown, item: unknown): boolean {
  if (typeof where === "string") return where.includes(String(item));
  if (where instanceof Uint8Array && item instanceof Uint8Array) return runIn(where, item);
  if (Array.isArray(where) || where instanceof Set) return [...where].some((one) => sameValue(one, item));
  return typeof item === "string" && hasKey(where, item);
}

function hasKey(where: unknown, key: string): boolean {
  if (typeof where === "string") return where.includes(key);
  if (Array.isArray(where)) return where.includes(key);
  if (!isObject(where)) return false;
  if (typeof where.has === "function") return where.has(key) === true;
  return Object.hasOwn(where, key);
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}

function runIn(where: Uint8Array, run: Uint8Array): boolean {
  for (let start = 0; start + run.length <= where.length; start++) {
    if (sameOctets(where.subarray(start, start + run.length), run)) return true;
  }
  return false;
}
