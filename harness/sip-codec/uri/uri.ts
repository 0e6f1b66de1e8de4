/** URIs of SIP: sip, sips (RFC 3261 19.1), tel (RFC 3966), anything else taken as a whole. */
import { NO_URI_PARAMS, Params, type ParamsInit } from "../params.ts";
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

/**
 * One URI, not changeable; `with()` makes another. `toString()` gives it as it stood. For tel, `host` is "" and
 * `number` is set; for other schemes `opaque` is everything after the colon.
 */
export class Uri {
  private paramsRead: Params | undefined;
  private headersRead: Params | undefined;

  /**
   * @internal Use `parseUri` or `buildUri`. Where the parts stand in a text, checked against the grammar; -1 for a
   * part that is absent. The parameters begin with their first ";".
   */
  constructor(
    /** Lower case. */
    readonly scheme: string,
    readonly port: number | undefined,
    private readonly text: string,
    private readonly start: number,
    private readonly end: number,
    private readonly userStart: number,
    private readonly userEnd: number,
    private readonly passwordStart: number,
    private readonly passwordEnd: number,
    private readonly hostStart: number,
    private readonly hostEnd: number,
    private readonly paramsStart: number,
    private readonly paramsEnd: number,
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
    return this.userStart < 0 || !this.isSip ? undefined : this.text.slice(this.userStart, this.userEnd);
  }

  get password(): string | undefined {
    return this.passwordStart < 0
      ? undefined
      : percentDecode(this.text.slice(this.passwordStart, this.passwordEnd));
  }

  /** As written, IPv6 with brackets; "" where the scheme has no host. */
  get host(): string {
    return this.hostStart < 0 ? "" : this.text.slice(this.hostStart, this.hostEnd);
  }

  /** "host" or "host:port" as it stands in the URI. */
  get hostPort(): string {
    return this.port === undefined ? this.host : `${this.host}:${this.port}`;
  }

  /** Values have their escapes resolved. */
  get params(): Params {
    return this.paramsRead ??= splitPairs(this.text, this.paramsStart, this.paramsEnd, 0x3b);
  }

  /** What follows "?" in a sip or sips URI; the same header may come more than once. */
  get headers(): Params {
    return this.headersRead ??= this.isSip
      ? splitPairs(this.text, this.paramsEnd, this.end, 0x26)
      : NO_URI_PARAMS;
  }

  /** tel: the number as written; other schemes but sip and sips: everything after the colon. */
  get opaque(): string | undefined {
    return this.isSip ? undefined : this.text.slice(this.userStart, this.userEnd);
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
    return this.text.slice(this.start, this.end);
  }
}

/** `name=value` pairs from `start` (on the first separator) to `end`; checked before. */
function splitPairs(text: string, start: number, end: number, separator: number): Params {
  if (start >= end) return NO_URI_PARAMS;
  const spans: number[] = [];
  for (let at = start + 1; at <= end;) {
    let stop = at;
    let equals = -1;
    for (; stop < end; stop++) {
      const code = text.charCodeAt(stop);
      if (code === separator) break;
      if (code === 0x3d && equals < 0) equals = stop;
    }
    if (equals < 0) spans.push(at, stop, -1, -1);
    else spans.push(at, equals, equals + 1, stop);
    at = stop + 1;
  }
  return Params.parsed(text, spans, "uri");
}
