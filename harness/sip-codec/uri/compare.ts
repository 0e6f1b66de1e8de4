/** When two URIs are the same (RFC 3261 19.1.4, RFC 5954 4.2, RFC 3966 5). */
import type { Params } from "../params.ts";
import { percentDecode } from "./escape.ts";
import { canonicalHost } from "./host.ts";
import type { Uri } from "./uri.ts";

/** Never ignored: present in one only, the URIs differ (RFC 3261 19.1.4). */
const ALWAYS_COMPARED = ["user", "ttl", "method", "maddr", "transport"];

export function equalUris(a: Uri, b: Uri): boolean {
  if (a.scheme !== b.scheme) return false;
  if (a.scheme === "tel") return equalTel(a, b);
  if (!a.isSip) return a.toString() === b.toString();
  return a.user === b.user && a.password === b.password && canonicalHost(a.host) === canonicalHost(b.host) &&
    a.port === b.port && equalParams(a.params, b.params) && equalHeaders(a.headers, b.headers);
}

function equalParams(a: Params, b: Params): boolean {
  for (const name of ALWAYS_COMPARED) if (a.has(name) !== b.has(name)) return false;
  const others = valuesByName(b);
  return [...valuesByName(a)].every(([name, value]) => !others.has(name) || others.get(name) === value);
}

/** Names and values in lower case; a name that comes more than once with all its values. */
function valuesByName(params: Params): Map<string, string> {
  const values = new Map<string, string>();
  for (const [written, value] of params.entries()) {
    const name = percentDecode(written).toLowerCase();
    const before = values.get(name);
    const text = value === undefined ? "" : `=${value.toLowerCase()}`;
    values.set(name, before === undefined ? text : `${before}\n${text}`);
  }
  return values;
}

/** All headers count, in any order; names without case. */
function equalHeaders(a: Params, b: Params): boolean {
  const list = (headers: Params) =>
    headers.entries().map(([name, value]) => `${name.toLowerCase()}=${value ?? ""}`).sort();
  const [one, other] = [list(a), list(b)];
  return one.length === other.length && one.every((header, at) => header === other[at]);
}

/** The same number without visual separators, and the same parameters in any order (RFC 3966 5). */
function equalTel(a: Uri, b: Uri): boolean {
  if (a.number?.toLowerCase() !== b.number?.toLowerCase()) return false;
  const [one, other] = [valuesByName(a.params), valuesByName(b.params)];
  return one.size === other.size &&
    [...one].every(([name, value]) => other.has(name) && digits(value) === digits(other.get(name) ?? ""));
}

/** phone-context and ext may hold visual separators too. */
function digits(value: string): string {
  return /^=[+\d]/.test(value) ? value.replace(/[-.()]/g, "") : value;
}
