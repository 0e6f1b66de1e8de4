/** The two written forms of parameters in header fields. */
import type { Cursor } from "./cursor.ts";
import { CLASSES, isBlank, TOKEN } from "./grammar.ts";
import { NO_PARAMS, type Param, Params } from "./params.ts";

/** *( SEMI generic-param ), up to the end or a character that begins none (RFC 3261 25.1). */
export function parseParams(cursor: Cursor): Params {
  const { text } = cursor;
  if (cursor.at === text.length) return NO_PARAMS;
  let list: Param[] | undefined;
  for (;;) {
    let at = cursor.at;
    while (isBlank(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) !== 0x3b) break;
    at++;
    while (isBlank(text.charCodeAt(at))) at++;
    cursor.at = at;
    (list ??= []).push(parameter(cursor, text));
  }
  return list === undefined ? NO_PARAMS : Params.parsed(list);
}

/** auth-param *( COMMA auth-param ): challenges, credentials, Authentication-Info; each has a value. */
export function parseCommaParams(cursor: Cursor): Params {
  const list: Param[] = [];
  do {
    const param = parameter(cursor, cursor.text);
    if (param.text === undefined) cursor.fail(`found ${cursor.found()}, need "="`);
    list.push(param);
  } while (cursor.separator(0x2c));
  return Params.parsed(list);
}

/** generic-param = token [ EQUAL gen-value ]; gen-value = token / host / quoted-string */
function parameter(cursor: Cursor, text: string): Param {
  const start = cursor.at;
  let at = start;
  let code = text.charCodeAt(at);
  while (code < 128 && ((CLASSES[code] as number) & TOKEN) !== 0) code = text.charCodeAt(++at);
  if (at === start) cursor.fail(`found ${cursor.found()}, need a parameter name`);
  const name = text.slice(start, at);
  cursor.at = at;
  while (isBlank(code)) code = text.charCodeAt(++at);
  if (code !== 0x3d) return { name, text: undefined };
  code = text.charCodeAt(++at);
  while (isBlank(code)) code = text.charCodeAt(++at);
  cursor.at = at;
  return { name, text: code === 0x22 ? cursor.quotedString() : unquotedValue(cursor) };
}

/**
 * token or host, and generously whatever separates nothing here: URNs of +sip.instance without quotes, cell
 * identities, base64.
 */
function unquotedValue(cursor: Cursor): string {
  const { text } = cursor;
  const start = cursor.at;
  let at = start;
  let code = text.charCodeAt(at);
  while (code < 128 && (((CLASSES[code] as number) & TOKEN) !== 0 || isOdd(code))) {
    code = text.charCodeAt(++at);
  }
  if (at === start) cursor.fail(`found ${cursor.found()}, need a parameter value`);
  cursor.at = at;
  return text.slice(start, at);
}

/** : / @ [ ] ( ) = & $ # { } ^ | ? */
function isOdd(code: number): boolean {
  return code === 0x3a || code === 0x2f || code === 0x40 || code === 0x5b || code === 0x5d || code === 0x3d ||
    code === 0x28 || code === 0x29 || code === 0x26 || code === 0x24 || code === 0x23 || code === 0x7b ||
    code === 0x7d || code === 0x5e || code === 0x7c || code === 0x3f;
}
