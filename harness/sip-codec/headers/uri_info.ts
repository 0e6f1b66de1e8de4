/** Values that are `<absoluteURI>` with parameters: Call-Info, Alert-Info, Error-Info (RFC 3261 20.4, 20.9, 20.18). */
import { type Cursor, readList } from "../cursor.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { readParams } from "../read_params.ts";
import { parseUriAt } from "../uri/parse.ts";
import type { Uri } from "../uri/uri.ts";

export interface UriInfo {
  readonly uri: Uri;
  readonly params: Params;
}

export function parseUriInfos(text: string, field = "Call-Info"): UriInfo[] {
  return readList(readUriInfo, text, field);
}

export function formatUriInfo(value: { uri: Uri | string; params?: ParamsInit }): string {
  return `<${value.uri}>${paramsOf(value.params)}`;
}

export function readUriInfo(cursor: Cursor): UriInfo {
  const { text, at, end } = cursor;
  const close = text.indexOf(">", at);
  if (cursor.code !== 0x3c || close < 0 || close >= end) cursor.fail(`found ${cursor.found()}, need "<URI>"`);
  const uri = parseUriAt(text, at + 1, close, cursor);
  cursor.at = close + 1;
  return { uri, params: readParams(cursor) };
}
