/** Identity (RFC 8224 4.1): a PASSporT and where the certificate is. */
import { type Cursor, readAll } from "../cursor.ts";
import { quoted } from "../errors.ts";
import { trimBlanks } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { parseUriAt } from "../uri/parse.ts";
import { readParamsBut } from "../read_params.ts";
import type { Uri } from "../uri/uri.ts";

export interface Identity {
  /** The PASSporT, full or compact ("..signature"), without quotes. */
  readonly passport: string;
  /** URI of the certificate: the `info` parameter, without its brackets. */
  readonly info: Uri | undefined;
  /** The other parameters: alg, ppt. */
  readonly params: Params;
}

/** One Identity header field; a request may carry several. */
export function parseIdentity(text: string, field = "Identity"): Identity {
  return readAll(readIdentity, text, field);
}

export function formatIdentity(
  value: { passport: string; info?: Uri | string | undefined; params?: ParamsInit },
): string {
  const info = value.info === undefined ? "" : `;info=<${value.info}>`;
  return `${value.passport}${info}${paramsOf(value.params)}`;
}

/** signed-identity-digest SEMI ident-info *( SEMI ident-info-params ); RFC 4474 wrote the digest in quotes. */
export function readIdentity(cursor: Cursor): Identity {
  const start = cursor.at;
  const passport = cursor.code === 0x22 ? cursor.quotedText() : upToSemicolon(cursor);
  if (!/^[A-Za-z0-9+/=_.-]+$/.test(passport)) {
    cursor.fail(`found ${quoted(passport)}, need a PASSporT`, start);
  }
  let info: Uri | undefined;
  const params = readParamsBut(cursor, "info", () => info = readBracketed(cursor));
  return { passport, info, params };
}

function upToSemicolon(cursor: Cursor): string {
  const { text, at, end } = cursor;
  const semicolon = text.indexOf(";", at);
  cursor.at = semicolon < 0 || semicolon > end ? end : semicolon;
  return trimBlanks(text.slice(at, cursor.at));
}

/** LAQUOT absoluteURI RAQUOT */
function readBracketed(cursor: Cursor): Uri {
  const { text, at, end } = cursor;
  const close = text.indexOf(">", at);
  if (cursor.code !== 0x3c || close < 0 || close >= end) cursor.fail(`found ${cursor.found()}, need "<URI>"`);
  const uri = parseUriAt(text, at + 1, close, cursor);
  cursor.at = close + 1;
  return uri;
}
