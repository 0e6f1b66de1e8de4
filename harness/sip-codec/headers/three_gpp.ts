/** P-headers of 3GPP that are no name-addr (RFC 7315 5.3 to 5.6; TS 24.229 7.2A). */
import { type Cursor, quote, readAll, readList } from "../cursor.ts";
import { every, TOKEN } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { readBareParams, readParams } from "../read_params.ts";

/** P-Access-Network-Info: access type or class, parameters such as utran-cell-id-3gpp, network-provided. */
export interface AccessNetworkInfo {
  readonly accessType: string;
  readonly params: Params;
}

/** P-Visited-Network-ID: token or text, without quotes. */
export interface VisitedNetworkId {
  readonly network: string;
  readonly params: Params;
}

export function parseAccessNetworkInfo(text: string, field = "P-Access-Network-Info"): AccessNetworkInfo[] {
  return readList(readAccessNetworkInfo, text, field);
}

export function formatAccessNetworkInfo(value: { accessType: string; params?: ParamsInit }): string {
  return `${value.accessType}${paramsOf(value.params)}`;
}

export function parseVisitedNetworkId(text: string, field = "P-Visited-Network-ID"): VisitedNetworkId[] {
  return readList(readVisitedNetworkId, text, field);
}

export function formatVisitedNetworkId(value: { network: string; params?: ParamsInit }): string {
  const network = every(value.network, TOKEN) ? value.network : quote(value.network);
  return `${network}${paramsOf(value.params)}`;
}

/** P-Charging-Vector, P-Charging-Function-Addresses. */
export function parseBareParams(text: string, field = "P-Charging-Vector"): Params {
  return readAll(readBareParams, text, field);
}

/** P-Charging-Vector, P-Charging-Function-Addresses: "icid-value=1;orig-ioi=home1.net". */
export function formatBareParams(parameters: ParamsInit): string {
  return paramsOf(parameters).written().join(";");
}

export function readAccessNetworkInfo(cursor: Cursor): AccessNetworkInfo {
  return { accessType: cursor.run(TOKEN, "an access type"), params: readParams(cursor) };
}

export function readVisitedNetworkId(cursor: Cursor): VisitedNetworkId {
  const network = cursor.code === 0x22 ? cursor.quotedText() : cursor.run(TOKEN, "a network identifier");
  return { network, params: readParams(cursor) };
}
