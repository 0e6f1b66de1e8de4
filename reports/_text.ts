/** Small pieces of text that several reports need. */
import type { CaseResult, CheckResult, RunInfo } from "../harness/runner/events.ts";

/**
 * What came from a device may hold anything: controls that a terminal would obey, or that turn the direction of
 * writing, are shown as \x1b or \u202e. Tabs and line feeds stay.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufffe\uffff]/gu, escaped);
}

/** The same on one line. */
export function oneLine(text: string): string {
  return visible(text.replaceAll("\r\n", "\n")).replace(/\s*\n\s*/g, " ⏎ ").replaceAll("\t", " ");
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
}

/** "840 ms", "12.3 s", "3 min 20 s". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "1 case", "3 cases". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "Examplecom CoreOne 4.2", or the profile's name where the device is not told. */
export function deviceName({ device, profile }: RunInfo): string {
  const name = device && [device.vendor, device.product, device.version].filter((part) => part).join(" ");
  return name || profile;
}

/** "evidence/aka/x/trace.jsonl#4", null where there is none. */
export function evidencePath(result: CaseResult, check?: CheckResult): string | null {
  if (result.evidence === null) return null;
  return check?.evidence ? `${result.evidence}/${check.evidence}` : result.evidence;
}

/**
 * The command that makes this run again with the same chance, or of it the case `id` alone. What was said of the target
 * stands in the environment, as "command"; a result without it is known by the name of its profile.
 */
export function repeatCommand({ environment, profile, seed }: RunInfo, id?: string): string {
  const command = environment["command"] ?? `imspeer run --profile ${profile}`;
  return `${command}${id === undefined ? "" : ` --case ${id}`} --seed ${seed}`;
}

/**
 * Why a run as a whole is inconclusive, first what, then why. A target that never answered has several addresses, each
 * with its own reason: a line each.
 */
export function troubleLines(trouble: string): string[] {
  const [, what, whys] = trouble.match(/^(The target does not answer): (.*)$/s) ?? [];
  if (what === undefined || whys === undefined) return [trouble];
  return [what, ...whys.split(/; (?=(?:udp|tcp|tls|wss?) )/)];
}

/** The checks that explain a verdict, worst first. */
export function brokenChecks(result: CaseResult): CheckResult[] {
  const order = ["fail", "warn", "info"];
  return result.checks.filter(({ holds }) => !holds)
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}
