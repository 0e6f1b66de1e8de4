/**
 * name-addr and addr-spec with parameters: From, To, Contact, Route, Record-Route, Path, Service-Route, Refer-To,
 * Referred-By, P-Asserted-Identity and their like (RFC 3261 20.10, 20.20, 20.34; RFC 3325 9; RFC 7315 5).
 */
import { type Cursor, quote, readAll, readList } from "../cursor.ts";
import { CLASSES, every, isBlank, TOKEN, trimBlanks } from "../grammar.ts";
import { readNumber } from "./numbers.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { readParams } from "../read_params.ts";
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

  /** The `expires` parameter of a Contact, in seconds. Throws SipSyntaxError if it is no number below 2^32. */
  get expires(): number | undefined {
    const text = this.params.get("expires");
    return text === undefined ? undefined : readAll(readNumber, text, "expires");
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
  return readAll(readNameAddr, text, field);
}

/** Comma-separated values. */
export function parseNameAddrs(text: string, field = "name-addr"): NameAddr[] {
  return readList(readNameAddr, text, field);
}

/** Contact = STAR / list (RFC 3261 20.10). */
export function parseContacts(text: string, field = "Contact"): (NameAddr | "*")[] {
  return readList(readContact, text, field);
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

/** The star stands alone in its field. */
export function readContact(cursor: Cursor): NameAddr | "*" {
  const { text, at, start, end } = cursor;
  if (at !== start || end !== start + 1 || text.charCodeAt(at) !== 0x2a) return readNameAddr(cursor);
  cursor.at = end;
  return "*";
}

/** From and To: two different tags have no safe reading, found now rather than later. */
export function readTagged(cursor: Cursor): NameAddr {
  const value = readNameAddr(cursor);
  value.params.checkSingle("tag");
  return value;
}

/** ( name-addr / addr-spec ) *( SEMI generic-param ) */
export function readNameAddr(cursor: Cursor): NameAddr {
  const { text } = cursor;
  const first = text.charCodeAt(cursor.at);
  let displayName: string | undefined;
  if (first === 0x22) {
    displayName = cursor.quotedText();
    cursor.blanks();
    if (text.charCodeAt(cursor.at) !== 0x3c) cursor.fail(`found ${cursor.found()} after the name, need "<"`);
  } else if (first !== 0x3c) {
    const end = displayNameEnd(text, cursor.at);
    if (text.charCodeAt(end) !== 0x3c) return readAddrSpec(cursor);
    displayName = trimBlanks(text.slice(cursor.at, end));
    cursor.at = end;
  }
  const start = cursor.at + 1;
  const close = text.indexOf(">", start);
  if (close < 0 || close >= cursor.end) cursor.fail('"<" without ">"');
  const uri = parseUriAt(text, start, close, cursor);
  cursor.at = close + 1;
  return new NameAddr(displayName, uri, readParams(cursor));
}

/** End of *(token LWS): the first character that is neither of a token nor white space. */
function displayNameEnd(text: string, at: number): number {
  let code = text.charCodeAt(at);
  while (isBlank(code) || (code < 128 && ((CLASSES[code] as number) & TOKEN) !== 0)) {
    code = text.charCodeAt(++at);
  }
  return at;
}

/**
 * A URI without brackets: what follows ";" belongs to the header field, and the URI may hold neither comma,
 * question mark nor semicolon (RFC 3261 20.10).
 */
function readAddrSpec(cursor: Cursor): NameAddr {
  const { text, end } = cursor;
  const start = cursor.at;
  let at = start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3b || code === 0x2c || isBlank(code)) break;
    if (code === 0x3f) cursor.fail('a URI with "?" must stand in angle brackets', at);
  }
  const uri = parseUriAt(text, start, at, cursor);
  cursor.at = at;
  return new NameAddr(undefined, uri, readParams(cursor));
}
