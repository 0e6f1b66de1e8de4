/** Fields that are numbers, or begin with one (RFC 3261 20.14 to 20.33; RFC 3262; RFC 4028). */
import { type Cursor, readAll } from "../cursor.ts";
import { quoted } from "../errors.ts";
import { TOKEN } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { readParams } from "../read_params.ts";

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

/** Min-SE (RFC 4028 5): seconds and parameters. */
export interface SecondsWithParams {
  readonly seconds: number;
  readonly params: Params;
}

/** Session-Expires (RFC 4028 4). */
export interface SessionExpires extends SecondsWithParams {
  /** "uac" or "uas". */
  readonly refresher: string | undefined;
}

/** Retry-After (RFC 3261 20.33): seconds, an optional comment, parameters. */
export interface RetryAfter extends SecondsWithParams {
  readonly comment: string | undefined;
}

const BELOW_2_31 = 0x7fffffff;
const BELOW_2_32 = 0xffffffff;

export function parseCSeq(text: string, field = "CSeq"): CSeq {
  return readAll(readCSeq, text, field);
}

export function formatCSeq(value: CSeq): string {
  return `${value.seq} ${value.method}`;
}

export function parseRAck(text: string, field = "RAck"): RAck {
  return readAll(readRAck, text, field);
}

export function formatRAck(value: RAck): string {
  return `${value.rseq} ${value.cseq} ${value.method}`;
}

export function parseSessionExpires(text: string, field = "Session-Expires"): SessionExpires {
  return readAll(readSessionExpires, text, field);
}

/** "1800;refresher=uac" */
export function formatSessionExpires(value: { seconds: number; refresher?: string | undefined }): string {
  return `${value.seconds}${value.refresher === undefined ? "" : `;refresher=${value.refresher}`}`;
}

export function parseRetryAfter(text: string, field = "Retry-After"): RetryAfter {
  return readAll(readRetryAfter, text, field);
}

/** "120 (in a meeting);duration=3600" */
export function formatRetryAfter(
  value: { seconds: number; comment?: string | undefined; params?: ParamsInit },
): string {
  const comment = value.comment === undefined ? "" : ` (${value.comment})`;
  return `${value.seconds}${comment}${paramsOf(value.params)}`;
}

export function readCSeq(cursor: Cursor): CSeq {
  const seq = number(cursor, BELOW_2_31, "a sequence number below 2^31");
  space(cursor);
  return { seq, method: cursor.run(TOKEN, "a method") };
}

export function readRAck(cursor: Cursor): RAck {
  const rseq = number(cursor, BELOW_2_32, "a response number below 2^32");
  space(cursor);
  const cseq = number(cursor, BELOW_2_31, "a sequence number below 2^31");
  space(cursor);
  return { rseq, cseq, method: cursor.run(TOKEN, "a method") };
}

/** 1*DIGIT below 2^32: Expires, Min-Expires, RSeq. */
export function readNumber(cursor: Cursor): number {
  return number(cursor, BELOW_2_32, "a number below 2^32");
}

/** Max-Forwards: 0 to 255 (RFC 3261 20.22). */
export function readMaxForwards(cursor: Cursor): number {
  return number(cursor, 255, "a number from 0 to 255");
}

/** Content-Length: any number of octets that can be counted. */
export function readLength(cursor: Cursor): number {
  return number(cursor, Number.MAX_SAFE_INTEGER, "a number of octets");
}

/** delta-seconds *( SEMI generic-param ) */
export function readSeconds(cursor: Cursor): SecondsWithParams {
  const seconds = number(cursor, BELOW_2_32, "seconds below 2^32");
  return { seconds, params: readParams(cursor) };
}

export function readSessionExpires(cursor: Cursor): SessionExpires {
  const { seconds, params } = readSeconds(cursor);
  return { seconds, params, refresher: params.get("refresher") };
}

export function readRetryAfter(cursor: Cursor): RetryAfter {
  const seconds = number(cursor, BELOW_2_32, "seconds below 2^32");
  cursor.blanks();
  const comment = cursor.code === 0x28 && !cursor.done ? readComment(cursor) : undefined;
  return { seconds, comment, params: readParams(cursor) };
}

/** comment = LPAREN *(ctext / quoted-pair / comment) RPAREN; gives what is inside. The cursor stands on "(". */
function readComment(cursor: Cursor): string {
  const { text, at: start, end } = cursor;
  let depth = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x28) depth++;
    else if (code === 0x29 && --depth === 0) {
      cursor.at = at + 1;
      return text.slice(start + 1, at);
    }
  }
  return cursor.fail('"(" without ")"');
}

/** 1*DIGIT up to `limit`, whatever the number of leading zeros. */
function number(cursor: Cursor, limit: number, what: string): number {
  const { text, at: start } = cursor;
  let at = start;
  let value = 0;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++at)) {
    value = value * 10 + code - 0x30;
  }
  if (at === start) cursor.fail(`found ${cursor.found()}, need ${what}`);
  if (value > limit) cursor.fail(`found ${quoted(text.slice(start, at))}, need ${what}`);
  cursor.at = at;
  return value;
}

function space(cursor: Cursor): void {
  const before = cursor.at;
  cursor.blanks();
  if (cursor.at === before || cursor.done) cursor.fail(`found ${cursor.found()}, need white space`);
}
