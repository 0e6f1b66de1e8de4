/** Colours of a terminal (ECMA-48 SGR), or none. */

export type Ink = "green" | "red" | "yellow" | "blue" | "magenta" | "dim" | "bold";

const CODES: Readonly<Record<Ink, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
};

export type Paint = (text: string, ...inks: readonly Ink[]) => string;

export function painter(color: boolean): Paint {
  if (!color) return (text) => text;
  return (text, ...inks) =>
    inks.reduce((painted, ink) => `\x1b[${CODES[ink][0]}m${painted}\x1b[${CODES[ink][1]}m`, text);
}

export interface TerminalMode {
  /** A status line that is rewritten in place. */
  readonly live: boolean;
  readonly color: boolean;
}

/**
 * What the output wants: live and coloured on a terminal; plain lines in CI, in a pipe and on a dumb terminal; no
 * colour where NO_COLOR is set (no-color.org), colour anyway where FORCE_COLOR is.
 */
export function terminalMode(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): TerminalMode {
  const capable = isTerminal && env.TERM !== "dumb";
  const inCi = env.CI !== undefined && env.CI !== "" && env.CI !== "false";
  const color = env.NO_COLOR ? false : env.FORCE_COLOR ? env.FORCE_COLOR !== "0" : capable;
  return { live: capable && !inCi, color };
}
