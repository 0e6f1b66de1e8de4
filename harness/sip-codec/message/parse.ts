/** Octets to message. What has no safe reading is refused here; the rest shows when a view is asked for. */
import { quoted, SipSyntaxError } from "../errors.ts";
import { CLASSES, isBlank, skip, TOKEN } from "../grammar.ts";
import { readLength } from "../headers/numbers.ts";
import { decodeLeniently, encodeText, latin1FromBytes } from "../octets.ts";
import { FOLDED, HeaderLine, OCTETS, UNICODE } from "./header_line.ts";
import { HeaderLines } from "./header_lines.ts";
import { type MessageParts, NO_BYTES, type Slice } from "./message.ts";
import { SipRequest } from "./request.ts";
import { SipResponse } from "./response.ts";

const END_OF_HEADERS = "\r\n\r\n";

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
  const text = decodeLeniently(bytes);
  if (text !== undefined && text.length === bytes.length) return assemble(text, text, -1, framing, 0);
  const source = bytes.slice();
  if (text !== undefined) {
    const end = text.indexOf(END_OF_HEADERS, skipEmptyLines(text)) + END_OF_HEADERS.length;
    const bodyStart = headEnd(source, Math.max(0, end - END_OF_HEADERS.length));
    return assemble(text, source, bodyStart, framing, bodyStart === end ? 0 : UNICODE);
  }
  const bodyStart = headEnd(source, 0);
  const octets = source.subarray(0, bodyStart);
  const head = decodeLeniently(octets);
  if (head === undefined) return assemble(latin1FromBytes(octets), source, bodyStart, framing, OCTETS);
  return assemble(head, source, bodyStart, framing, head.length === bodyStart ? 0 : UNICODE);
}

/**
 * `text` holds at least the header section, `source` the whole message; `bodyStart` is where the body begins in
 * it, -1: at the same place as in the text.
 */
function assemble(
  text: string,
  source: string | Uint8Array,
  bodyStart: number,
  framing: "datagram" | "stream",
  flags: number,
): SipMessage {
  const start = skipEmptyLines(text);
  const startLineEnd = lineEnd(text, start);
  const list: HeaderLine[] = [];
  const hashes: number[] = [];
  let end = startLineEnd + 2;
  while (text.charCodeAt(end) !== 0x0d || text.charCodeAt(end + 1) !== 0x0a) {
    const line = headerLine(text, end, flags);
    list.push(line);
    hashes.push(line.hash);
    end = line.end;
  }
  const lines = new HeaderLines(list, hashes);
  const headerEnd = bodyStart < 0 ? end + 2 : bodyStart;
  const bodyEnd = endOfBody(source.length, headerEnd, contentLength(lines), framing);
  const line = text.slice(start, startLineEnd);
  return startLine((flags & UNICODE) !== 0 ? encodeText(line) : line, start, {
    preamble: start === 0 ? "" : text.slice(0, start),
    lines,
    body: cut(source, headerEnd, bodyEnd),
    surplus: cut(source, bodyEnd, source.length),
    source,
  });
}

/** CRLF before the start line is to be ignored (RFC 3261 7.5). */
function skipEmptyLines(text: string): number {
  let start = 0;
  while (text.charCodeAt(start) === 0x0d && text.charCodeAt(start + 1) === 0x0a) start += 2;
  return start;
}

/** Where the body begins, not before `from`: no header section ends at an octet before its character. */
function headEnd(bytes: Uint8Array, from: number): number {
  let start = 0;
  while (bytes[start] === 0x0d && bytes[start + 1] === 0x0a) start += 2;
  const first = Math.max(start, from);
  for (let at = bytes.indexOf(0x0a, first); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 2] === 0x0a && bytes[at + 1] === 0x0d && bytes[at - 1] === 0x0d) return at + 3;
  }
  throw endless(bytes.length);
}

function endless(offset: number): SipSyntaxError {
  return new SipSyntaxError("the header section does not end with an empty line", offset, "end-of-headers");
}

