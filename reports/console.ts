/**
 * What a person sees while a run goes, and at its end. On a terminal a status line counts on and only what needs
 * attention is printed; elsewhere each case is a line. A reason is told in full once: seventy cases that cannot be
 * judged because the device is silent are one message.
 */
import type {
  CaseInfo,
  CaseResult,
  CheckResult,
  RunEvent,
  RunInfo,
  RunResult,
} from "../harness/runner/events.ts";
import { type Ink, type Paint, painter } from "./_style.ts";
import {
  brokenChecks,
  deviceName,
  duration,
  evidencePath,
  oneLine,
  plural,
  repeatCommand,
  troubleLines,
} from "./_text.ts";
import {
  byReason,
  bySuite,
  countStandings,
  reasonInCommon,
  type Standing,
  standing,
  STANDING_WORDS,
  standingReason,
  STANDINGS,
} from "./standing.ts";

export interface ConsoleOptions {
  /** Where the text goes: standard error, for people. */
  readonly write: (text: string) => void;
  /** See terminalMode(). */
  readonly live: boolean;
  readonly color: boolean;
  /** Milliseconds; for the time elapsed in the status line. */
  readonly now: () => number;
  /** Width of the terminal. Default 80. */
  readonly columns?: () => number;
  /** Prints passing cases on a terminal, too. */
  readonly verbose?: boolean;
  /** Put before evidence paths: "out/". */
  readonly outPrefix?: string;
}

export interface ConsoleReporter {
  event(event: RunEvent): void;
  /** Redraws the status line: call it a few times a second while a terminal shows a run. */
  refresh(): void;
}

export function consoleReporter(options: ConsoleOptions): ConsoleReporter {
  return new Reporter(options);
}

const MARKS: Readonly<Record<Standing, readonly [string, readonly Ink[]]>> = {
  pass: ["✓", ["green"]],
  fail: ["✗", ["red", "bold"]],
  stale: ["✗", ["red", "bold"]],
  error: ["‼", ["magenta", "bold"]],
  warn: ["!", ["yellow"]],
  inconclusive: ["?", ["yellow"]],
  waived: ["~", ["blue"]],
  notApplicable: ["-", ["dim"]],
};

const WORD_WIDTH = Math.max(...Object.values(STANDING_WORDS).map((word) => word.length));
const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const MOST_RUNNING = 3;

class Reporter implements ConsoleReporter {
  readonly #paint: Paint;
  readonly #running = new Map<string, CaseInfo>();
  readonly #finished: CaseResult[] = [];
  readonly #toldReasons = new Set<string>();
  #planned = 0;
  #begin = 0;
  #frame = 0;
  #statusShown = false;

  constructor(readonly options: ConsoleOptions) {
    this.#paint = painter(options.color);
  }

  event(event: RunEvent): void {
    switch (event.type) {
      case "runStarted":
        this.#begin = this.options.now();
        this.#planned = event.planned;
        this.#line(this.#heading(event.run, event.planned));
        break;
      case "caseStarted":
        this.#running.set(event.case.id, event.case);
        break;
      case "caseFinished":
        this.#running.delete(event.result.id);
        this.#finished.push(event.result);
        this.#planned = event.planned;
        this.#caseLines(event.result);
        break;
      case "trouble":
        this.#toldReasons.add(event.message);
        this.#line(`${this.#paint("trouble", "red", "bold")}  ${oneLine(troubleLines(event.message)[0]!)}`);
        break;
      case "runFinished":
        this.#clearStatus();
        for (const line of runSummary(event.result, this.#paint)) this.#line(line);
        return;
    }
    this.refresh();
  }

  refresh(): void {
    if (!this.options.live || this.#planned === 0) return;
    const width = this.options.columns?.() ?? 80;
    this.#frame++;
    // One less than the terminal is wide: a full line would wrap, and then could not be rewritten.
    const status = cut(this.#status(), width - 1);
    this.options.write(`\r\x1b[2K${this.#paint(status, "dim")}`);
    this.#statusShown = true;
  }

  #heading(run: RunInfo, planned: number): string {
    const what = oneLine(`${run.tool} ${run.version}`);
    return `${this.#paint(what, "bold")}  ${oneLine(deviceName(run))}  profile ${
      oneLine(run.profile)
    }  seed ${oneLine(run.seed)}  ${plural(planned, "case")}`;
  }

  #status(): string {
    const counts = countStandings(this.#finished);
    const told = STANDINGS.filter((each) => counts[each] > 0).map((each) =>
      `${MARKS[each][0]}${counts[each]}`
    ).reverse();
    const running = [...this.#running.keys()];
    const more = running.length > MOST_RUNNING ? ` +${running.length - MOST_RUNNING}` : "";
    return [
      SPINNER[this.#frame % SPINNER.length],
      `${this.#finished.length}/${this.#planned}`,
      ...told,
      duration(this.options.now() - this.#begin),
      `${running.slice(0, MOST_RUNNING).join(" ")}${more}`,
    ].join("  ");
  }

  #caseLines(result: CaseResult): void {
    const stands = standing(result);
    const quiet = stands === "pass" || stands === "notApplicable";
    if (quiet && this.options.live && !this.options.verbose) return;
    const reason = standingReason(result);
    const common = reason === null ? "" : reasonInCommon(reason);
    const known = reason !== null && this.#toldReasons.has(common);
    if (known && this.options.live && stands === "inconclusive") return;
    if (reason !== null) this.#toldReasons.add(common);
    this.#line(this.#verdictLine(result, stands));
    if (quiet || known) return;
    const broken = brokenChecks(result).filter(({ severity }) => severity !== "info");
    // The reason of a case with broken checks repeats them; say it where there are none, or where it says more.
    if (
      reason !== null &&
      (broken.length === 0 || stands === "waived" || stands === "error" || stands === "stale")
    ) {
      this.#line(`    ${oneLine(reason)}`);
    }
    if (stands === "waived") return;
    for (const check of broken) this.#checkLines(result, check);
    if (broken.length === 0 && result.evidence !== null) {
      this.#line(this.#field("evidence", this.#evidence(result) ?? ""));
    }
  }

  #verdictLine(result: CaseResult, stands: Standing): string {
    const [mark, inks] = MARKS[stands];
    const word = this.#paint(`${mark} ${STANDING_WORDS[stands].padEnd(WORD_WIDTH)}`, ...inks);
    const time = result.durationMs > 0 ? this.#paint(`  ${duration(result.durationMs)}`, "dim") : "";
    return `${word}  ${result.id}${stands === "pass" ? "" : `  ${oneLine(result.title)}`}${time}`;
  }

  #checkLines(result: CaseResult, check: CheckResult): void {
    this.#line(`    ${oneLine(check.name)}`);
    this.#line(this.#field("clause", check.requirement));
    this.#line(this.#field("expected", check.expected));
    this.#line(this.#field("actual", check.actual));
    const evidence = this.#evidence(result, check);
    if (evidence !== null) this.#line(this.#field("evidence", evidence));
  }

  #field(name: string, value: string): string {
    return `      ${this.#paint(name.padEnd(8), "dim")}  ${oneLine(value)}`;
  }

  #evidence(result: CaseResult, check?: CheckResult): string | null {
    const path = evidencePath(result, check);
    return path === null ? null : `${this.options.outPrefix ?? ""}${path}`;
  }

  #line(text: string): void {
    this.#clearStatus();
    this.options.write(`${text}\n`);
  }

