/** The two written forms of parameters in header fields. */
import type { Cursor } from "./cursor.ts";
import { CLASSES, isBlank, TOKEN, VALUE } from "./grammar.ts";
import { NO_PARAMS, Params } from "./params.ts";

/** *( SEMI generic-param ), up to the end or a character that begins none (RFC 3261 25.1). */
export function readParams(cursor: Cursor): Params {
  const { text } = cursor;
  if (cursor.at >= cursor.end) return NO_PARAMS;
  let spans: number[] | undefined;
  while (cursor.separator(0x3b)) readParam(cursor, text, spans ??= []);
  return spans === undefined ? NO_PARAMS : Params.parsed(text, spans);
}

/** Like `readParams`; the value of the parameter `special`, which has a grammar of its own, is read by `read`. */
export function readParamsBut(cursor: Cursor, special: string, read: () => void): Params {
  const { text } = cursor;
  const spans: number[] = [];
  while (cursor.separator(0x3b)) {
    const { at } = cursor;
    const name = cursor.run(TOKEN, "a parameter name");
    if (name.toLowerCase() === special && cursor.separator(0x3d)) read();
    else {
      cursor.at = at;
      readParam(cursor, text, spans);
    }
  }
  return Params.parsed(text, spans);
}

/** auth-param *( COMMA auth-param ): challenges, credentials, Authentication-Info; each has a value. */
export function readCommaParams(cursor: Cursor): Params {
  const { text } = cursor;
  const spans: number[] = [];
  do {
    if (!readParam(cursor, text, spans)) cursor.fail(`found ${cursor.found()}, need "="`);
  } while (cursor.separator(0x2c));
  return Params.parsed(text, spans);
}

/** generic-param *( SEMI generic-param ), the first without a semicolon. */
export function readBareParams(cursor: Cursor): Params {
  const { text } = cursor;
  const spans: number[] = [];
  do readParam(cursor, text, spans); while (cursor.separator(0x3b));
  return Params.parsed(text, spans);
}

/** generic-param = token [ EQUAL gen-value ]; gen-value = token / host / quoted-string. Tells if it has a value. */
function readParam(cursor: Cursor, text: string, spans: number[]): boolean {
  const start = cursor.at;
  let at = start;
  let code = text.charCodeAt(at);
  while (code < 128 && ((CLASSES[code] as number) & TOKEN) !== 0) code = text.charCodeAt(++at);
  if (at === start) cursor.fail(`found ${cursor.found()}, need a parameter name`);
  const nameEnd = at;
  while (isBlank(code)) code = text.charCodeAt(++at);
  if (code !== 0x3d) {
    cursor.at = nameEnd;
    spans.push(start, nameEnd, -1, -1);
    return false;
  }
  code = text.charCodeAt(++at);
  while (isBlank(code)) code = text.charCodeAt(++at);
  cursor.at = at;
  if (code === 0x22) cursor.skipQuoted();
  else skipUnquoted(cursor, text);
  spans.push(start, nameEnd, at, cursor.at);
  return true;
}

/**
 * token or host, and generously whatever separates nothing here: URNs of +sip.instance without quotes, cell
 * identities, base64.
 */
function skipUnquoted(cursor: Cursor, text: string): void {
  const start = cursor.at;
  let at = start;
  let code = text.charCodeAt(at);
  while (code < 128 && ((CLASSES[code] as number) & VALUE) !== 0) code = text.charCodeAt(++at);
  if (at === start) cursor.fail(`found ${cursor.found()}, need a parameter value`);
  cursor.at = at;
}
