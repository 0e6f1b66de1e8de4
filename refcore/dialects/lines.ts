/** The header section of a message as lines that can be written in another manner; its body stays as it is. */
import { parseMessage } from "sip-codec";

export interface Line {
  readonly name: string;
  /** Unfolded. */
  readonly value: string;
  /** Where the header is a list: its elements. */
  values(): readonly string[];
}

export interface Lines {
  readonly startLine: string;
  readonly lines: readonly Line[];
  readonly body: Uint8Array;
}

/** What is done to the lines of a header section, and how each is written. */
export interface Manner {
  readonly startLine?: (line: string) => string;
  readonly lines?: (lines: readonly Line[]) => readonly Line[];
  readonly write?: (line: Line) => string;
}

/** The octets themselves for what is no message (a keep-alive). */
export function linesOf(bytes: Uint8Array): Lines | Uint8Array {
  let message;
  try {
    message = parseMessage(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) return bytes;
    throw error;
  }
  const startLine = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(13)));
  const single = message.clone();
  const lines = message.headers().map(([name, value]) => ({
    name,
    value,
    values: () => single.set(name, value).values(name),
  }));
  return { startLine, lines, body: message.body };
}

export function formatted(
  found: Lines | Uint8Array,
  { startLine, lines, write = plain }: Manner,
): Uint8Array {
  if (found instanceof Uint8Array) return found;
  const head = [
    startLine?.(found.startLine) ?? found.startLine,
    ...(lines?.(found.lines) ?? found.lines).map(write),
  ];
  const text = new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`);
  const whole = new Uint8Array(text.length + found.body.length);
  whole.set(text);
  whole.set(found.body, text.length);
  return whole;
}

function plain({ name, value }: Line): string {
  return `${name}: ${value}`;
}
