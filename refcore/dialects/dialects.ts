/**
 * Lawful ways of saying the same: RFC 3261 leaves a sender much freedom, and equipment uses it. A case that passes
 * against the core must pass whatever its dialect; else it would fail a device that does nothing wrong.
 */
import { formatted, type Line, linesOf, type Manner } from "./lines.ts";

export type DialectId = "terse" | "lavish" | "slow";

export interface Dialect {
  readonly id: DialectId;
  /** One line, present tense. */
  readonly title: string;
}

export const dialects: readonly Dialect[] = [
  {
    id: "terse",
    title: "uses compact header names, small letters and no blanks, and lists values on one line",
  },
  {
    id: "lavish",
    title:
      "writes names in capitals and folds lines, one value on each, in reverse order among headers that nobody knows",
  },
  { id: "slow", title: "takes its time: longer than T1, so that requests over UDP come again" },
];

/** How a core in this dialect sends what it has to say to elements outside. */
export interface Speaker {
  /** The same message, in other words. Its body is untouched. */
  say(bytes: Uint8Array): Uint8Array;
  /** Multiples of T1 until it looks at what has come; 0: at once. */
  readonly delay: number;
}

export function speakerOf(id: DialectId): Speaker {
  if (id === "slow") return { say: (bytes) => bytes, delay: 1.1 };
  return { say: (bytes) => formatted(linesOf(bytes), MANNERS[id]), delay: 0 };
}

const MANNERS: Readonly<Record<Exclude<DialectId, "slow">, Manner>> = {
  terse: {
    lines: (lines) => groups(lines).flatMap(([name, group]) => LISTS.has(name) ? [joined(group)] : group),
    write: ({ name, value }) => `${COMPACT[name.toLowerCase()] ?? name.toLowerCase()}:${value}`,
  },
  lavish: {
    startLine: (line) => line.startsWith("SIP/2.0 ") ? `${line.slice(0, 11)} As You Wish; ähm` : line,
    lines: (lines) => [...groups(lines).reverse().flatMap(([, group]) => group.flatMap(apart)), ...UNKNOWN],
    // RFC 3261 25.1: HCOLON = *( SP / HTAB ) ":" SWS, and SWS may fold.
    write: ({ name, value }) => `${name.toUpperCase()} \t:${value === "" ? "" : `\r\n ${value}`}`,
  },
};

const UNKNOWN = [
  { name: "Server", value: "Core/1.0 (lawful; yes)" },
  { name: "X-Nobody-Knows", value: 'this="that", <sip:other@example.org>;q=0.1' },
  { name: "Date", value: "Sat, 21 Nov 2026 12:00:00 GMT" },
].map(whole);

/** RFC 3261 7.3.3, 20; RFC 6665, 3515, 4028 */
const COMPACT: Readonly<Record<string, string>> = {
  "via": "v",
  "from": "f",
  "to": "t",
  "call-id": "i",
  "contact": "m",
  "content-length": "l",
  "content-type": "c",
  "content-encoding": "e",
  "supported": "k",
  "subject": "s",
  "event": "o",
  "allow-events": "u",
  "refer-to": "r",
  "referred-by": "b",
  "session-expires": "x",
};

/** Headers whose grammar is a list; the values of others stay on their lines. */
const LISTS: ReadonlySet<string> = new Set([
  ...["via", "contact", "route", "record-route", "path", "service-route", "supported", "require", "allow"],
  ...["p-associated-uri", "p-asserted-identity", "security-server", "accept", "unsupported"],
]);

function whole({ name, value }: { readonly name: string; readonly value: string }): Line {
  return { name, value, values: () => [value] };
}

function joined(group: readonly Line[]): Line {
  return whole({ name: group[0]!.name, value: group.flatMap(({ values }) => values()).join(",") });
}

function apart(line: Line): Line[] {
  if (!LISTS.has(line.name.toLowerCase())) return [line];
  return line.values().map((value) => whole({ name: line.name, value }));
}

/** By name, each where its first line stands. */
function groups(lines: readonly Line[]): [string, Line[]][] {
  const found = new Map<string, Line[]>();
  for (const line of lines) {
    const name = line.name.toLowerCase();
    found.set(name, [...found.get(name) ?? [], line]);
  }
  return [...found];
}
