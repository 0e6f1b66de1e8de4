/** Lists of tokens, tokens with parameters, media types, product text (RFC 3261 20; RFC 3323; RFC 3326; RFC 6665). */
import { Cursor } from "../cursor.ts";
import { every, TOKEN, WORD } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { parseParams } from "../parse_params.ts";

/** A token and parameters: Reason, Subscription-State, Content-Disposition, Accept-Encoding and their like. */
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

/** 1#token; an empty field is an empty list (Supported, Allow, Accept may be empty: RFC 3261 20.1, 20.37). */
export function parseTokens(text: string, field: string): string[] {
  const cursor = new Cursor(text, field);
  cursor.blanks();
  const tokens: string[] = [];
  if (cursor.done) return tokens;
  do tokens.push(cursor.run(TOKEN, "a token")); while (cursor.separator(0x2c));
  cursor.end();
  return tokens;
}

/** Privacy (RFC 3323 4.2): priv-values with ";" between; "," is met in the field and taken too. */
export function parsePrivacy(text: string, field = "Privacy"): string[] {
  const cursor = new Cursor(text, field);
  const values: string[] = [];
  do values.push(cursor.run(TOKEN, "a privacy value")); while (
    cursor.separator(0x3b) || cursor.separator(0x2c)
  );
  cursor.end();
  return values;
}

/** callid = word [ "@" word ] (RFC 3261 20.8). */
export function parseCallId(text: string, field = "Call-ID"): string {
  const at = text.indexOf("@");
  const valid = at < 0
    ? every(text, WORD)
    : every(text.slice(0, at), WORD) && every(text.slice(at + 1), WORD);
  if (!valid) new Cursor(text, field).fail("need word or word@word");
  return text;
}

export function parseToken(text: string, field: string): string {
  if (!every(text, TOKEN)) new Cursor(text, field).fail("need a token");
  return text;
}

/** token *( SEMI generic-param ) */
export function parseTokenWithParams(text: string, field: string): TokenWithParams {
  const cursor = new Cursor(text, field);
  const value = tokenWithParams(cursor);
  cursor.end();
  return value;
}

export function parseTokensWithParams(text: string, field: string): TokenWithParams[] {
  const cursor = new Cursor(text, field);
  const values: TokenWithParams[] = [];
  if (text === "") return values;
  do values.push(tokenWithParams(cursor)); while (cursor.separator(0x2c));
  cursor.end();
  return values;
}

export function formatTokenWithParams(value: { value: string; params?: ParamsInit }): string {
  return `${value.value}${paramsOf(value.params)}`;
}

export function parseEvent(text: string, field = "Event"): Event {
  const { value, params } = parseTokenWithParams(text, field);
  return { package: value, params };
}

/** m-type SLASH m-subtype *( SEMI m-parameter ) */
export function parseMediaType(text: string, field = "Content-Type"): MediaType {
  const cursor = new Cursor(text, field);
  const value = mediaType(cursor);
  cursor.end();
  return value;
}

export function parseMediaTypes(text: string, field = "Accept"): MediaType[] {
  const cursor = new Cursor(text, field);
  const values: MediaType[] = [];
  if (text === "") return values;
  do values.push(mediaType(cursor)); while (cursor.separator(0x2c));
  cursor.end();
  return values;
}

export function formatMediaType(value: { type: string; subtype: string; params?: ParamsInit }): string {
  return `${value.type}/${value.subtype}${paramsOf(value.params)}`;
}

function tokenWithParams(cursor: Cursor): TokenWithParams {
  cursor.blanks();
  return { value: cursor.run(TOKEN, "a token"), params: parseParams(cursor) };
}

function mediaType(cursor: Cursor): MediaType {
  cursor.blanks();
  const type = cursor.run(TOKEN, "a media type").toLowerCase();
  cursor.need(0x2f);
  const subtype = cursor.run(TOKEN, "a media subtype").toLowerCase();
  return { type, subtype, params: parseParams(cursor) };
}
