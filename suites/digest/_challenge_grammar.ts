/**
 * A strict reading of WWW-Authenticate after RFC 2617 3.2.1 (quoting as the grammar there fixes it, per parameter),
 * written apart from the codec: the codec reads leniently, this one finds fault.
 */

/** Parameters that the grammar puts in quotes, and those it does not. */
const QUOTED = new Set(["realm", "domain", "nonce", "opaque", "qop"]);
const BARE = new Set(["stale", "algorithm"]);
const PARAMETER = /^\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s",;]+)\s*$/;

/** What is wrong with one field value, in words; empty when nothing is. */
export function strictChallengeDefects(field: string): string[] {
  const scheme = field.match(/^\s*(\S+)\s+/);
  if (scheme?.[1]?.toLowerCase() !== "digest") return [`scheme "${scheme?.[1] ?? ""}", needs "Digest"`];
  const defects: string[] = [];
  const seen = new Set<string>();
  for (const part of splitAtCommas(field.slice(scheme[0].length))) {
    const [, name = "", value = ""] = part.match(PARAMETER) ?? [];
    const key = name.toLowerCase();
    if (name === "") defects.push(`"${part.trim()}" is no parameter`);
    else if (seen.has(key)) defects.push(`"${name}" comes twice`);
    else if (QUOTED.has(key) && !value.startsWith('"')) defects.push(`"${name}" is not quoted`);
    else if (BARE.has(key) && value.startsWith('"')) defects.push(`"${name}" is quoted`);
    seen.add(key);
  }
  for (const needed of ["realm", "nonce"]) {
    if (!seen.has(needed)) defects.push(`"${needed}" is missing`);
  }
  return defects;
}

function splitAtCommas(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
}
