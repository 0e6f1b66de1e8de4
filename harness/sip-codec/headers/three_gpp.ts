/** P-headers of 3GPP that are no name-addr (RFC 7315 5.4 to 5.6, RFC 7315 5.3; TS 24.229 7.2A). */
import { Cursor, quote, unquote } from "../cursor.ts";
import { every, TOKEN } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { parseParams } from "../parse_params.ts";

/** P-Access-Network-Info: access type or class, parameters such as utran-cell-id-3gpp, network-provided. */
export interface AccessNetworkInfo {
  readonly accessType: string;
  readonly params: Params;
}

/** P-Visited-Network-ID. */
export interface VisitedNetworkId {
  readonly network: string;
  readonly params: Params;
}

export function parseAccessNetworkInfo(text: string, field = "P-Access-Network-Info"): AccessNetworkInfo[] {
  const cursor = new Cursor(text, field);
  const values: AccessNetworkInfo[] = [];
  do {
    cursor.blanks();
    values.push({ accessType: cursor.run(TOKEN, "an access type"), params: parseParams(cursor) });
  } while (cursor.separator(0x2c));
  cursor.end();
  return values;
}

export function formatAccessNetworkInfo(value: { accessType: string; params?: ParamsInit }): string {
  return `${value.accessType}${paramsOf(value.params)}`;
}

/** ( token / quoted-string ) *( SEMI param ), comma-separated. */
export function parseVisitedNetworkId(text: string, field = "P-Visited-Network-ID"): VisitedNetworkId[] {
  const cursor = new Cursor(text, field);
  const values: VisitedNetworkId[] = [];
  do {
    cursor.blanks();
    const network = cursor.code === 0x22
      ? unquote(cursor.quotedString())
      : cursor.run(TOKEN, "a network identifier");
    values.push({ network, params: parseParams(cursor) });
  } while (cursor.separator(0x2c));
  cursor.end();
  return values;
}

export function formatVisitedNetworkId(value: { network: string; params?: ParamsInit }): string {
  const network = every(value.network, TOKEN) ? value.network : quote(value.network);
  return `${network}${paramsOf(value.params)}`;
}

/** P-Charging-Vector and P-Charging-Function-Addresses: parameters from the first octet on. */
export function parseBareParams(text: string, field: string): Params {
  return parseParamsAfter(";" + text, field);
}

/** "icid-value=1; orig-ioi=home1.net" */
export function formatBareParams(parameters: ParamsInit): string {
  return paramsOf(parameters).written().join(";");
}

function parseParamsAfter(text: string, field: string): Params {
  const cursor = new Cursor(text, field);
  const params = parseParams(cursor);
  cursor.end();
  return params;
}