  #clearStatus(): void {
    if (this.#statusShown) this.options.write("\r\x1b[2K");
    this.#statusShown = false;
  }
}

/** The end of a run: a table by suite, what needs attention grouped by its reason, and one line that says it all. */
function runSummary(result: RunResult, paint: Paint): string[] {
  const { cases, run, summary } = result;
  const counts = countStandings(cases);
  const columns = STANDINGS.filter((each) => counts[each] > 0);
  const lines = ["", ...suiteTable(cases, columns, paint)];
  for (const stands of ["inconclusive", "notApplicable"] as const) {
    const groups = byReason(cases.filter((each) => standing(each) === stands));
    if (groups.length > 0) lines.push("", paint(STANDING_WORDS[stands], ...MARKS[stands][1]));
    for (const { reason, cases: those } of groups) {
      lines.push(`  ${plural(those.length, "case")}: ${oneLine(reason)}`);
    }
  }
  const broken = cases.filter((each) => ["fail", "error", "stale"].includes(standing(each)));
  if (broken.length > 0) lines.push("", paint("to look at", "bold"));
  for (const each of broken) {
    const [mark, inks] = MARKS[standing(each)];
    lines.push(`  ${paint(mark, ...inks)} ${each.id}  ${oneLine(each.title)}`);
  }
  if (broken.length > 0) {
    const [only, ...more] = broken;
    const id = more.length === 0 ? only?.id : "CASE";
    lines.push(
      "",
      `again:       ${oneLine(repeatCommand(run, id))}`,
      `what it is:  imspeer explain ${id}`,
    );
  }
  if (run.trouble !== null) {
    const [what = "", ...more] = troubleLines(run.trouble).map(oneLine);
    lines.push("", `${paint("the run as a whole is inconclusive", "red", "bold")}: ${what}`);
    lines.push(...more.map((line) => `  ${line}`));
  }
  const missing = summary.planned - summary.executed;
  if (missing > 0) lines.push("", `${missing} of ${summary.planned} planned cases did not run`);
  const told = columns.map((each) => paint(`${counts[each]} ${STANDING_WORDS[each]}`, ...MARKS[each][1]));
  lines.push(
    "",
    `${plural(cases.length, "case")} in ${duration(run.durationMs)}: ${told.join(", ") || "nothing ran"}`,
  );
  return lines;
}

function suiteTable(cases: readonly CaseResult[], columns: readonly Standing[], paint: Paint): string[] {
  if (cases.length === 0) return [];
  const heads = ["suite", "cases", ...columns.map((each) => STANDING_WORDS[each])];
  const rows = [...bySuite(cases)].map(([suite, those]) => {
    const counts = countStandings(those);
    return [
      suite,
      String(those.length),
      ...columns.map((each) => counts[each] === 0 ? "·" : String(counts[each])),
    ];
  });
  const widths = heads.map((head, index) => Math.max(head.length, ...rows.map((row) => row[index]!.length)));
  const pad = (cell: string, index: number) =>
    index === 0 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!);
  return [
    paint(heads.map(pad).join("  "), "dim"),
    ...rows.map((row) =>
      row.map((cell, index) => {
        const stands = columns[index - 2];
        return stands && cell !== "·" ? paint(pad(cell, index), ...MARKS[stands][1]) : pad(cell, index);
      }).join("  ")
    ),
  ];
}

/** Cuts by characters; what stands in the status line is narrow. */
function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}
