/** Multipart bodies (RFC 2046 5.1, RFC 5621). */
import { SipSyntaxError } from "./errors.ts";
import { type MediaType, parseMediaType } from "./headers/tokens.ts";
import { isBlank, trimBlanks } from "./grammar.ts";
import { decodeText, latin1FromBytes, textFromBytes, utf8 } from "./octets.ts";

export interface Part {
  /** Fields in order: name as written, value unfolded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Value of a part's header field. */
export function partHeader(part: Part, name: string): string | undefined {
  const key = name.toLowerCase();
  return part.headers.find(([other]) => other.toLowerCase() === key)?.[1];
}

/** The part's Content-Type; text/plain where it has none (RFC 2046 5.2). */
export function partType(part: Part): MediaType {
  return parseMediaType(partHeader(part, "Content-Type") ?? "text/plain");
}

/** The body as text. */
export function partText(part: Part): string {
  return textFromBytes(part.body);
}

/**
 * The parts of a body. `contentType` is the value of Content-Type, or its boundary parameter is taken from the
 * typed view. Throws SipSyntaxError: no multipart type, no boundary, no first or no closing delimiter, a part's
 * header section that does not end.
 */
export function parseMultipart(contentType: string | MediaType, body: Uint8Array): Part[] {
  const type = typeof contentType === "string" ? parseMediaType(contentType) : contentType;
  const boundary = type.params.get("boundary");
  if (type.type !== "multipart" || boundary === undefined || boundary === "" || boundary.length > 70) {
    throw new SipSyntaxError(
      "need a multipart type with a boundary of 1 to 70 characters",
      0,
      "Content-Type",
    );
  }
  const text = latin1FromBytes(body);
  const delimiter = `--${latin1FromBytes(utf8(boundary))}`;
  const parts: Part[] = [];
  let line = text.startsWith(delimiter) ? delimiterLine(text, delimiter, 0) : undefined;
  line ??= nextDelimiter(text, delimiter, 0);
  if (line === undefined) fail("the first delimiter is missing", 0);
  while (!line.last) {
    const next = nextDelimiter(text, delimiter, line.end - 2);
    if (next === undefined) return fail("the closing delimiter is missing", text.length);
    parts.push(part(text, body, line.end, next.start));
    line = next;
  }
  return parts;
}

/** A body of these parts; `boundary` must occur in none of them. */
export function buildMultipart(
  parts: readonly {
    headers: Readonly<Record<string, string>> | Part["headers"];
    body: Uint8Array | string;
  }[],
  boundary: string,
): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (const { headers, body } of parts) {
    const fields = Array.isArray(headers) ? headers as Part["headers"] : Object.entries(headers);
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    chunks.push(utf8(`${chunks.length === 0 ? "" : "\r\n"}--${boundary}\r\n${lines}\r\n`));
    chunks.push(typeof body === "string" ? utf8(body) : body);
  }
  chunks.push(utf8(`${chunks.length === 0 ? "" : "\r\n"}--${boundary}--\r\n`));
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A line that is a delimiter: where the CRLF before it begins, where what follows begins, and if it closes. */
interface Delimiter {
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

function nextDelimiter(text: string, delimiter: string, from: number): Delimiter | undefined {
  for (
    let at = text.indexOf(`\r\n${delimiter}`, from);
    at >= 0;
    at = text.indexOf(`\r\n${delimiter}`, at + 2)
  ) {
    const line = delimiterLine(text, delimiter, at + 2);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** A longer boundary that begins alike, of a part that is multipart itself, is no delimiter of ours. */
function delimiterLine(text: string, delimiter: string, start: number): Delimiter | undefined {
  let end = start + delimiter.length;
  const last = text.startsWith("--", end);
  if (last) end += 2;
  while (isBlank(text.charCodeAt(end))) end++;
  if (text.startsWith("\r\n", end)) return { start: start - 2, end: end + 2, last };
  return last && end === text.length ? { start: start - 2, end, last } : undefined;
}

function part(text: string, body: Uint8Array, start: number, end: number): Part {
  if (start > end) return { headers: [], body: new Uint8Array(0) };
  if (text.startsWith("\r\n", start)) return { headers: [], body: body.slice(start + 2, end) };
  const headEnd = text.indexOf("\r\n\r\n", start);
  if (headEnd < 0 || headEnd > end) fail("the header section of a part does not end", start);
  const headers: (readonly [string, string])[] = [];
  const lines = text.slice(start, headEnd).replace(/\r\n[ \t]+/g, " ").split("\r\n");
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) fail("a header line of a part has no name", start);
    headers.push([trimBlanks(line.slice(0, colon)), decodeText(trimBlanks(line.slice(colon + 1)))]);
  }
  return { headers, body: body.slice(headEnd + 4, end) };
}

function fail(problem: string, offset: number): never {
  throw new SipSyntaxError(problem, offset, "body");
}
