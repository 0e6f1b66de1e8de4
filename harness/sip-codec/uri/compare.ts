/** When two URIs are the same (RFC 3261 19.1.4, RFC 3966 4). */
import type { Params } from "../params.ts";
import { percentDecode } from "./escape.ts";
import type { Uri } from "./uri.ts";

/** These are never ignored: present in one only, the URIs differ (RFC 3261 19.1.4). */
const ALWAYS_COMPARED = ["user", "ttl", "method", "maddr", "transport"];

export function equalUris(a: Uri, b: Uri): boolean {
  if (a.scheme !== b.scheme) return false;
  if (a.scheme === "tel") return equalTel(a, b);
  if (a.scheme !== "sip" && a.scheme !== "sips") return a.toString() === b.toString();
  return a.user === b.user && a.password === b.password &&
    percentDecode(a.host).toLowerCase() === percentDecode(b.host).toLowerCase() && a.port === b.port &&
    equalParams(a.params, b.params) && equalHeaders(a.headers, b.headers);
}

function equalParams(a: Params, b: Params): boolean {
  for (const name of ALWAYS_COMPARED) if (a.has(name) !== b.has(name)) return false;
  return a.names().every((name) => !b.has(name) || lower(a.get(name)) === lower(b.get(name)));
}

/** All headers count, in any order; names and values are compared, the latter with case. */
function equalHeaders(a: Params, b: Params): boolean {
  const list = (headers: Params) =>
    headers.entries().map(([name, value]) => `${name.toLowerCase()}=${value ?? ""}`).sort();
  const [one, other] = [list(a), list(b)];
  return one.length === other.length && one.every((header, at) => header === other[at]);
}

/** Same number without visual separators, and the same parameters in any order. */
function equalTel(a: Uri, b: Uri): boolean {
  return a.number?.toLowerCase() === b.number?.toLowerCase() && a.params.size === b.params.size &&
    a.params.names().every((name) =>
      b.params.has(name) && lower(a.params.get(name)) === lower(b.params.get(name))
    );
}

function lower(text: string | undefined): string | undefined {
  return text?.toLowerCase();
}
