/**
 * name-addr and addr-spec with parameters: From, To, Contact, Route, Record-Route, Path, Service-Route, Refer-To,
 * Referred-By, P-Asserted-Identity and their like (RFC 3261 20.10, 20.20, 20.34; RFC 3325 9; RFC 7315 5).
 */
import { Cursor, quote, unquote } from "../cursor.ts";
import { CLASSES, every, isBlank, TOKEN } from "../grammar.ts";
import { Params, type ParamsInit, parseParams } from "../params.ts";
import { parseUri, type Uri } from "../uri/uri.ts";

export interface NameAddr {
  /** Without quotes; undefined where there is none. */
  readonly displayName?: string;
  readonly uri: Uri;
  /** Parameters of the header field, not of the URI. */
  readonly params: Params;
  /** The `tag` parameter. */
  readonly tag?: string;
}

/** What `formatNameAddr` takes: a URI as text will do. */
export interface NameAddrInit {
  readonly displayName?: string | undefined;
  readonly uri: Uri | string;
  readonly params?: ParamsInit | undefined;
  /** Written as the last parameter unless `params` has one. */
  readonly tag?: string | undefined;
}

/** One value, nothing after it. */
export function parseNameAddr(text: string, field = "name-addr"): NameAddr {
  const cursor = new Cursor(text, field);
  const value = nameAddr(cursor);
  cursor.end();
  return value;
}

/** Comma-separated values. */
export function parseNameAddrs(text: string, field: string): NameAddr[] {
  const cursor = new Cursor(text, field);
  const values: NameAddr[] = [];
  do values.push(nameAddr(cursor)); while (cursor.separator(0x2c));
  cursor.end();
  return values;
}

/** Contact = STAR / list (RFC 3261 20.10). */
export function parseContacts(text: string, field = "Contact"): (NameAddr | "*")[] {
  return text === "*" ? ["*"] : parseNameAddrs(text, field);
}

/** `"display" <uri>;params`. The URI always stands in angle brackets. */
export function formatNameAddr(value: NameAddrInit): string {
  const params = value.params instanceof Params ? value.params : new Params(value.params);
  let text = value.displayName === undefined ? "" : `${formatDisplayName(value.displayName)} `;
  text += `<${value.uri}>${params}`;
  if (value.tag !== undefined && !params.has("tag")) text += `;tag=${value.tag}`;
  return text;
}

function formatDisplayName(name: string): string {
  return name !== "" && name.split(" ").every((word) => every(word, TOKEN)) ? name : quote(name);
}

/** ( name-addr / addr-spec ) *( SEMI generic-param ), from the cursor on. */
function nameAddr(cursor: Cursor): NameAddr {
  cursor.blanks();
  const { text } = cursor;
  let displayName: string | undefined;
  const first = cursor.code;
  if (first === 0x22) {
    displayName = unquote(cursor.quotedString());
    cursor.blanks();
    if (text.charCodeAt(cursor.at) !== 0x3c) {
      cursor.fail(`found ${cursor.found()} after the display name, need "<"`);
    }
  } else if (first !== 0x3c) {
    const end = displayNameEnd(text, cursor.at);
    if (text.charCodeAt(end) !== 0x3c) return addrSpec(cursor);
    displayName = trimEnd(text.slice(cursor.at, end));
    cursor.at = end;
  }
  const start = cursor.at + 1;
  const close = text.indexOf(">", start);
  if (close < 0) cursor.fail('"<" without ">"');
  cursor.at = close + 1;
  const uri = parseUri(text.slice(start, close), cursor.field);
  const params = parseParams(cursor);
  return make(displayName, uri, params);
}

/** End of *(token LWS): the first character that is neither of a token nor white space. */
function displayNameEnd(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isBlank(code) && (code > 0x7f || ((CLASSES[code] as number) & TOKEN) === 0)) break;
  }
  return at;
}

/**
 * A URI without brackets: what follows ";" belongs to the header field, and the URI may hold neither comma,
 * question mark nor semicolon (RFC 3261 20.10).
 */
function addrSpec(cursor: Cursor): NameAddr {
  const { text } = cursor;
  const start = cursor.at;
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 0x3b || code === 0x2c || isBlank(code)) break;
    if (code === 0x3f) cursor.fail('a URI with "?" must stand in angle brackets', end);
    if (code === 0x3c || code === 0x22) cursor.fail(`found ${cursor.found()}, need a URI`);
  }
  cursor.at = end;
  const uri = parseUri(text.slice(start, end), cursor.field);
  return make(undefined, uri, parseParams(cursor));
}

function make(displayName: string | undefined, uri: Uri, params: Params): NameAddr {
  const tag = params.get("tag");
  const value: { displayName?: string; uri: Uri; params: Params; tag?: string } = { uri, params };
  if (displayName !== undefined) value.displayName = displayName;
  if (tag !== undefined) value.tag = tag;
  return value;
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}
