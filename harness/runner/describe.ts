/**
 * Short readable texts for what was expected and what came: one line, quoted strings, messages as their start line.
 */

const LONGEST = 200;
const MOST_ITEMS = 8;
const MOST_OCTETS = 32;

/** Says what a value is, in at most 200 characters and without line breaks. Never throws. */
export function describe(value: unknown): string {
  try {
    return shorten(text(value));
  } catch {
    return "a value that cannot be shown";
  }
}

/** Cuts a text to the length that fits a line, and takes the line breaks out. */
export function shorten(text: string, longest = LONGEST): string {
  const line = text.replace(/\s*[\r\n]+\s*/g, " ");
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

/** What a SIP response looks like to the runner. */
export interface ResponseLike {
  readonly kind: "response";
  readonly status: number;
  readonly reason: string;
}

export function isResponse(value: unknown): value is ResponseLike {
  return isObject(value) && value.kind === "response" && typeof value.status === "number";
}

export function isRequest(
  value: unknown,
): value is { readonly kind: "request"; readonly method: string; readonly requestUri: string } {
  return isObject(value) && value.kind === "request" && typeof value.method === "string";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "function") return value.name || "a function";
  if (!isObject(value)) return String(value);
  if (isResponse(value)) return `${value.status} ${value.reason}`.trim();
  if (isRequest(value)) return `${value.method} ${value.requestUri}`;
  // What a peer gives back of an exchange is told by the message in it.
  if (isResponse(value.response) || isRequest(value.request)) return text(value.response ?? value.request);
  if (value instanceof Uint8Array) return octets(value);
  if (value instanceof Error) return value.message || value.name;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return list(value, "[", "]");
  if (value instanceof Set) return list([...value], "[", "]");
  if (value instanceof Map) return pairs([...value]);
  if (typeof value.entries === "function") return pairs([...value.entries() as Iterable<[unknown, unknown]>]);
  if (value.toString !== Object.prototype.toString) return String(value);
  return JSON.stringify(value, (_, inner) => typeof inner === "bigint" ? String(inner) : inner);
}

function list(items: readonly unknown[], open: string, close: string): string {
  const shown = items.slice(0, MOST_ITEMS).map((item) => text(item));
  if (items.length > MOST_ITEMS) shown.push(`… ${items.length} in all`);
  return open + shown.join(", ") + close;
}

function pairs(entries: readonly (readonly [unknown, unknown])[]): string {
  const shown = entries.slice(0, MOST_ITEMS).map(([name, value]) =>
    value === undefined ? String(name) : `${name}=${text(value)}`
  );
  if (entries.length > MOST_ITEMS) shown.push(`… ${entries.length} in all`);
  return shown.length === 0 ? "nothing" : shown.join(", ");
}

function octets(bytes: Uint8Array): string {
  const hex = Array.from(bytes.subarray(0, MOST_OCTETS), (octet) => octet.toString(16).padStart(2, "0")).join(
    "",
  );
  if (bytes.length <= MOST_OCTETS) return hex === "" ? "no octets" : hex;
  return `${hex}… (${bytes.length} octets)`;
}
