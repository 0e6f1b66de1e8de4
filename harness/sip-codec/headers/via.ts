/** Via (RFC 3261 20.42, 25.1; rport: RFC 3581). */
import { Cursor } from "../cursor.ts";
import { every, isBlank, TOKEN } from "../grammar.ts";
import { NO_PARAMS, type Params, type ParamsInit, paramsOf } from "../params.ts";
import { parseParams } from "../parse_params.ts";
import { hostEnd, parsePort } from "../uri/host.ts";

/** A parsed via-parm. To change one, spread it: `formatVia({ ...message.via, branch: "x" })`. */
export class Via {
  /** @internal Use `parseVia`. */
  constructor(
    /** "SIP/2.0". */
    readonly protocol: string,
    /** As written: "UDP", "TCP", "TLS", "WS", "WSS", or anything else. */
    readonly transport: string,
    /** Host of sent-by, IPv6 with brackets. */
    readonly host: string,
    readonly port: number | undefined,
    readonly params: Params,
  ) {}

  get branch(): string | undefined {
    return this.params.raw("branch");
  }

  /** Address as written; IPv6 with or without brackets (RFC 5118 4.5). */
  get received(): string | undefined {
    return this.params.get("received");
  }

  /** "" where the parameter stands without a value, as a client sends it. */
  get rport(): number | "" | undefined {
    const { params } = this;
    if (!params.has("rport")) return undefined;
    const raw = params.raw("rport");
    return raw === undefined ? "" : Number(raw);
  }
}

export interface ViaInit {
  readonly protocol?: string | undefined;
  readonly transport: string;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params?: ParamsInit | undefined;
  /** Replaces the `branch` of `params`, or is added. */
  readonly branch?: string | undefined;
}

/** One via-parm. */
export function parseVia(text: string, field = "Via"): Via {
  const cursor = new Cursor(text, field);
  const value = viaParm(cursor);
  cursor.end();
  return value;
}

/** via-parm *( COMMA via-parm ) */
export function parseVias(text: string, field = "Via"): Via[] {
  const cursor = new Cursor(text, field);
  const values: Via[] = [];
  do values.push(viaParm(cursor)); while (cursor.separator(0x2c));
  cursor.end();
  return values;
}

export function formatVia(value: ViaInit): string {
  const host = value.host.includes(":") && !value.host.startsWith("[") ? `[${value.host}]` : value.host;
  const port = value.port === undefined ? "" : `:${value.port}`;
  const params = paramsOf(value.params);
  const { branch } = value;
  const tail = branch === undefined || params.raw("branch") === branch
    ? params
    : params.clone().setRaw("branch", branch);
  return `${value.protocol ?? "SIP/2.0"}/${value.transport} ${host}${port}${tail}`;
}

/** sent-protocol LWS sent-by *( SEMI via-params ) */
function viaParm(cursor: Cursor): Via {
  cursor.blanks();
  const { text } = cursor;
  const protocol = sentProtocol(cursor);
  const transport = cursor.run(TOKEN, "a transport");
  if (!isBlank(text.charCodeAt(cursor.at))) cursor.fail("need white space after the transport");
  cursor.blanks();
  const start = cursor.at;
  const end = hostEnd(text, start);
  if (end < 0) cursor.fail(`found ${cursor.found()}, need a host`);
  cursor.at = end;
  let port: number | undefined;
  if (cursor.separator(0x3a)) {
    const found = parsePort(text, cursor.at);
    if (found === undefined) return cursor.fail("need a port from 0 to 65535");
    port = found.port;
    cursor.at = found.end;
  }
  const params = parseParams(cursor);
  if (params !== NO_PARAMS) check(cursor, params);
  return new Via(protocol, transport, text.slice(start, end), port, params);
}

/** protocol-name SLASH protocol-version SLASH, white space around each slash allowed. */
function sentProtocol(cursor: Cursor): string {
  if (cursor.text.startsWith("SIP/2.0/", cursor.at)) {
    cursor.at += 8;
    return "SIP/2.0";
  }
  const name = cursor.run(TOKEN, "a protocol name");
  cursor.need(0x2f);
  const version = cursor.run(TOKEN, "a protocol version");
  cursor.need(0x2f);
  return `${name}/${version}`;
}

/** The parameters by which responses are matched and routed must be readable. */
function check(cursor: Cursor, params: Params): void {
  const branch = params.raw("branch");
  if (branch === undefined ? params.has("branch") : !every(branch, TOKEN)) {
    cursor.fail("the branch is no token");
  }
  params.get("received");
  const rport = params.raw("rport");
  if (rport !== undefined && parsePort(rport, 0)?.end !== rport.length) {
    cursor.fail("rport is no port number");
  }
}
