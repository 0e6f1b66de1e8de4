/** Tokens, tokens with parameters, media types, Call-ID (RFC 3261 20; RFC 3323; RFC 3326; RFC 6665). */
import { type Cursor, readAll, readList } from "../cursor.ts";
import { every, TOKEN, WORD } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { readParams } from "../read_params.ts";

/** A token and parameters: Reason, Subscription-State, Content-Disposition and their like. */
export interface TokenWithParams {
  readonly value: string;
  readonly params: Params;
}

/** Event (RFC 6665 8.2.1): package with templates, `id` among the parameters. */
export interface Event {
  readonly package: string;
  readonly params: Params;
}

/** Content-Type and each value of Accept. Type and subtype in lower case. */
export interface MediaType {
  readonly type: string;
  readonly subtype: string;
  readonly params: Params;
}

/** 1#token, or none in an empty text. */
export function parseTokens(text: string, field = "list"): string[] {
  return readList(readToken, text, field);
}

/** token *( SEMI generic-param ) */
export function parseTokenWithParams(text: string, field = "value"): TokenWithParams {
  return readAll(readTokenWithParams, text, field);
}

export function formatTokenWithParams(value: { value: string; params?: ParamsInit }): string {
  return `${value.value}${paramsOf(value.params)}`;
}

export function parseEvent(text: string, field = "Event"): Event {
  return readAll(readEvent, text, field);
}

export function formatEvent(value: { package: string; params?: ParamsInit }): string {
  return `${value.package}${paramsOf(value.params)}`;
}

/** m-type SLASH m-subtype *( SEMI m-parameter ) */
export function parseMediaType(text: string, field = "Content-Type"): MediaType {
  return readAll(readMediaType, text, field);
}

export function formatMediaType(value: { type: string; subtype: string; params?: ParamsInit }): string {
  return `${value.type}/${value.subtype}${paramsOf(value.params)}`;
}

export function readToken(cursor: Cursor): string {
  return cursor.run(TOKEN, "a token");
}

/** Privacy (RFC 3323 4.2): priv-values with ";" between; "," is met in the field and taken by the list. */
export function readPrivacy(cursor: Cursor): string[] {
  const values: string[] = [];
  do values.push(cursor.run(TOKEN, "a privacy value")); while (
    cursor.separator(0x3b) || cursor.separator(0x2c)
  );
  return values;
}

/** callid = word [ "@" word ] (RFC 3261 20.8). */
export function readCallId(cursor: Cursor): string {
  const text = cursor.rest();
  const at = text.indexOf("@");
  const valid = at < 0
    ? every(text, WORD)
    : every(text.slice(0, at), WORD) && every(text.slice(at + 1), WORD);
  return valid ? text : cursor.fail("need word or word@word", cursor.start);
}

export function readTokenWithParams(cursor: Cursor): TokenWithParams {
  return { value: cursor.run(TOKEN, "a token"), params: readParams(cursor) };
}

export function readEvent(cursor: Cursor): Event {
  return { package: cursor.run(TOKEN, "an event package"), params: readParams(cursor) };
}

export function readMediaType(cursor: Cursor): MediaType {
  const type = cursor.run(TOKEN, "a media type").toLowerCase();
  cursor.need(0x2f);
  const subtype = cursor.run(TOKEN, "a media subtype").toLowerCase();
  return { type, subtype, params: readParams(cursor) };
}
