/** The two written forms of parameters in header fields. */
import type { Cursor } from "./cursor.ts";
import { CLASSES, isBlank, TOKEN, VALUE } from "./grammar.ts";
import { NO_PARAMS, Params } from "./params.ts";

/** *( SEMI generic-param ), up to the end or a character that begins none (RFC 3261 25.1). */
export function readParams(cursor: Cursor): Params {
  const { text } = cursor;
  if (cursor.at >= cursor.end || !cursor.separator(0x3b)) return NO_PARAMS;
  const spans = readParam(cursor, text);
  while (cursor.separator(0x3b)) readParam(cursor, text, spans);
  return Params.parsed(text, spans);
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
  let spans: number[] | undefined;
  do {
    spans = readParam(cursor, text, spans);
    if (spans[spans.length - 1] === -1) cursor.fail(`found ${cursor.found()}, need "="`);
  } while (cursor.separator(0x2c));
  return Params.parsed(text, spans);
}

/** generic-param *( SEMI generic-param ), the first without a semicolon. */
export function readBareParams(cursor: Cursor): Params {
  const { text } = cursor;
  const spans = readParam(cursor, text);
  while (cursor.separator(0x3b)) readParam(cursor, text, spans);
  return Params.parsed(text, spans);
}

/**
 * generic-param = token [ EQUAL gen-value ]; gen-value = token / host / quoted-string. Adds its four positions to
 * `spans`, a new list by default, and gives the list.
 */
function readParam(cursor: Cursor, text: string, spans?: number[]): number[] {
  const start = cursor.at;
  let at = start;
  let code = text.charCodeAt(at);
  while (code < 128 && ((CLASSES[code] as number) & TOKEN) !== 0) code = text.charCodeAt(++at);
  if (at === start) cursor.fail(`found ${cursor.found()}, need a parameter name`);
  const nameEnd = at;
  while (isBlank(code)) code = text.charCodeAt(++at);
  let end = -1;
  if (code === 0x3d) {
    code = text.charCodeAt(++at);
    while (isBlank(code)) code = text.charCodeAt(++at);
    end = valueEnd(cursor, text, at, code);
    cursor.at = end;
  } else {
    at = -1;
    cursor.at = nameEnd;
  }
  // A literal of four is smaller than an empty list that grows, and most fields have no more than one parameter.
  if (spans === undefined) return [start, nameEnd, at, end];
  spans.push(start, nameEnd, at, end);
  return spans;
}

/**
 * End of a quoted-string, or of token or host; generously also whatever separates nothing here: URNs without quotes,
 * cell identities, base64.
 */
function valueEnd(cursor: Cursor, text: string, start: number, first: number): number {
  cursor.at = start;
  if (first === 0x22) {
    cursor.skipQuoted();
    return cursor.at;
  }
  let end = start;
  let code = first;
  while (code < 128 && ((CLASSES[code] as number) & VALUE) !== 0) code = text.charCodeAt(++end);
  if (end === start) cursor.fail(`found ${cursor.found()}, need a parameter value`);
  return end;
}
