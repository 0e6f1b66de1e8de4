/** Values that are `<absoluteURI>` with parameters: Call-Info, Alert-Info, Error-Info (RFC 3261 20.4, 20.9, 20.18). */
import { Cursor } from "../cursor.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { parseParams } from "../parse_params.ts";
import { parseUri } from "../uri/parse.ts";
import type { Uri } from "../uri/uri.ts";

export interface UriInfo {
  readonly uri: Uri;
  readonly params: Params;
}

export function parseUriInfos(text: string, field = "Call-Info"): UriInfo[] {
  const cursor = new Cursor(text, field);
  const values: UriInfo[] = [];
  do {
    cursor.blanks();
    const close = text.indexOf(">", cursor.at);
    if (cursor.code !== 0x3c || close < 0) cursor.fail(`found ${cursor.found()}, need "<URI>"`);
    const uri = parseUri(text.slice(cursor.at + 1, close), field);
    cursor.at = close + 1;
    values.push({ uri, params: parseParams(cursor) });
  } while (cursor.separator(0x2c));
  cursor.end();
  return values;
}

export function formatUriInfo(value: { uri: Uri | string; params?: ParamsInit }): string {
  return `<${value.uri}>${paramsOf(value.params)}`;
}
