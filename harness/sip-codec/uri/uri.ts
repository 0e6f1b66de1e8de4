/** URIs of SIP: sip, sips (RFC 3261 19.1), tel (RFC 3966), anything else taken as a whole. */
import { quoted, SipSyntaxError } from "../errors.ts";
import { CLASSES, HEX, is, PARAM, PASSWORD, SCHEME, URI_HEADER, URIC, USER } from "../grammar.ts";
import { collect, type ParamEntry, Params, type ParamsInit } from "../params.ts";
import { equalUris } from "./compare.ts";
import { encodeHeader, encodeParam, encodePassword, encodeUser, percentDecode } from "./escape.ts";
import { hostEnd, parsePort } from "./host.ts";

/** Parts of a URI to build one from. `user`, `password` and values are given unescaped. */
export interface UriParts {
  readonly scheme?: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** IPv6 with or without brackets. */
  readonly host?: string;
  readonly port?: number | undefined;
  readonly params?: ParamsInit;
  readonly headers?: ParamsInit;
  /** tel: the number as it is dialled. Other schemes: everything after the colon. */
  readonly opaque?: string;
}

/**
 * One URI, not changeable; `with()` makes another. `toString()` gives a parsed URI as it stood.
 * For tel, `host` is "" and `number` set; for other schemes `opaque` is everything after the colon.
 */
export class Uri {
  readonly #text: string;

  private constructor(
    text: string,
    /** Lower case. */
    readonly scheme: string,
    readonly host: string,
    readonly port: number | undefined,
    /** User part as written, still escaped. */
    readonly rawUser: string | undefined,
    readonly rawPassword: string | undefined,
    readonly params: Params,
    /** Of a sip or sips URI, after "?": percent-encoded names and values, decoded by `get`. */
    readonly headers: Params,
    /** tel: the digits with their separators; other schemes: everything after the colon. */
    readonly opaque: string | undefined,
  ) {
    this.#text = text;
  }

  /** @internal */
  static make(
    text: string,
    scheme: string,
    host: string,
    port: number | undefined,
    user: string | undefined,
    password: string | undefined,
    params: Params,
    headers: Params,
    opaque: string | undefined,
  ): Uri {
    return new Uri(text, scheme, host, port, user, password, params, headers, opaque);
  }

  /** User part with escapes resolved. */
  get user(): string | undefined {
    return this.rawUser === undefined ? undefined : percentDecode(this.rawUser);
  }

  get password(): string | undefined {
    return this.rawPassword === undefined ? undefined : percentDecode(this.rawPassword);
  }

  /** tel: the number without visual separators, "+" kept. */
  get number(): string | undefined {
    return this.scheme === "tel" ? this.opaque?.replace(/[-.()]/g, "") : undefined;
  }

  /** tel: whether it is a global number (RFC 3966 5.1.4). */
  get isGlobal(): boolean {
    return this.scheme === "tel" && this.opaque?.charCodeAt(0) === 0x2b;
  }

  /** "host" or "host:port" as it would stand in a URI; "" where there is no host. */
  get hostPort(): string {
    return this.port === undefined ? this.host : `${this.host}:${this.port}`;
  }

  /** RFC 3261 19.1.4 for sip and sips, RFC 3966 4 for tel, octets for others. */
  equals(other: Uri | string): boolean {
    return equalUris(this, typeof other === "string" ? parseUri(other) : other);
  }

  /** A URI with some parts replaced; undefined removes one. */
  with(parts: UriParts): Uri {
    const has = (part: keyof UriParts) => Object.hasOwn(parts, part);
    return buildUri({
      scheme: parts.scheme ?? this.scheme,
      user: has("user") ? parts.user : this.user,
      password: has("password") ? parts.password : this.password,
      host: parts.host ?? this.host,
      port: has("port") ? parts.port : this.port,
      params: parts.params ?? this.params,
      headers: parts.headers ?? this.headers,
      ...(has("opaque")
        ? { opaque: parts.opaque as string }
        : this.opaque === undefined
        ? {}
        : { opaque: this.opaque }),
    });
  }

  toString(): string {
    return this.#text;
  }
}

