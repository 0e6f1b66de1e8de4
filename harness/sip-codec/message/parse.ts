/** Octets to message. What has no safe reading is refused here; the rest shows when a view is asked for. */
import { quoted, SipSyntaxError } from "../errors.ts";
import { every, isBlank, SCHEME, skip, TOKEN } from "../grammar.ts";
import { latin1FromBytes } from "../octets.ts";
import { HeaderLine } from "./header_line.ts";
import { headerKey } from "./header_names.ts";
import type { MessageParts } from "./message.ts";
import { SipRequest } from "./request.ts";
import { SipResponse } from "./response.ts";

export type SipMessage = SipRequest | SipResponse;

const NO_BYTES = new Uint8Array(0);

/**
 * One message. `framing` "datagram": octets beyond Content-Length are `surplus`, without Content-Length the body
 * goes to the end (RFC 3261 18.3). "stream": the octets are what `StreamFramer` cut out, one whole message.
 *
 * Throws SipSyntaxError for: a start line that is neither request line nor status line, a header section that does
 * not end, a header line without a name, line ends other than CRLF, a Content-Length that is no number, differs
 * from another one, or announces more octets than there are.
 */
export function parseMessage(bytes: Uint8Array, framing: "datagram" | "stream" = "datagram"): SipMessage {
  const headEnd = endOfHead(bytes);
  const source = bytes.slice();
  const head = latin1FromBytes(source.subarray(0, headEnd));
  let start = 0;
  while (head.startsWith("\r\n", start) && start + 2 < headEnd) start += 2;
  const startLineEnd = lineEnd(head, start);
  const lines: HeaderLine[] = [];
  const length = parseLines(head, startLineEnd + 2, lines);
  const { body, surplus } = cut(source, headEnd, length, framing);
  const parts: MessageParts = { preamble: head.slice(0, start), lines, body, surplus, source };
  return startLine(head.slice(start, startLineEnd), start, parts);
}

/** Where the body begins. Leading CRLFs are no header section (RFC 3261 7.5). */
function endOfHead(bytes: Uint8Array): number {
  let start = 0;
  while (bytes[start] === 0x0d && bytes[start + 1] === 0x0a) start += 2;
  if (start === bytes.length) throw new SipSyntaxError("no message, only empty lines", start, "start-line");
  for (let at = bytes.indexOf(0x0a, start); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 2] === 0x0a && bytes[at + 1] === 0x0d && bytes[at - 1] === 0x0d) return at + 3;
  }
  throw new SipSyntaxError(
    "the header section does not end with an empty line",
    bytes.length,
    "end-of-headers",
  );
}

/** Position of the CRLF that ends the line beginning at `start`; a lone CR or LF is none. */
function lineEnd(head: string, start: number): number {
  const lf = head.indexOf("\n", start);
  if (head.charCodeAt(lf - 1) !== 0x0d) throw new SipSyntaxError("line end without CR", lf, "header-line");
  const cr = head.indexOf("\r", start);
  if (cr !== lf - 1) throw new SipSyntaxError("CR within a line", cr, "header-line");
  return cr;
}

/** Fills `lines`; gives Content-Length if there is one. */
function parseLines(head: string, start: number, lines: HeaderLine[]): number | undefined {
  const last = head.length - 2;
  let length: number | undefined;
  for (let at = start; at < last;) {
    let end = lineEnd(head, at) + 2;
    while (end < last && isBlank(head.charCodeAt(end))) end = lineEnd(head, end) + 2;
    const line = headerLine(head, at, end);
    if (line.key === "content-length") length = contentLength(line, at, length);
    lines.push(line);
    at = end;
  }
  return length;
}

/** header-name HCOLON value: white space before the colon is legal, a fold is not (RFC 3261 7.3.1). */
function headerLine(head: string, start: number, end: number): HeaderLine {
  const nameEnd = skip(head, start, TOKEN);
  let colon = nameEnd;
  while (isBlank(head.charCodeAt(colon))) colon++;
  if (nameEnd === start || head.charCodeAt(colon) !== 0x3a) {
    throw new SipSyntaxError(
      `found ${quoted(head.slice(start, end - 2))}, need "name: value"`,
      start,
      "header-line",
    );
  }
  return new HeaderLine(head, start, nameEnd, colon, end, headerKey(head.slice(start, nameEnd)));
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

function cut(
  source: Uint8Array,
  start: number,
  length: number | undefined,
  framing: "datagram" | "stream",
): { body: Uint8Array; surplus: Uint8Array } {
  const present = source.length - start;
  if (length !== undefined && length > present) {
    throw new SipSyntaxError(
      `Content-Length is ${length}, found ${present} octets of body`,
      source.length,
      "framing",
    );
  }
  if (framing === "stream" && present !== (length ?? 0)) {
    const problem = length === undefined
      ? "a message on a stream needs a Content-Length"
      : `Content-Length is ${length}, found ${present} octets of body`;
    throw new SipSyntaxError(problem, start, "framing");
  }
  if (present === 0) return { body: NO_BYTES, surplus: NO_BYTES };
  const end = start + (length ?? present);
  return {
    body: source.subarray(start, end),
    surplus: end === source.length ? NO_BYTES : source.subarray(end),
  };
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
    throw new SipSyntaxError(
      `found ${quoted(line)}, need a status code of three digits`,
      offset + space + 1,
      "start-line",
    );
  }
  const reason = line.slice(space + 5);
  const odd = control(reason);
  if (odd >= 0) {
    throw new SipSyntaxError(
      "control character in the reason phrase",
      offset + space + 5 + odd,
      "start-line",
    );
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
