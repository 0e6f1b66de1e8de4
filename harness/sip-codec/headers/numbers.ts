/** Fields that are numbers, or begin with one (RFC 3261 20.14, 20.16, 20.19, 20.22, 20.23, 20.33; RFC 3262; RFC 4028). */
import { Cursor } from "../cursor.ts";
import { quoted, SipSyntaxError } from "../errors.ts";
import { DIGIT, skip, TOKEN } from "../grammar.ts";
import type { Params } from "../params.ts";
import { parseParams } from "../parse_params.ts";

/** CSeq: sequence number below 2^31 and method. */
export interface CSeq {
  readonly seq: number;
  readonly method: string;
}

/** RAck (RFC 3262 7.2): RSeq and CSeq of the provisional response. */
export interface RAck {
  readonly rseq: number;
  readonly cseq: number;
  readonly method: string;
}

/** Session-Expires and Min-SE (RFC 4028): seconds and parameters such as refresher. */
export interface SecondsWithParams {
  readonly seconds: number;
  readonly params: Params;
}

export interface SessionExpires extends SecondsWithParams {
  readonly refresher?: string;
}

/** Retry-After (RFC 3261 20.33): seconds, an optional comment, parameters. */
export interface RetryAfter extends SecondsWithParams {
  readonly comment?: string;
}

const LIMIT_31 = 0x7fffffff;
const LIMIT_32 = 0xffffffff;

export function parseCSeq(text: string, field = "CSeq"): CSeq {
  const cursor = new Cursor(text, field);
  const seq = number(cursor, LIMIT_31, "a sequence number below 2^31");
  space(cursor);
  const method = cursor.run(TOKEN, "a method");
  cursor.end();
  return { seq, method };
}

export function formatCSeq(value: CSeq): string {
  return `${value.seq} ${value.method}`;
}

export function parseRAck(text: string, field = "RAck"): RAck {
  const cursor = new Cursor(text, field);
  const rseq = number(cursor, LIMIT_32, "a response number below 2^32");
  space(cursor);
  const cseq = number(cursor, LIMIT_31, "a sequence number below 2^31");
  space(cursor);
  const method = cursor.run(TOKEN, "a method");
  cursor.end();
  return { rseq, cseq, method };
}

export function formatRAck(value: RAck): string {
  return `${value.rseq} ${value.cseq} ${value.method}`;
}

/** A whole field that is one number. */
export function parseNumber(text: string, field: string, limit = LIMIT_32): number {
  const end = skip(text, 0, DIGIT);
  if (end === 0 || end !== text.length) {
    throw new SipSyntaxError(`found ${quoted(text)}, need a number`, end, field);
  }
  const value = Number(text);
  if (value > limit) throw new SipSyntaxError(`found ${quoted(text)}, need at most ${limit}`, 0, field);
  return value;
}

/** delta-seconds *( SEMI generic-param ) */
export function parseSecondsWithParams(text: string, field: string): SecondsWithParams {
  const cursor = new Cursor(text, field);
  const seconds = number(cursor, LIMIT_32, "seconds below 2^32");
  const params = parseParams(cursor);
  cursor.end();
  return { seconds, params };
}

export function parseSessionExpires(text: string, field = "Session-Expires"): SessionExpires {
  const value = parseSecondsWithParams(text, field);
  const refresher = value.params.get("refresher");
  return refresher === undefined ? value : { ...value, refresher };
}

export function parseRetryAfter(text: string, field = "Retry-After"): RetryAfter {
  const cursor = new Cursor(text, field);
  const seconds = number(cursor, LIMIT_32, "seconds below 2^32");
  cursor.blanks();
  const comment = cursor.code === 0x28 ? parseComment(cursor) : undefined;
  const params = parseParams(cursor);
  cursor.end();
  return comment === undefined ? { seconds, params } : { seconds, comment, params };
}

/** comment = LPAREN *(ctext / quoted-pair / comment) RPAREN; gives what is inside. The cursor stands on "(". */
export function parseComment(cursor: Cursor): string {
  const start = cursor.at;
  let depth = 0;
  for (let at = start; at < cursor.text.length; at++) {
    const code = cursor.text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x28) depth++;
    else if (code === 0x29 && --depth === 0) {
      cursor.at = at + 1;
      return cursor.text.slice(start + 1, at);
    }
  }
  return cursor.fail('"(" without ")"', start);
}

function number(cursor: Cursor, limit: number, what: string): number {
  const start = cursor.at;
  const digits = cursor.run(DIGIT, what);
  const value = Number(digits);
  if (value > limit) cursor.fail(`found ${quoted(digits)}, need ${what}`, start);
  return value;
}

function space(cursor: Cursor): void {
  const before = cursor.at;
  cursor.blanks();
  if (cursor.at === before) cursor.fail(`found ${cursor.found()}, need white space`);
}