/** Throws SipSyntaxError where a sip, sips or tel URI breaks its grammar, or anything else is no URI. */
export function parseUri(text: string, field = "uri"): Uri {
  const colon = text.indexOf(":");
  const scheme = schemeOf(text, colon, field);
  if (scheme === "sip" || scheme === "sips") return parseSip(text, colon + 1, scheme, field);
  if (scheme === "tel") return parseTel(text, field);
  checkOpaque(text, colon + 1, field);
  return Uri.make(
    text,
    scheme,
    "",
    undefined,
    undefined,
    undefined,
    NO_PARAMS,
    NO_PARAMS,
    text.slice(colon + 1),
  );
}

/** A URI from its parts; escapes what must be escaped. Throws SipSyntaxError if the parts make no URI. */
export function buildUri(parts: UriParts): Uri {
  const scheme = (parts.scheme ?? "sip").toLowerCase();
  const params = parts.params === undefined ? "" : uriParams(parts.params);
  if (scheme !== "sip" && scheme !== "sips") {
    return parseUri(`${scheme}:${parts.opaque ?? ""}${scheme === "tel" ? params : ""}`);
  }
  let text = `${scheme}:`;
  if (parts.user !== undefined) {
    text += encodeUser(parts.user);
    if (parts.password !== undefined) text += `:${encodePassword(parts.password)}`;
    text += "@";
  }
  const host = parts.host ?? "";
  text += host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (parts.port !== undefined) text += `:${parts.port}`;
  text += params;
  if (parts.headers !== undefined) {
    const headers = parts.headers instanceof Params ? parts.headers : new Params(parts.headers, "uri");
    const pairs = headers.entries().map(([name, value]) =>
      `${encodeHeader(name)}=${encodeHeader(value ?? "")}`
    );
    if (pairs.length > 0) text += `?${pairs.join("&")}`;
  }
  return parseUri(text);
}

const NO_PARAMS: Params = Params.fromParsed([], "uri");

function uriParams(init: ParamsInit): string {
  const params = init instanceof Params ? init : new Params(init, "uri");
  let text = "";
  for (const [name, value] of params.entries()) {
    text += value === undefined ? `;${encodeParam(name)}` : `;${encodeParam(name)}=${encodeParam(value)}`;
  }
  return text;
}

function schemeOf(text: string, colon: number, field: string): string {
  const written = colon < 0 ? "" : text.slice(0, colon);
  if (written === "sip" || written === "tel" || written === "sips") return written;
  let valid = written.length > 0 && /^[A-Za-z]/.test(written);
  for (let at = 0; valid && at < written.length; at++) valid = is(written.charCodeAt(at), SCHEME);
  if (!valid) throw new SipSyntaxError(`found ${quoted(text)}, need a URI with a scheme`, 0, field);
  return written.toLowerCase();
}

/** sip-URI after its scheme: [ userinfo ] hostport uri-parameters [ headers ] */
function parseSip(text: string, start: number, scheme: string, field: string): Uri {
  const at = text.indexOf("@", start);
  let user: string | undefined;
  let password: string | undefined;
  let position = start;
  if (at >= 0) {
    const colon = text.indexOf(":", start);
    const userEnd = colon >= 0 && colon < at ? colon : at;
    checkEscaped(text, start, userEnd, USER, "the user part", field);
    if (userEnd === start) throw new SipSyntaxError("empty user part", start, field);
    user = text.slice(start, userEnd);
    if (userEnd < at) {
      checkEscaped(text, userEnd + 1, at, PASSWORD, "the password", field);
      password = text.slice(userEnd + 1, at);
    }
    position = at + 1;
  }
  const end = hostEnd(text, position);
  if (end < 0) {
    throw new SipSyntaxError(`found ${quoted(text.slice(position))}, need a host`, position, field);
  }
  const host = text.slice(position, end);
  position = end;
  let port: number | undefined;
  if (text.charCodeAt(position) === 0x3a) {
    const found = parsePort(text, position + 1);
    if (found === undefined) throw new SipSyntaxError("need a port from 0 to 65535", position + 1, field);
    port = found.port;
    position = found.end;
  }
  if (position === text.length) {
    return Uri.make(text, scheme, host, port, user, password, NO_PARAMS, NO_PARAMS, undefined);
  }
  const entries: ParamEntry[] = [];
  while (text.charCodeAt(position) === 0x3b) position = uriParameter(text, position + 1, entries, field);
  const params = entries.length === 0 ? NO_PARAMS : collect(entries, field, position, "uri");
  let headers = NO_PARAMS;
  if (text.charCodeAt(position) === 0x3f) {
    headers = parseHeaders(text, position + 1, field);
    position = text.length;
  }
  if (position < text.length) {
    throw new SipSyntaxError(
      `found ${quoted(text.slice(position))} in the URI, need nothing`,
      position,
      field,
    );
  }
  return Uri.make(text, scheme, host, port, user, password, params, headers, undefined);
}

