/** `--help`: what a stranger needs, on one screen. */
import { type Command, COMMON_OPTIONS, type OptionSpec } from "./command.ts";
import { EXIT, EXIT_TEXTS, type ExitCode } from "./exit.ts";

const WIDTH = 100;

export function programHelp(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return [
    `imspeer ${version}: a black-box tester for IMS networks (3GPP TS 33.203)`,
    "",
    "It plays the equipment's peer over real sockets, says both the right and the wrong things, and judges",
    "what comes back clause by clause. Without a profile it tests an embedded reference core, so",
    `"imspeer run" works at once and needs nothing else.`,
    "",
    "Usage: imspeer COMMAND [options]",
    "",
    "Commands",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    "",
    "Your own equipment, step by step",
    "  imspeer profile init lab.yaml          a commented profile to fill in",
    "  imspeer profile check lab.yaml         is it right?",
    "  imspeer doctor --profile lab.yaml      what can this machine and this target do?",
    "  imspeer list --profile lab.yaml        which cases apply, and why not the rest",
    "  imspeer run --profile lab.yaml         run them; then open out/index.html",
    "",
    ...exitLines([0, 1, 2, 64, 65, 70, 130], {}),
    "",
    `"imspeer COMMAND --help" tells more about each. "imspeer --version" shows the version.`,
    "",
  ].join("\n");
}

export function commandHelp(command: Command): string {
  const options = [...command.options, ...COMMON_OPTIONS];
  const groups = [...new Set(options.map((option) => option.group ?? "Options"))];
  const left = Math.min(28, Math.max(...options.map((option) => flagText(option).length)) + 4);
  return [
    `imspeer ${command.name}: ${command.summary}`,
    "",
    ...command.usage.map((form, index) => `${index === 0 ? "Usage:" : "      "} imspeer ${form}`),
    "",
    ...command.description.flatMap((paragraph) => [...wrap(paragraph, 0), ""]),
    ...groups.flatMap((group) => [
      group,
      ...options.filter((option) => (option.group ?? "Options") === group).flatMap((option) =>
        optionLines(option, left)
      ),
      "",
    ]),
    "Examples",
    ...command.examples.flatMap(({ command: line, says }) => [`  ${line}`, `      ${says}`]),
    "",
    ...exitLines([...command.exits, EXIT.usage, EXIT.internal], command.exitTexts ?? {}),
    "",
  ].join("\n");
}

function exitLines(
  codes: readonly ExitCode[],
  own: Readonly<Partial<Record<ExitCode, string>>>,
): string[] {
  const sorted = [...new Set(codes)].sort((a, b) => a - b);
  return [
    "Exit codes",
    ...sorted.map((code) => `  ${String(code).padStart(3)}  ${own[code] ?? EXIT_TEXTS[code]}`),
  ];
}

function flagText({ name, short, value }: OptionSpec): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
}

function optionLines(option: OptionSpec, left: number): string[] {
  const flag = `  ${flagText(option)}`;
  const more = [
    ...(option.repeatable ? ["may be given several times"] : []),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
  ];
  const lines = wrap(option.help + (more.length > 0 ? ` (${more.join("; ")})` : ""), left);
  const [first = "", ...rest] = lines;
  return flag.length < left ? [flag.padEnd(left) + first.trimStart(), ...rest] : [flag, ...lines];
}

function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(" ".repeat(indent) + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, " ".repeat(indent) + line];
}
