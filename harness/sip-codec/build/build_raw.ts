/** Octets of anything that looks like a message, also of what is forbidden. Nothing is checked, nothing added. */
import { utf8 } from "../octets.ts";

export type RawHeader =
  /** The whole line without its end. */
  | { readonly line: string; readonly eol?: string }
  /** `separator` default ": ". */
  | { readonly name: string; readonly separator?: string; readonly value: string; readonly eol?: string };

export interface RawMessage {
  readonly startLine: string;
  readonly headers: readonly RawHeader[];
  readonly body?: Uint8Array | string;
  /** Line end of all lines that do not give their own. Default CRLF. */
  readonly eol?: string;
  /** What ends the header section. Default: `eol`; "" leaves the end out. */
  readonly end?: string;
}

/** Texts are written as UTF-8. */
export function buildRaw(message: RawMessage): Uint8Array {
  const eol = message.eol ?? "\r\n";
  let head = message.startLine + eol;
  for (const header of message.headers) {
    const line = "line" in header ? header.line : `${header.name}${header.separator ?? ": "}${header.value}`;
    head += line + (header.eol ?? eol);
  }
  const start = utf8(head + (message.end ?? eol));
  const body = typeof message.body === "string" ? utf8(message.body) : message.body ?? new Uint8Array(0);
  const bytes = new Uint8Array(start.length + body.length);
  bytes.set(start);
  bytes.set(body, start.length);
  return bytes;
}
