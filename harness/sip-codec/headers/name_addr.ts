/**
 * name-addr and addr-spec with parameters: From, To, Contact, Route, Record-Route, Path, Service-Route, Refer-To,
 * Referred-By, P-Asserted-Identity and their like (RFC 3261 20.10, 20.20, 20.34; RFC 3325 9; RFC 7315 5).
 */
import { Cursor, quote, unquote } from "../cursor.ts";
import { CLASSES, every, isBlank, TOKEN, trimBlanks } from "../grammar.ts";
import { NO_PARAMS, type Params, type ParamsInit, paramsOf } from "../params.ts";
import { parseParams } from "../parse_params.ts";
import { parseUriAt } from "../uri/parse.ts";
import type { Uri } from "../uri/uri.ts";

/** A parsed address. To change one, spread it: `formatNameAddr({ ...message.from, tag: "x" })`. */
export class NameAddr {
  /** @internal Use `parseNameAddr`. */
  constructor(
    /** Without quotes; undefined where there is none. */
    readonly displayName: string | undefined,
    readonly uri: Uri,
    /** Parameters of the header field, not of the URI. */
    readonly params: Params,
  ) {}

  /** The `tag` parameter. */
  get tag(): string | undefined {
    return this.params.get("tag");
  }
}

/** What `formatNameAddr` takes: a URI as text will do. */
export interface NameAddrInit {
  readonly displayName?: string | undefined;
  readonly uri: Uri | string;
  readonly params?: ParamsInit | undefined;
  /** Replaces the `tag` of `params`, or is added. */
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
export function parseNameAddrs(text: string, field = "name-addr"): NameAddr[] {
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
  const name = value.displayName === undefined ? "" : `${formatDisplayName(value.displayName)} `;
  const params = paramsOf(value.params);
  const { tag } = value;
  return `${name}<${value.uri}>${
    tag === undefined || params.get("tag") === tag ? params : params.with("tag", tag)
  }`;
}

function formatDisplayName(name: string): string {
  return name !== "" && name.split(" ").every((word) => every(word, TOKEN)) ? name : quote(name);
}

/** ( name-addr / addr-spec ) *( SEMI generic-param ), from the cursor on. */
function nameAddr(cursor: Cursor): NameAddr {
  cursor.blanks();
  const { text } = cursor;
  const first = text.charCodeAt(cursor.at);
  let displayName: string | undefined;
  if (first === 0x22) {
    displayName = unquote(cursor.quotedString());
    cursor.blanks();
    if (text.charCodeAt(cursor.at) !== 0x3c) cursor.fail(`found ${cursor.found()} after the name, need "<"`);
  } else if (first !== 0x3c) {
    const end = displayNameEnd(text, cursor.at);
    if (text.charCodeAt(end) !== 0x3c) return addrSpec(cursor);
    displayName = trimBlanks(text.slice(cursor.at, end));
    cursor.at = end;
  }
  const start = cursor.at + 1;
  const close = text.indexOf(">", start);
  if (close < 0) cursor.fail('"<" without ">"');
  const uri = parseUriAt(text, start, close, cursor.field);
  cursor.at = close + 1;
  return withParams(cursor, displayName, uri);
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
  }
  const uri = parseUriAt(text, start, end, cursor.field);
  cursor.at = end;
  return withParams(cursor, undefined, uri);
}

function withParams(cursor: Cursor, displayName: string | undefined, uri: Uri): NameAddr {
  const params = parseParams(cursor);
  // Two tags have no safe reading: found now rather than later.
  if (params !== NO_PARAMS) params.get("tag");
  return new NameAddr(displayName, uri, params);
}
