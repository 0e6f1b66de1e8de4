/** Identity (RFC 8224 4.1): a signed digest or full PASSporT and its parameters. */
import { Cursor, unquote } from "../cursor.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { parseParams } from "../parse_params.ts";
import { quoted } from "../errors.ts";

export interface Identity {
  /** The PASSporT, full or compact ("..signature"), without quotes. */
  readonly passport: string;
  /** info (in angle brackets, as `info` gives it without), alg, ppt. */
  readonly params: Params;
  /** URI of the certificate. */
  readonly info?: string;
}

/** One Identity header field; a request may carry several. */
export function parseIdentity(text: string, field = "Identity"): Identity {
  const cursor = new Cursor(text, field);
  let passport: string;
  if (cursor.code === 0x22) passport = unquote(cursor.quotedString());
  else {
    const end = text.indexOf(";");
    passport = (end < 0 ? text : text.slice(0, end)).trimEnd();
    cursor.at = end < 0 ? text.length : end;
  }
  if (!/^[A-Za-z0-9+/=_.-]+$/.test(passport)) cursor.fail(`found ${quoted(passport)}, need a PASSporT`, 0);
  // info=<uri> is no generic-param: put quotes where the brackets are, then read.
  const rest = text.slice(cursor.at);
  const info = /;\s*info\s*=\s*<([^<>"]*)>/i.exec(rest);
  const tail = new Cursor(info === null ? rest : rest.replace(info[0], `;info="<${info[1]}>"`), field);
  const params = parseParams(tail);
  tail.end();
  return info === null ? { passport, params } : { passport, params, info: info[1] ?? "" };
}

export function formatIdentity(value: { passport: string; info: string; params?: ParamsInit }): string {
  const params = paramsOf(value.params).without("info");
  return `${value.passport};info=<${value.info}>${params}`;
}
