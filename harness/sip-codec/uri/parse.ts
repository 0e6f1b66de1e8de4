/** The grammar of URIs (RFC 3261 25.1, RFC 3966 3, RFC 3986 for the rest), checked in one pass. */
import { quoted, SipSyntaxError } from "../errors.ts";
import { CLASSES, DIGIT, HEX, is, PARAM, PASSWORD, SCHEME, URI_HEADER, URIC, USER } from "../grammar.ts";
import { hostEnd, parsePort } from "./host.ts";
import { Uri } from "./uri.ts";

/** Throws SipSyntaxError where a sip, sips or tel URI breaks its grammar, or anything else is no URI. */
export function parseUri(text: string, field = "uri"): Uri {
  return parseUriAt(text, 0, text.length, field);
}

/** The URI that is exactly the text from `start` to `end`. */
export function parseUriAt(text: string, start: number, end: number, field: string): Uri {
  if (text.startsWith("sip:", start)) return parseSip(text, start, start + 4, end, "sip", field);
  const colon = schemeEnd(text, start, end, field);
  const scheme = text.slice(start, colon).toLowerCase();
  if (scheme === "sip" || scheme === "sips") return parseSip(text, start, colon + 1, end, scheme, field);
  if (scheme === "tel") return parseTel(text, start, colon + 1, end, field);
  return parseOther(text, start, colon + 1, end, scheme, field);
}

function schemeEnd(text: string, start: number, end: number, field: string): number {
  let colon = start;
  while (colon < end && is(text.charCodeAt(colon), SCHEME)) colon++;
  const first = text.charCodeAt(start) | 0x20;
  if (colon >= end || text.charCodeAt(colon) !== 0x3a || first < 0x61 || first > 0x7a) {
    const found = text.slice(start, end);
    throw new SipSyntaxError(`found ${quoted(found)}, need a URI with a scheme`, start, field);
  }
  return colon;
}

/** [ userinfo ] hostport uri-parameters [ headers ], from `at` on. */
function parseSip(text: string, start: number, at: number, end: number, scheme: string, field: string): Uri {
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
    if (first === at) throw new SipSyntaxError("empty user part", at, field);
    if (position > first) {
      passwordStart = first + 1;
      passwordEnd = position;
    }
    position++;
  } else position = at;
  const hostStart = position;
  position = hostEnd(text, hostStart);
  if (position < 0 || position > end) {
    throw new SipSyntaxError(`found ${quoted(text.slice(hostStart, end))}, need a host`, hostStart, field);
  }
  const hostStop = position;
  let port: number | undefined;
  if (position < end && text.charCodeAt(position) === 0x3a) {
    const found = parsePort(text, position + 1);
    if (found === undefined || found.end > end) {
      throw new SipSyntaxError("need a port from 0 to 65535", position + 1, field);
    }
    port = found.port;
    position = found.end;
  }
  const paramsStart = position;
  while (position < end && text.charCodeAt(position) === 0x3b) {
    position = parameter(text, position + 1, end, field);
  }
  const paramsEnd = position;
  if (position < end && text.charCodeAt(position) === 0x3f) {
    position = uriHeaders(text, position + 1, end, field);
  }
  if (position < end) {
    const found = quoted(text.charAt(position));
    throw new SipSyntaxError(
      `illegal character ${found} in ${quoted(text.slice(start, end))}`,
      position,
      field,
    );
  }
  return new Uri(scheme, port, {
    text,
    start,
    end,
    userStart,
    userEnd,
    passwordStart,
    passwordEnd,
    hostStart,
    hostEnd: hostStop,
    paramsStart,
    paramsEnd,
  });
}

/** pname [ "=" pvalue ]; ";param=" without a value is met in the field, misleads nobody, and passes. */
function parameter(text: string, start: number, end: number, field: string): number {
  const nameEnd = escapedRun(text, start, end, PARAM);
  if (nameEnd === start) throw new SipSyntaxError("need a URI parameter name", start, field);
  if (nameEnd === end || text.charCodeAt(nameEnd) !== 0x3d) return nameEnd;
  return escapedRun(text, nameEnd + 1, end, PARAM);
}

/** hname "=" hvalue *( "&" hname "=" hvalue ) */
function uriHeaders(text: string, start: number, end: number, field: string): number {
  for (let at = start;;) {
    const nameEnd = escapedRun(text, at, end, URI_HEADER);
    if (nameEnd === at || nameEnd === end || text.charCodeAt(nameEnd) !== 0x3d) {
      throw new SipSyntaxError("need name=value among the URI's headers", nameEnd, field);
    }
    at = escapedRun(text, nameEnd + 1, end, URI_HEADER);
    if (at === end || text.charCodeAt(at) !== 0x26) return at;
    at++;
  }
}

/** telephone-subscriber: global number with at least one digit, or local number; then parameters. */
function parseTel(text: string, start: number, at: number, end: number, field: string): Uri {
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
    throw new SipSyntaxError(`found ${quoted(text.slice(start, end))}, need a telephone number`, at, field);
  }
  while (position < end && text.charCodeAt(position) === 0x3b) {
    position = parameter(text, position + 1, end, field);
  }
  if (position < end) throw new SipSyntaxError("illegal character in a tel URI", position, field);
  return new Uri("tel", undefined, hostless(text, start, end, at, numberEnd));
}

/** Any other scheme: the characters of a URI, "#" of a fragment among them (RFC 3986 2, 3.5). */
function parseOther(
  text: string,
  start: number,
  at: number,
  end: number,
  scheme: string,
  field: string,
): Uri {
  if (at === end) throw new SipSyntaxError("nothing after the URI's scheme", at, field);
  let position = at;
  do {
    position = escapedRun(text, position, end, URIC);
  } while (position < end && text.charCodeAt(position) === 0x23 && ++position < end);
  if (position < end) {
    throw new SipSyntaxError(
      `illegal character ${quoted(text.charAt(position))} in the URI`,
      position,
      field,
    );
  }
  return new Uri(scheme, undefined, hostless(text, start, end, at, end));
}

function hostless(text: string, start: number, end: number, userStart: number, userEnd: number) {
  return {
    text,
    start,
    end,
    userStart,
    userEnd,
    passwordStart: -1,
    passwordEnd: -1,
    hostStart: -1,
    hostEnd: -1,
    paramsStart: userEnd,
    paramsEnd: end,
  };
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
