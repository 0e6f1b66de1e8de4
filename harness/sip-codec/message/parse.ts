/** Octets to message. What has no safe reading is refused here; the rest shows when a view is asked for. */
import { quoted, SipSyntaxError } from "../errors.ts";
import { CLASSES, every, isBlank, SCHEME, skip, TOKEN } from "../grammar.ts";
import { asciiFromBytes, latin1FromBytes } from "../octets.ts";
import { BEYOND_ASCII, FOLDED, HeaderLine } from "./header_line.ts";
import { type MessageParts, NO_BYTES, type Slice } from "./message.ts";
import { SipRequest } from "./request.ts";
import { SipResponse } from "./response.ts";

export type SipMessage = SipRequest | SipResponse;

/**
 * One message. `framing` "datagram": octets beyond Content-Length are `surplus`, without Content-Length the body
 * goes to the end (RFC 3261 18.3). "stream": the octets are what `StreamFramer` cut out, one whole message.
 *
 * Throws SipSyntaxError for: a start line that is neither request line nor status line, a header section that does
 * not end, a header line without a name, line ends other than CRLF, a Content-Length that is no number, differs
 * from another one, or announces more octets than there are.
 */
export function parseMessage(bytes: Uint8Array, framing: "datagram" | "stream" = "datagram"): SipMessage {
  const ascii = asciiFromBytes(bytes);
  if (ascii !== undefined) {
    return assemble(ascii, headEnd(ascii), ascii, framing, 0);
  }
  const source = bytes.slice();
  const end = headEndOfOctets(source);
  return assemble(latin1FromBytes(source.subarray(0, end)), end, source, framing, BEYOND_ASCII);
}

/** `text` holds at least the header section, which ends at `end`. */
function assemble(
  text: string,
  end: number,
  source: string | Uint8Array,
  framing: "datagram" | "stream",
  flags: number,
): SipMessage {
  const start = skipEmptyLines(text);
  const startLineEnd = lineEnd(text, start);
  const lines: HeaderLine[] = [];
  const length = parseLines(text, startLineEnd + 2, end - 2, flags, lines);
  const bodyEnd = endOfBody(source.length, end, length, framing);
  const parts: MessageParts = {
    preamble: start === 0 ? "" : text.slice(0, start),
    lines,
    body: cut(source, end, bodyEnd),
    surplus: cut(source, bodyEnd, source.length),
    source,
  };
  return startLine(text.slice(start, startLineEnd), start, parts);
}

/** CRLF before the start line is to be ignored (RFC 3261 7.5). */
function skipEmptyLines(text: string): number {
  let start = 0;
  while (text.charCodeAt(start) === 0x0d && text.charCodeAt(start + 1) === 0x0a) start += 2;
  return start;
}

/** Where the body begins. */
function headEnd(text: string): number {
  const start = skipEmptyLines(text);
  if (start === text.length) throw new SipSyntaxError("no message, only empty lines", start, "start-line");
  const end = text.indexOf("\r\n\r\n", start);
  if (end < 0) throw endless(text.length);
  return end + 4;
}

function headEndOfOctets(bytes: Uint8Array): number {
  let start = 0;
  while (bytes[start] === 0x0d && bytes[start + 1] === 0x0a) start += 2;
  for (let at = bytes.indexOf(0x0a, start); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 2] === 0x0a && bytes[at + 1] === 0x0d && bytes[at - 1] === 0x0d) return at + 3;
  }
  throw endless(bytes.length);
}

function endless(offset: number): SipSyntaxError {
  return new SipSyntaxError("the header section does not end with an empty line", offset, "end-of-headers");
}

/** Position of the CRLF that ends the line beginning at `start`; a lone CR or LF is none. */
function lineEnd(text: string, start: number): number {
  const cr = text.indexOf("\r", start);
  const lf = text.indexOf("\n", start);
  if (lf === cr + 1) return cr;
  if (lf < cr) throw new SipSyntaxError("line end without CR", lf, "header-line");
  throw new SipSyntaxError("CR within a line", cr, "header-line");
}

/** Fills `lines` from `start` to the empty line at `last`; gives Content-Length if there is one. */
function parseLines(
  text: string,
  start: number,
  last: number,
  flags: number,
  lines: HeaderLine[],
): number | undefined {
  let length: number | undefined;
  for (let at = start; at < last;) {
    let end = lineEnd(text, at) + 2;
    const line = isBlank(text.charCodeAt(end))
      ? headerLine(text, at, end = endOfFolds(text, end), flags | FOLDED)
      : headerLine(text, at, end, flags);
    if (line.is("content-length")) length = contentLength(line, at, length);
    lines.push(line);
    at = end;
  }
  return length;
}

function endOfFolds(text: string, end: number): number {
  while (isBlank(text.charCodeAt(end))) end = lineEnd(text, end) + 2;
  return end;
}

