/** Well-formed messages from parts. What is forbidden is built by `buildRaw`. */
import { SipSyntaxError } from "../errors.ts";
import { utf8 } from "../octets.ts";
import { newHeaderLine } from "../message/header_line.ts";
import { HeaderLines } from "../message/header_lines.ts";
import { headerKey } from "../message/header_names.ts";
import type { MessageParts } from "../message/message.ts";
import { SipRequest } from "../message/request.ts";
import { SipResponse } from "../message/response.ts";
import { parseUri } from "../uri/parse.ts";
import type { Uri } from "../uri/uri.ts";
import { reasonPhrase } from "./reason_phrases.ts";

/** Header fields in order; a list of values gives one field each. */
export type HeadersInit =
  | Readonly<Record<string, string | number | readonly string[] | undefined>>
  | readonly (readonly [name: string, value: string | number | readonly string[]])[];

export type BodyInit = Uint8Array | string;

export interface ResponseOptions {
  /** Default: the usual phrase of the status code. */
  readonly reason?: string | undefined;
  /** Added to To where it has no tag yet. */
  readonly toTag?: string | undefined;
  readonly headers?: HeadersInit | undefined;
  readonly body?: BodyInit | undefined;
}

/**
 * A request. Content-Length is added at the end unless given. Throws SipSyntaxError if the method is no token, the
 * URI none, or a header field would not be one.
 */
export function buildRequest(
  method: string,
  uri: string | Uri,
  headers: HeadersInit = [],
  body: BodyInit = "",
): SipRequest {
  parseUri(String(uri), "start-line");
  const request = new SipRequest("X", String(uri), "SIP/2.0", parts(headers, body));
  request.method = method;
  return request;
}

/**
 * A response with the Via, From, To, Call-ID, CSeq and, for 18x and 2xx, Record-Route fields of the request as they
 * stand (RFC 3261 8.2.6.2, 12.1.1), then the headers given: one of the same name as a copied one replaces it.
 */
export function buildResponse(
  request: SipRequest,
  status: number,
  options: ResponseOptions = {},
): SipResponse {
  const response = new SipResponse(0, "", "SIP/2.0", { lines: new HeaderLines([]), body: new Uint8Array(0) });
  response.status = status;
  response.reason = options.reason ?? reasonPhrase(status);
  const names = [
    "via",
    ...(status > 100 && status < 300 ? ["record-route"] : []),
    "from",
    "to",
    "call-id",
    "cseq",
  ];
  for (const name of names) response.appendLines(request.linesOf(name));
  if (status === 100 && request.has("Timestamp")) response.appendLines(request.linesOf("timestamp"));
  const to = request.get("To");
  if (options.toTag !== undefined && to !== undefined && !hasTag(request)) {
    response.set("To", `${to};tag=${options.toTag}`);
  }
  for (const [name, values] of grouped(options.headers ?? [])) response.set(name, values);
  const body = octets(options.body ?? "");
  if (body.length > 0) response.body = body;
  else if (!response.has("Content-Length")) response.append("Content-Length", 0);
  return response;
}

function hasTag(request: SipRequest): boolean {
  try {
    return request.to?.tag !== undefined;
  } catch (error) {
    // A To that cannot be read is answered as it stands.
    if (error instanceof SipSyntaxError) return true;
    throw error;
  }
}

function parts(headers: HeadersInit, body: BodyInit): MessageParts {
  const lines = [];
  for (const [name, value] of pairs(headers)) lines.push(newHeaderLine(name, value));
  const bytes = octets(body);
  if (!lines.some((line) => line.is("content-length"))) {
    lines.push(newHeaderLine("Content-Length", String(bytes.length)));
  }
  return { lines: new HeaderLines(lines), body: bytes };
}

function* pairs(headers: HeadersInit): Iterable<[string, string]> {
  const entries = Array.isArray(headers) ? headers : Object.entries(headers);
  for (const [name, value] of entries as [string, string | number | readonly string[] | undefined][]) {
    if (value === undefined) continue;
    if (typeof value === "object") { for (const one of value) yield [name, one]; }
    else yield [name, String(value)];
  }
}

function grouped(headers: HeadersInit): Iterable<[string, string[]]> {
  const groups = new Map<string, [string, string[]]>();
  for (const [name, value] of pairs(headers)) {
    const key = headerKey(name);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [name, [value]]);
    else group[1].push(value);
  }
  return groups.values();
}

function octets(body: BodyInit): Uint8Array {
  return typeof body === "string" ? utf8(body) : body;
}
