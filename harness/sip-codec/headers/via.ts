/** Via (RFC 3261 20.42, 25.1; rport: RFC 3581). */
import { Cursor } from "../cursor.ts";
import { CLASSES, TOKEN } from "../grammar.ts";
import { Params, type ParamsInit, parseParams } from "../params.ts";
import { hostEnd, parsePort } from "../uri/host.ts";

export interface Via {
  /** "SIP/2.0". */
  readonly protocol: string;
  /** As written: "UDP", "TCP", "TLS", "WS", "WSS", or anything else. */
  readonly transport: string;
  /** Host of sent-by, IPv6 with brackets. */
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
  readonly branch?: string;
  /** Address, IPv6 as written (RFC 5118 4.5 asks to take it with and without brackets). */
  readonly received?: string;
  /** "" where the parameter stands without a value, as a client sends it. */
  readonly rport?: number | "";
}

export interface ViaInit {
  readonly protocol?: string;
  readonly transport: string;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params?: ParamsInit | undefined;
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

export function formatVia(value: ViaInit | Via): string {
  const params = value.params instanceof Params ? value.params : new Params(value.params);
  const host = value.host.includes(":") && !value.host.startsWith("[") ? `[${value.host}]` : value.host;
  const port = value.port === undefined ? "" : `:${value.port}`;
  const branch = value.branch === undefined || params.has("branch") ? "" : `;branch=${value.branch}`;
  return `${value.protocol ?? "SIP/2.0"}/${value.transport} ${host}${port}${branch}${params}`;
}

/** sent-protocol LWS sent-by *( SEMI via-params ) */
function viaParm(cursor: Cursor): Via {
  cursor.blanks();
  const { text } = cursor;
  let protocol: string;
  if (text.startsWith("SIP/2.0/", cursor.at)) {
    protocol = "SIP/2.0";
    cursor.at += 8;
  } else {
    const name = cursor.run(TOKEN, "a protocol name");
    cursor.need(0x2f);
    protocol = `${name}/${cursor.run(TOKEN, "a protocol version")}`;
    cursor.need(0x2f);
  }
  const transport = cursor.run(TOKEN, "a transport");
  if (text.charCodeAt(cursor.at) !== 0x20 && text.charCodeAt(cursor.at) !== 0x09) {
    cursor.fail("need white space after the transport");
  }
  cursor.blanks();
  const end = hostEnd(text, cursor.at);
  if (end < 0) cursor.fail(`found ${cursor.found()}, need a host`);
  const host = text.slice(cursor.at, end);
  cursor.at = end;
  let port: number | undefined;
  if (cursor.separator(0x3a)) {
    const found = parsePort(text, cursor.at);
    if (found === undefined) return cursor.fail("need a port from 0 to 65535");
    port = found.port;
    cursor.at = found.end;
  }
  return make(cursor, protocol, transport, host, port, parseParams(cursor));
}

function make(
  cursor: Cursor,
  protocol: string,
  transport: string,
  host: string,
  port: number | undefined,
  params: Params,
): Via {
  type Writable = { -readonly [K in keyof Via]: Via[K] };
  const via: Writable = { protocol, transport, host, params };
  if (port !== undefined) via.port = port;
  const branch = params.raw("branch");
  if (branch !== undefined) {
    if (!isToken(branch)) cursor.fail("the branch is no token");
    via.branch = branch;
  } else if (params.has("branch")) cursor.fail("branch without a value");
  const received = params.get("received");
  if (received !== undefined) via.received = received;
  if (params.has("rport")) {
    const raw = params.raw("rport");
    const found = raw === undefined ? undefined : parsePort(raw, 0);
    if (raw !== undefined && found?.end !== raw.length) cursor.fail("rport is no port number");
    via.rport = found === undefined ? "" : found.port;
  }
  return via;
}

function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f || ((CLASSES[code] as number) & TOKEN) === 0) return false;
  }
  return true;
}
