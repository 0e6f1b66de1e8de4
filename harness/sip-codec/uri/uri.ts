/** URIs of SIP: sip, sips (RFC 3261 19.1), tel (RFC 3966), anything else taken as a whole. */
import { NO_URI_PARAMS, type Param, Params, type ParamsInit } from "../params.ts";
import { buildUri } from "./build.ts";
import { equalUris } from "./compare.ts";
import { percentDecode } from "./escape.ts";
import { parseUri } from "./parse.ts";

/** Parts of a URI to build one from. `user`, `password` and values are given unescaped. */
export interface UriParts {
  readonly scheme?: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** IPv6 with or without brackets. */
  readonly host?: string;
  readonly port?: number | undefined;
  readonly params?: ParamsInit;
  readonly headers?: ParamsInit;
  /** tel: the number as it is dialled. Other schemes: everything after the colon. */
  readonly opaque?: string;
}

/** Where the parts of a parsed URI stand in a text. Absent parts: -1 as start. */
export interface UriSpans {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** After the scheme's colon: user part or number. */
  readonly userStart: number;
  readonly userEnd: number;
  readonly passwordStart: number;
  readonly passwordEnd: number;
  readonly hostStart: number;
  readonly hostEnd: number;
  /** At the first ";" or where it would be. */
  readonly paramsStart: number;
  readonly paramsEnd: number;
}

/**
 * One URI, not changeable; `with()` makes another. `toString()` gives it as it stood. For tel, `host` is "" and
 * `number` is set; for other schemes `opaque` is everything after the colon.
 */
export class Uri {
  private paramsRead: Params | undefined;
  private headersRead: Params | undefined;

  /** @internal Use `parseUri` or `buildUri`. The spans were checked against the grammar. */
  constructor(
    /** Lower case. */
    readonly scheme: string,
    readonly port: number | undefined,
    private readonly spans: UriSpans,
  ) {
    this.paramsRead = undefined;
    this.headersRead = undefined;
  }

  /** User part with escapes resolved. */
  get user(): string | undefined {
    const raw = this.rawUser;
    return raw === undefined ? undefined : percentDecode(raw);
  }

  /** User part as written. */
  get rawUser(): string | undefined {
    const { text, userStart, userEnd } = this.spans;
    return userStart < 0 || !this.isSip ? undefined : text.slice(userStart, userEnd);
  }

  get password(): string | undefined {
    const { text, passwordStart, passwordEnd } = this.spans;
    return passwordStart < 0 ? undefined : percentDecode(text.slice(passwordStart, passwordEnd));
  }

  /** As written, IPv6 with brackets; "" where the scheme has no host. */
  get host(): string {
    const { text, hostStart, hostEnd } = this.spans;
    return hostStart < 0 ? "" : text.slice(hostStart, hostEnd);
  }

  /** "host" or "host:port" as it stands in the URI. */
  get hostPort(): string {
    return this.port === undefined ? this.host : `${this.host}:${this.port}`;
  }

  /** Values have their escapes resolved. */
  get params(): Params {
    return this.paramsRead ??= splitPairs(
      this.spans.text,
      this.spans.paramsStart,
      this.spans.paramsEnd,
      0x3b,
    );
  }

  /** What follows "?" in a sip or sips URI; the same header may come more than once. */
  get headers(): Params {
    const { text, paramsEnd, end } = this.spans;
    return this.headersRead ??= this.isSip ? splitPairs(text, paramsEnd, end, 0x26) : NO_URI_PARAMS;
  }

  /** tel: the number as written; other schemes but sip and sips: everything after the colon. */
  get opaque(): string | undefined {
    const { text, userStart, userEnd } = this.spans;
    return this.isSip ? undefined : text.slice(userStart, userEnd);
  }

  /** tel: the number without visual separators, "+" kept. */
  get number(): string | undefined {
    return this.scheme === "tel" ? this.opaque?.replace(/[-.()]/g, "") : undefined;
  }

  /** tel: whether it is a global number (RFC 3966 5.1.4). */
  get isGlobal(): boolean {
    return this.scheme === "tel" && this.opaque?.charCodeAt(0) === 0x2b;
  }

  /** sip or sips. */
  get isSip(): boolean {
    return this.scheme === "sip" || this.scheme === "sips";
  }

  /** RFC 3261 19.1.4 with RFC 5954 for sip and sips, RFC 3966 5 for tel, characters for others. */
  equals(other: Uri | string): boolean {
    return equalUris(this, typeof other === "string" ? parseUri(other) : other);
  }

  /** A URI with some parts replaced; undefined removes one. */
  with(parts: UriParts): Uri {
    return buildUri({
      scheme: this.scheme,
      user: this.user,
      password: this.password,
      host: this.host,
      port: this.port,
      params: this.params,
      headers: this.headers,
      ...(this.opaque === undefined ? {} : { opaque: this.opaque }),
      ...parts,
    });
  }

  toString(): string {
    const { text, start, end } = this.spans;
    return start === 0 && end === text.length ? text : text.slice(start, end);
  }
}

/** `name=value` pairs from `start` (on the first separator) to `end`; checked before. */
function splitPairs(text: string, start: number, end: number, separator: number): Params {
  if (start >= end) return NO_URI_PARAMS;
  const list: Param[] = [];
  for (let at = start + 1; at <= end;) {
    let stop = at;
    let equals = -1;
    for (; stop < end; stop++) {
      const code = text.charCodeAt(stop);
      if (code === separator) break;
      if (code === 0x3d && equals < 0) equals = stop;
    }
    if (equals < 0) list.push({ name: text.slice(at, stop), text: undefined });
    else list.push({ name: text.slice(at, equals), text: text.slice(equals + 1, stop) });
    at = stop + 1;
  }
  return Params.parsed(list, "uri");
}
