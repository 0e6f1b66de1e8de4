/**
 * Who may import whom (ARCHITECTURE.md has the table for people, this is the one for the gate).
 * A room is the longest prefix of a file's path; a file may always import its own room.
 */

export interface Room {
  /** Path prefix, with the slash at its end, or a whole file name. */
  readonly path: string;
  /** Prefixes of our own files it may import. */
  readonly mayImport: readonly string[];
  /** May it speak of `Deno.*`, and of the clock and chance of the machine? */
  readonly platform?: boolean;
  /** What it may import as types only. */
  readonly typesOnly?: readonly string[];
}

const CODEC = ["sip-codec"];
const PURE = ["harness/wire/", "harness/crypto/", ...CODEC];

export const ROOMS: readonly Room[] = [
  { path: "harness/sip-codec/", mayImport: [] },
  { path: "harness/errors.ts", mayImport: [] },
  { path: "harness/wire/", mayImport: [...CODEC, "harness/errors.ts"], typesOnly: ["harness/net/types.ts"] },
  { path: "harness/crypto/", mayImport: [...CODEC, "harness/wire/", "harness/errors.ts"] },
  {
    path: "harness/sip/",
    mayImport: [...CODEC, "harness/crypto/", "harness/errors.ts"],
    typesOnly: ["harness/net/types.ts"],
  },
  {
    path: "harness/diameter/",
    mayImport: ["harness/wire/", "harness/errors.ts"],
    typesOnly: ["harness/net/"],
  },
  {
    path: "harness/net/",
    mayImport: ["harness/wire/", "harness/crypto/", "harness/errors.ts"],
    platform: true,
  },
  {
    path: "harness/peer/",
    mayImport: [...PURE, "harness/sip/", "harness/diameter/", "harness/errors.ts"],
    typesOnly: ["harness/net/", "profiles/"],
  },
  {
    path: "harness/runner/",
    mayImport: [...PURE, "harness/sip/", "harness/net/", "harness/peer/", "harness/errors.ts"],
    typesOnly: ["profiles/", "refcore/faults.ts"],
  },
  { path: "profiles/", mayImport: ["harness/errors.ts"], typesOnly: ["harness/net/types.ts"] },
  {
    path: "suites/",
    mayImport: ["harness/peer/", "harness/runner/", "harness/errors.ts", ...CODEC],
  },
  {
    path: "refcore/",
    mayImport: [...PURE, "harness/sip/", "harness/diameter/", "harness/net/", "harness/errors.ts"],
    typesOnly: ["profiles/"],
  },
  { path: "reports/", mayImport: [], typesOnly: ["harness/runner/events.ts"] },
  {
    path: "harness/cli/",
    mayImport: ["harness/", "refcore/", "suites/", "profiles/", "reports/", ...CODEC],
    platform: true,
  },
  { path: "mod.ts", mayImport: ["harness/", "refcore/", "suites/", "profiles/", "reports/"], platform: true },
  {
    path: "lab/",
    mayImport: ["harness/", "profiles/", "_tools/", ...CODEC],
    platform: true,
  },
  { path: "bench/", mayImport: ["harness/", "refcore/", ...CODEC], platform: true },
  {
    path: "_tools/",
    mayImport: ["harness/", "refcore/", "suites/", "profiles/", "reports/", ...CODEC],
    platform: true,
  },
];

/** Words of the machine that a pure room may not say. */
const PLATFORM =
  /\bDeno\.(?!test\b)|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\bsetTimeout\b|\bsetInterval\b|\bcrypto\.getRandomValues\b/;

export interface Import {
  /** Path from the root, or the bare name. */
  readonly target: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** The room a path belongs to: the longest prefix wins. */
export function roomOf(path: string): Room | undefined {
  return ROOMS.filter((room) => path === room.path || path.startsWith(room.path))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** What in `source` breaks the rules of the room that `file` (path from the root) stands in. */
export function breaches(file: string, source: string, imports: readonly Import[]): Breach[] {
  const room = roomOf(file);
  if (!room) return [{ file, line: 1, why: "stands in no room of DESIGN 2" }];
  const test = /_test\.tsx?$|\/testing\//.test(file);
  const found: Breach[] = [];
  for (const { target, typeOnly, line } of imports) {
    const own = target === room.path || target.startsWith(room.path);
    const allowed = own || room.mayImport.some((prefix) => target === prefix || target.startsWith(prefix));
    const allowedAsType = typeOnly && room.typesOnly?.some((prefix) => target.startsWith(prefix));
    const isOurs = target === "sip-codec" ||
      /^(harness|refcore|suites|profiles|reports|mod\.ts|bench|_tools|lab)\b/.test(target);
    if (!isOurs || allowed || allowedAsType) continue;
    if (test && !crossesJudgement(file, target)) continue;
    const asType = room.typesOnly?.some((prefix) => target.startsWith(prefix));
    found.push({
      file,
      line,
      why: `"${room.path}" may not import "${target}"${asType ? " but as types" : ""}`,
    });
  }
  if (!room.platform && !test) {
    source.split("\n").forEach((text, index) => {
      const word = stripComment(text).match(PLATFORM)?.[0];
      if (word) {
        found.push({ file, line: index + 1, why: `"${room.path}" may not use "${word}": hand it in` });
      }
    });
  }
  return found;
}

/** The imports of a file's source; relative ones resolved against its path. */
export function importsOf(file: string, source: string): Import[] {
  const statement =
    /(?:^|\n)[ \t]*(import|export)\s+(type\s)?([^;'"]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [...source.matchAll(statement)].map((found) => {
    const specifier = found[4] ?? found[5] ?? "";
    return {
      target: specifier.startsWith(".") ? resolve(file, specifier) : specifier,
      typeOnly: found[2] !== undefined || onlyTypes(found[3] ?? ""),
      line: source.slice(0, (found.index ?? 0) + 1).split("\n").length,
    };
  });
}

/** Tests may look around, but the core's judgement and the tester's stay apart even there. */
function crossesJudgement(file: string, target: string): boolean {
  return file.startsWith("refcore/") && /^(harness\/(peer|runner)|suites)\//.test(target) ||
    file.startsWith("suites/") && target.startsWith("harness/net/");
}

function onlyTypes(clause: string): boolean {
  const names = clause.match(/^\{([^}]*)\}/)?.[1]?.split(",").map((name) => name.trim()).filter((name) =>
    name
  );
  return names !== undefined && names.length > 0 && names.every((name) => name.startsWith("type "));
}

function stripComment(line: string): string {
  return /^\s*(\*|\/\/|\/\*)/.test(line) ? "" : line.replace(/\s\/\/.*$/, "");
}

function resolve(file: string, specifier: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
