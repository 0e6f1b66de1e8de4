/** Via (RFC 3261 20.42, 25.1; rport: RFC 3581). */
import { type Cursor, readAll, readList } from "../cursor.ts";
import { quoted, SipSyntaxError } from "../errors.ts";
import { isBlank, TOKEN } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { readParams } from "../read_params.ts";
import { hostEnd, portBetween, portEnd } from "../uri/host.ts";

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

  /** "" where the parameter stands without a value, as a client sends it. Throws SipSyntaxError if it is no port. */
  get rport(): number | "" | undefined {
    const raw = this.params.raw("rport");
    if (raw === undefined) return this.params.isFlag("rport") ? "" : undefined;
    const end = portEnd(raw, 0);
    if (end !== raw.length) throw new SipSyntaxError(`rport ${quoted(raw)} is no port number`, 0, "Via");
    return portBetween(raw, 0, end);
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
  return readAll(readVia, text, field);
}

/** via-parm *( COMMA via-parm ) */
export function parseVias(text: string, field = "Via"): Via[] {
  return readList(readVia, text, field);
}

export function formatVia(value: ViaInit): string {
  const host = value.host.includes(":") && !value.host.startsWith("[") ? `[${value.host}]` : value.host;
  const port = value.port === undefined ? "" : `:${value.port}`;
  const params = paramsOf(value.params);
  const { branch } = value;
  const same = branch === undefined || params.raw("branch") === branch;
  const tail = same ? params : params.clone().setRaw("branch", branch);
  return `${value.protocol ?? "SIP/2.0"}/${value.transport} ${host}${port}${tail}`;
}

/** sent-protocol LWS sent-by *( SEMI via-params ) */
export function readVia(cursor: Cursor): Via {
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
    const digits = cursor.at;
    const stop = portEnd(text, digits);
    if (stop < 0) return cursor.fail("need a port from 0 to 65535");
    port = portBetween(text, digits, stop);
    cursor.at = stop;
  }
  const params = readParams(cursor);
  // Responses are matched by it: two different ones, or one without a value, have no safe reading.
  if (params.isFlag("branch")) cursor.fail("branch without a value");
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