/** header-name HCOLON value: white space before the colon is legal, a fold is not (RFC 3261 7.3.1). */
function headerLine(text: string, start: number, end: number, flags: number): HeaderLine {
  let nameEnd = start;
  let code = text.charCodeAt(nameEnd);
  while (code < 128 && ((CLASSES[code] as number) & TOKEN) !== 0) code = text.charCodeAt(++nameEnd);
  let colon = nameEnd;
  while (isBlank(text.charCodeAt(colon))) colon++;
  if (nameEnd === start || text.charCodeAt(colon) !== 0x3a) {
    throw new SipSyntaxError(
      `found ${quoted(text.slice(start, end - 2))}, need "name: value"`,
      start,
      "header-line",
    );
  }
  return new HeaderLine(text, start, nameEnd, colon, end, flags);
}

function contentLength(line: HeaderLine, offset: number, other: number | undefined): number {
  const { value } = line;
  if (!/^[0-9]{1,16}$/.test(value)) {
    throw new SipSyntaxError(`found ${quoted(value)}, need a number of octets`, offset, line.name);
  }
  const length = Number(value);
  if (other !== undefined && other !== length) {
    throw new SipSyntaxError(`${other} and ${length} contradict each other`, offset, line.name);
  }
  return length;
}

function endOfBody(
  total: number,
  start: number,
  length: number | undefined,
  framing: "datagram" | "stream",
): number {
  const present = total - start;
  if (length !== undefined && length > present) {
    throw new SipSyntaxError(
      `Content-Length is ${length}, found ${present} octets of body`,
      total,
      "framing",
    );
  }
  if (framing === "stream" && present !== (length ?? 0)) {
    const problem = length === undefined
      ? "a message on a stream needs a Content-Length"
      : `Content-Length is ${length}, found ${present} octets of body`;
    throw new SipSyntaxError(problem, start, "framing");
  }
  return start + (length ?? present);
}

function cut(source: string | Uint8Array, start: number, end: number): Uint8Array | Slice {
  if (start === end) return NO_BYTES;
  return typeof source === "string" ? { source, start, end } : source.slice(start, end);
}

/** Request-Line or Status-Line, single spaces between their parts (RFC 3261 7.1, 7.2). */
function startLine(line: string, offset: number, parts: MessageParts): SipMessage {
  const first = line.indexOf(" ");
  const word = first < 0 ? line : line.slice(0, first);
  if (isVersion(word)) return statusLine(line, first, word, offset, parts);
  const last = line.lastIndexOf(" ");
  if (first <= 0 || last === first || !every(word, TOKEN)) {
    throw new SipSyntaxError(
      `found ${quoted(line)}, need a request line or a status line`,
      offset,
      "start-line",
    );
  }
  const version = line.slice(last + 1);
  if (!isVersion(version)) {
    throw new SipSyntaxError(`found ${quoted(version)}, need "SIP/2.0"`, offset + last + 1, "start-line");
  }
  const uri = line.slice(first + 1, last);
  checkRequestUri(uri, offset + first + 1);
  return new SipRequest(word, uri, version, parts);
}

function statusLine(
  line: string,
  space: number,
  version: string,
  offset: number,
  parts: MessageParts,
): SipResponse {
  const code = line.slice(space + 1, space + 4);
  if (space < 0 || !/^[0-9]{3}$/.test(code) || line.charCodeAt(space + 4) !== 0x20) {
    const at = offset + space + 1;
    throw new SipSyntaxError(`found ${quoted(line)}, need a status code of three digits`, at, "start-line");
  }
  const reason = line.slice(space + 5);
  const odd = control(reason);
  if (odd >= 0) {
    const at = offset + space + 5 + odd;
    throw new SipSyntaxError("control character in the reason phrase", at, "start-line");
  }
  return new SipResponse(Number(code), reason, version, parts);
}

/** SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT, case-insensitive. Other versions parse and are for `validate`. */
function isVersion(word: string): boolean {
  return word === "SIP/2.0" || /^SIP\/[0-9]+\.[0-9]+$/i.test(word);
}

/** What no Request-URI may be: without a scheme, or with characters that stand in no URI. `uri` looks closer. */
function checkRequestUri(uri: string, offset: number): void {
  const colon = skip(uri, 0, SCHEME);
  if (!/^[A-Za-z]/.test(uri) || uri.charCodeAt(colon) !== 0x3a) {
    throw new SipSyntaxError(`found ${quoted(uri)}, need a URI with a scheme`, offset, "start-line");
  }
  for (let at = colon + 1; at < uri.length; at++) {
    const code = uri.charCodeAt(at);
    if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e || code >= 0x7f) {
      throw new SipSyntaxError(
        `illegal character ${quoted(uri.charAt(at))} in the URI`,
        offset + at,
        "start-line",
      );
    }
  }
}

function control(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return at;
  }
  return -1;
}
