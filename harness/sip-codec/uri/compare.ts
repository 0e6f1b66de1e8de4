/** When two URIs are the same (RFC 3261 19.1.4, RFC 5954 4.2, RFC 3966 5). */
import type { Params } from "../params.ts";
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
  return a.names().every((name) => !b.has(name) || lower(a.get(name)) === lower(b.get(name)));
}

/** All headers count, in any order; names without case. */
function equalHeaders(a: Params, b: Params): boolean {
  const list = (headers: Params) =>
    headers.entries().map(([name, value]) => `${name.toLowerCase()}=${value ?? ""}`).sort();
  const [one, other] = [list(a), list(b)];
  return one.length === other.length && one.every((header, at) => header === other[at]);
}

/** The same number without visual separators, and the same parameters in any order. */
function equalTel(a: Uri, b: Uri): boolean {
  return lower(a.number) === lower(b.number) && a.params.size === b.params.size &&
    a.params.names().every((name) => b.params.has(name) && equalTelValue(name, a.params, b.params));
}

/** phone-context and ext may hold visual separators too. */
function equalTelValue(name: string, a: Params, b: Params): boolean {
  const digits = (value: string | undefined) =>
    /^[+\d]/.test(value ?? "") ? value?.replace(/[-.()]/g, "") : value;
  return lower(digits(a.get(name))) === lower(digits(b.get(name)));
}

function lower(text: string | undefined): string | undefined {
  return text?.toLowerCase();
}