/** Position of the CRLF that ends the line beginning at `start`; a lone CR or LF is none. */
function lineEnd(text: string, start: number): number {
  const lf = text.indexOf("\n", start);
  const cr = text.indexOf("\r", start);
  if (lf === cr + 1 && cr >= 0) return cr;
  if (lf < 0) throw endless(text.length);
  if (lf < cr || cr < 0) throw new SipSyntaxError("line end without CR", lf, "header-line");
  throw new SipSyntaxError("CR within a line", cr, "header-line");
}

/** header-name HCOLON value: white space before the colon is legal, a fold is not (RFC 3261 7.3.1). */
function headerLine(text: string, start: number, flags: number): HeaderLine {
  let end = lineEnd(text, start) + 2;
  let nameEnd = start;
  let code = text.charCodeAt(nameEnd);
  while (code < 128 && ((CLASSES[code] as number) & TOKEN) !== 0) code = text.charCodeAt(++nameEnd);
  let colon = nameEnd;
  while (isBlank(code)) code = text.charCodeAt(++colon);
  if (nameEnd === start || code !== 0x3a) {
    throw new SipSyntaxError(
      `found ${quoted(text.slice(start, end - 2))}, need "name: value"`,
      start,
      "header-line",
    );
  }
  if (isBlank(text.charCodeAt(end))) {
    flags |= FOLDED;
    do end = lineEnd(text, end) + 2; while (isBlank(text.charCodeAt(end)));
  }
  return new HeaderLine(text, start, nameEnd, colon, end, flags);
}

/** Content-Length if there is one; several must agree. */
function contentLength(lines: HeaderLines): number | undefined {
  let length: number | undefined;
  for (let at = lines.next("content-length", 0); at >= 0; at = lines.next("content-length", at + 1)) {
    const line = lines.at(at);
    const digits = line.digits();
    const found = digits >= 0 ? digits : line.view(readLength);
    if (length !== undefined && length !== found) {
      throw new SipSyntaxError(`${length} and ${found} contradict each other`, line.start, line.name);
    }
    length = found;
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
  return typeof source === "string" ? { source, start, end } : source.subarray(start, end);
}

/** Request-Line or Status-Line, single spaces between their parts (RFC 3261 7.1, 7.2). */
function startLine(line: string, offset: number, parts: MessageParts): SipMessage {
  const first = skip(line, 0, TOKEN);
  const code = line.charCodeAt(first);
  if (code === 0x2f) return statusLine(line, offset, parts);
  const last = line.lastIndexOf(" ");
  if (first === 0 || code !== 0x20 || last === first) throw noStartLine(line, offset);
  const version = line.slice(last + 1);
  if (!isVersion(version)) {
    throw new SipSyntaxError(`found ${quoted(version)}, need "SIP/2.0"`, offset + last + 1, "start-line");
  }
  const uri = line.slice(first + 1, last);
  checkRequestUri(uri, offset + first + 1);
  return new SipRequest(line.slice(0, first), uri, version, parts);
}

function noStartLine(line: string, offset: number): SipSyntaxError {
  const problem = `found ${quoted(line)}, need a request line or a status line`;
  return new SipSyntaxError(problem, offset, "start-line");
}

function statusLine(line: string, offset: number, parts: MessageParts): SipResponse {
  const space = line.indexOf(" ");
  const version = line.slice(0, Math.max(0, space));
  if (!isVersion(version)) throw noStartLine(line, offset);
  const code = line.slice(space + 1, space + 4);
  if (!/^[0-9]{3}$/.test(code) || line.charCodeAt(space + 4) !== 0x20) {
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

/** What no Request-URI may be: of several words, or without a scheme. `uri` looks closer. */
function checkRequestUri(uri: string, offset: number): void {
  if (uri.includes(" ") || uri.includes("\t")) {
    throw new SipSyntaxError(`white space in the Request-URI ${quoted(uri)}`, offset, "start-line");
  }
  if (!uri.startsWith("sip:") && !/^[a-z][a-z0-9+.-]*:/i.test(uri)) {
    throw new SipSyntaxError(`found ${quoted(uri)}, need a URI with a scheme`, offset, "start-line");
  }
}

function control(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return at;
  }
  return -1;
}
