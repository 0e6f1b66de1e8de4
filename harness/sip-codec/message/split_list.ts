/** Elements of a comma-separated list; commas in quoted strings and angle brackets do not separate. */
import { SipSyntaxError } from "../errors.ts";
import { trimBlanks } from "../grammar.ts";

export function splitList(text: string, field: string): string[] {
  const elements: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2c) {
      elements.push(trimBlanks(text.slice(start, at)));
      start = at + 1;
    } else if (code === 0x22) at = closing(text, at, field);
    else if (code === 0x3c) {
      const close = text.indexOf(">", at);
      if (close < 0) throw new SipSyntaxError('"<" without ">"', at, field);
      at = close;
    }
  }
  elements.push(trimBlanks(text.slice(start)));
  return elements.filter((element) => element !== "");
}

function closing(text: string, open: number, field: string): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at++;
  }
  throw new SipSyntaxError("quoted string without its closing quote", open, field);
}