/** One parameter from `start`; adds it to `entries` and gives where it ends. */
function uriParameter(text: string, start: number, entries: ParamEntry[], field: string): number {
  const nameEnd = escapedRun(text, start, PARAM);
  if (nameEnd === start) throw new SipSyntaxError("need a URI parameter name", start, field);
  const name = text.slice(start, nameEnd);
  const key = (name.includes("%") ? percentDecode(name) : name).toLowerCase();
  if (text.charCodeAt(nameEnd) !== 0x3d) {
    entries.push({ name, key, raw: undefined, value: undefined });
    return nameEnd;
  }
  const end = escapedRun(text, nameEnd + 1, PARAM);
  // The grammar wants a character after "="; ";param=" is met in the field and says nothing wrong.
  entries.push({ name, key, raw: text.slice(nameEnd + 1, end), value: undefined });
  return end;
}

/** headers = "?" header *( "&" header ); the same header may come more than once. */
function parseHeaders(text: string, start: number, field: string): Params {
  const entries: ParamEntry[] = [];
  for (let at = start; at <= text.length;) {
    const nameEnd = escapedRun(text, at, URI_HEADER);
    if (nameEnd === at || text.charCodeAt(nameEnd) !== 0x3d) {
      throw new SipSyntaxError("need name=value among the URI's headers", nameEnd, field);
    }
    const end = escapedRun(text, nameEnd + 1, URI_HEADER);
    const name = text.slice(at, nameEnd);
    entries.push({
      name,
      key: percentDecode(name).toLowerCase(),
      raw: text.slice(nameEnd + 1, end),
      value: undefined,
    });
    if (end === text.length) break;
    if (text.charCodeAt(end) !== 0x26) {
      throw new SipSyntaxError("illegal character in the URI's headers", end, field);
    }
    at = end + 1;
  }
  return Params.fromParsed(entries, "uri");
}

/** telephone-subscriber (RFC 3966 3). */
function parseTel(text: string, field: string): Uri {
  const match = /^tel:([+]?[0-9A-Fa-f*#.()-]+)(;.*)?$/i.exec(text);
  const number = match?.[1] ?? "";
  const global = number.charCodeAt(0) === 0x2b;
  if (match === null || !(global ? /^\+[.()-]*[0-9][0-9.()-]*$/ : /[0-9A-Fa-f*#]/).test(number)) {
    throw new SipSyntaxError(`found ${quoted(text)}, need a telephone number`, 4, field);
  }
  const entries: ParamEntry[] = [];
  let position = 4 + number.length;
  while (text.charCodeAt(position) === 0x3b) position = uriParameter(text, position + 1, entries, field);
  if (position < text.length) throw new SipSyntaxError("illegal character in a tel URI", position, field);
  const params = collect(entries, field, position, "uri");
  return Uri.make(text, "tel", "", undefined, undefined, undefined, params, NO_PARAMS, number);
}

function checkOpaque(text: string, start: number, field: string): void {
  if (start === text.length) throw new SipSyntaxError("nothing after the URI's scheme", start, field);
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // "#" begins a fragment; legal in a URI at large (RFC 3986 3.5).
    if (!is(code, URIC) && code !== 0x23 && !isEscape(text, at)) {
      throw new SipSyntaxError(`illegal character ${quoted(text.charAt(at))} in the URI`, at, field);
    }
  }
}

function isEscape(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x25 && is(text.charCodeAt(at + 1), HEX) && is(text.charCodeAt(at + 2), HEX);
}

/** End of the run of characters of the class and escapes. */
function escapedRun(text: string, at: number, bit: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 128 && ((CLASSES[code] as number) & bit) !== 0) continue;
    if (!isEscape(text, at)) break;
    at += 2;
  }
  return at;
}

function checkEscaped(
  text: string,
  start: number,
  end: number,
  bit: number,
  what: string,
  field: string,
): void {
  const stop = escapedRun(text, start, bit);
  if (stop < end) {
    throw new SipSyntaxError(`illegal character ${quoted(text.charAt(stop))} in ${what}`, stop, field);
  }
}
