/** The grammar of URIs (RFC 3261 25.1, RFC 3966 3, RFC 3986 for the rest), checked in one pass. */
import { quoted, SipSyntaxError } from "../errors.ts";
import { CLASSES, DIGIT, HEX, is, PARAM, PASSWORD, SCHEME, URI_HEADER, URIC, USER } from "../grammar.ts";
import { hostEnd, portBetween, portEnd } from "./host.ts";
import { Uri } from "./uri.ts";

/** Throws SipSyntaxError where a sip, sips or tel URI breaks its grammar, or anything else is no URI. */
export function parseUri(text: string, field = "uri"): Uri {
  return parseUriAt(text, 0, text.length, { start: 0, owner: { name: field } });
}

/** Of which field, and where in the text its value begins: for errors only. A cursor will do. */
interface Place {
  readonly start: number;
  readonly owner: { readonly name: string };
}

/** The URI that is exactly the text from `start` to `end`. */
export function parseUriAt(text: string, start: number, end: number, where: Place): Uri {
  if (text.startsWith("sip:", start)) return parseSip(text, start, start + 4, end, "sip", where);
  const colon = schemeEnd(text, start, end, where);
  const scheme = text.slice(start, colon).toLowerCase();
  if (scheme === "sip" || scheme === "sips") return parseSip(text, start, colon + 1, end, scheme, where);
  if (scheme === "tel") return parseTel(text, start, colon + 1, end, where);
  return parseOther(text, start, colon + 1, end, scheme, where);
}

function schemeEnd(text: string, start: number, end: number, where: Place): number {
  let colon = start;
  while (colon < end && is(text.charCodeAt(colon), SCHEME)) colon++;
  const first = text.charCodeAt(start) | 0x20;
  if (colon >= end || text.charCodeAt(colon) !== 0x3a || first < 0x61 || first > 0x7a) {
    const found = text.slice(start, end);
    throw fault(`found ${quoted(found)}, need a URI with a scheme`, start, where);
  }
  return colon;
}

/** [ userinfo ] hostport uri-parameters [ headers ], from `at` on. */
function parseSip(text: string, start: number, at: number, end: number, scheme: string, where: Place): Uri {
  let userStart = -1;
  let userEnd = -1;
  let passwordStart = -1;
  let passwordEnd = -1;
  let position = escapedRun(text, at, end, USER);
  const first = position;
  if (text.charCodeAt(position) === 0x3a) position = escapedRun(text, position + 1, end, PASSWORD);
  if (position < end && text.charCodeAt(position) === 0x40) {
    userStart = at;
    userEnd = first;
    if (first === at) throw fault("empty user part", at, where);
    if (position > first) {
      passwordStart = first + 1;
      passwordEnd = position;
    }
    position++;
  } else position = at;
  const hostStart = position;
  position = hostEnd(text, hostStart);
  if (position < 0 || position > end) {
    throw fault(`found ${quoted(text.slice(hostStart, end))}, need a host`, hostStart, where);
  }
  const hostStop = position;
  let port: number | undefined;
  if (position < end && text.charCodeAt(position) === 0x3a) {
    const stop = portEnd(text, position + 1);
    if (stop < 0 || stop > end) throw fault("need a port from 0 to 65535", position + 1, where);
    port = portBetween(text, position + 1, stop);
    position = stop;
  }
  const paramsStart = position;
  while (position < end && text.charCodeAt(position) === 0x3b) {
    position = parameter(text, position + 1, end, where);
  }
  const paramsEnd = position;
  if (position < end && text.charCodeAt(position) === 0x3f) {
    position = uriHeaders(text, position + 1, end, where);
  }
  if (position < end) {
    const found = quoted(text.charAt(position));
    throw fault(
      `illegal character ${found} in ${quoted(text.slice(start, end))}`,
      position,
      where,
    );
  }
  return new Uri(
    scheme,
    port,
    text,
    start,
    end,
    userStart,
    userEnd,
    passwordStart,
    passwordEnd,
    hostStart,
    hostStop,
    paramsStart,
    paramsEnd,
  );
}

/** pname [ "=" pvalue ]; ";param=" without a value is met in the field, misleads nobody, and passes. */
function parameter(text: string, start: number, end: number, where: Place): number {
  const nameEnd = escapedRun(text, start, end, PARAM);
  if (nameEnd === start) throw fault("need a URI parameter name", start, where);
  if (nameEnd === end || text.charCodeAt(nameEnd) !== 0x3d) return nameEnd;
  return escapedRun(text, nameEnd + 1, end, PARAM);
}

/** hname "=" hvalue *( "&" hname "=" hvalue ) */
function uriHeaders(text: string, start: number, end: number, where: Place): number {
  for (let at = start;;) {
    const nameEnd = escapedRun(text, at, end, URI_HEADER);
    if (nameEnd === at || nameEnd === end || text.charCodeAt(nameEnd) !== 0x3d) {
      throw fault("need name=value among the URI's headers", nameEnd, where);
    }
    at = escapedRun(text, nameEnd + 1, end, URI_HEADER);
    if (at === end || text.charCodeAt(at) !== 0x26) return at;
    at++;
  }
}

/** telephone-subscriber: global number with at least one digit, or local number; then parameters. */
function parseTel(text: string, start: number, at: number, end: number, where: Place): Uri {
  const global = text.charCodeAt(at) === 0x2b;
  let digits = 0;
  let position = global ? at + 1 : at;
  for (; position < end; position++) {
    const code = text.charCodeAt(position);
    if (is(code, DIGIT) || (!global && (is(code, HEX) || code === 0x2a || code === 0x23))) digits++;
    else if (code !== 0x2d && code !== 0x2e && code !== 0x28 && code !== 0x29) break;
  }
  const numberEnd = position;
  if (digits === 0) {
    throw fault(`found ${quoted(text.slice(start, end))}, need a telephone number`, at, where);
  }
  while (position < end && text.charCodeAt(position) === 0x3b) {
    position = parameter(text, position + 1, end, where);
  }
  if (position < end) throw fault("illegal character in a tel URI", position, where);
  return hostless("tel", text, start, end, at, numberEnd);
}

/** Any other scheme: the characters of a URI, "#" of a fragment among them (RFC 3986 2, 3.5). */
function parseOther(
  text: string,
  start: number,
  at: number,
  end: number,
  scheme: string,
  where: Place,
): Uri {
  if (at === end) throw fault("nothing after the URI's scheme", at, where);
  let position = at;
  do {
    position = escapedRun(text, position, end, URIC);
  } while (position < end && text.charCodeAt(position) === 0x23 && ++position < end);
  if (position < end) {
    throw fault(
      `illegal character ${quoted(text.charAt(position))} in the URI`,
      position,
      where,
    );
  }
  return hostless(scheme, text, start, end, at, end);
}

function hostless(scheme: string, text: string, start: number, end: number, at: number, stop: number): Uri {
  return new Uri(scheme, undefined, text, start, end, at, stop, -1, -1, -1, -1, stop, end);
}

/** End of the run of characters of the class and escapes, at most `end`. */
function escapedRun(text: string, at: number, end: number, bit: number): number {
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < 128 && ((CLASSES[code] as number) & bit) !== 0) continue;
    if (code !== 0x25 || at + 2 >= end) break;
    if (!is(text.charCodeAt(at + 1), HEX) || !is(text.charCodeAt(at + 2), HEX)) break;
    at += 2;
  }
  return at;
}

function fault(problem: string, at: number, where: Place): SipSyntaxError {
  return new SipSyntaxError(problem, at - where.start, where.owner.name);
}
