/**
 * Parameters of a field value, a URI, a challenge or credentials: ordered, names case-insensitive. What was parsed
 * is written back as it stood.
 */
import { quote, unquote } from "./cursor.ts";
import { quoted, SipSyntaxError } from "./errors.ts";
import { every, HEX, is, TOKEN } from "./grammar.ts";
import { encodeParam, percentDecode } from "./uri/escape.ts";

/** How a value that was set is written: always in quotes, never, or where it must be. */
export type Quoting = "quoted" | "plain" | "auto";

/** What `new Params()` takes; an undefined value is a parameter without one, such as `lr`. */
export type ParamsInit =
  | Params
  | Readonly<Record<string, string | number | undefined>>
  | Iterable<readonly [name: string, value?: string | number | undefined]>;

/** A parameter as parsed: `text` after "=" as written, undefined without "=". Or as set: `text` unquoted. */
export interface Param {
  readonly name: string;
  readonly text: string | undefined;
  /** The text was set: it is quoted or escaped when it is written. */
  readonly plain?: boolean;
}

export class Params implements Iterable<[string, string | undefined]> {
  private list: Param[];
  private syntax: "header" | "uri";
  private frozen: boolean;

  /** `syntax` "uri": values are percent-encoded in place of quoted. */
  constructor(init?: ParamsInit, syntax: "header" | "uri" = "header") {
    this.list = [];
    this.syntax = syntax;
    this.frozen = false;
    if (init === undefined) return;
    if (init instanceof Params) {
      this.list = init.list.slice();
      this.syntax = init.syntax;
      return;
    }
    const pairs = Symbol.iterator in init ? init as Iterable<[string, string?]> : Object.entries(init);
    for (const [name, value] of pairs) this.set(name, value);
  }

  /** @internal What a parser read, not to be changed. */
  static parsed(list: Param[], syntax: "header" | "uri" = "header"): Params {
    const params = new Params(undefined, syntax);
    params.list = list;
    params.frozen = true;
    return params;
  }

  get size(): number {
    return this.list.length;
  }

  /**
   * Value without quotes or escapes; undefined if absent or without a value (see `has`). Throws SipSyntaxError if
   * the parameter comes more than once with different values: none of them can be trusted (RFC 3261 7.3.1).
   */
  get(name: string): string | undefined {
    const param = this.find(name);
    return param === undefined ? undefined : this.valueOf_(param);
  }

  has(name: string): boolean {
    for (const param of this.list) if (this.same(param.name, name)) return true;
    return false;
  }

  /** As written, with quotes or escapes. */
  raw(name: string): string | undefined {
    const param = this.find(name);
    return param === undefined ? undefined : this.written_(param, "auto");
  }

  /** Names as written, in order. */
  names(): string[] {
    return this.list.map((param) => param.name);
  }

  /** Names, in lower case, that come more than once. */
  duplicates(): string[] {
    const seen = new Set<string>();
    const twice = new Set<string>();
    for (const { name } of this.list) {
      const key = name.toLowerCase();
      if (seen.has(key)) twice.add(key);
      seen.add(key);
    }
    return [...twice];
  }

  /** Name as written and value as `get` gives it, in order. */
  entries(): [string, string | undefined][] {
    return this.list.map((param) => [param.name, this.valueOf_(param)]);
  }

  [Symbol.iterator](): IterableIterator<[string, string | undefined]> {
    return this.entries()[Symbol.iterator]();
  }

  /** Names in lower case with their values; null for a parameter without one. */
  toObject(): Record<string, string | null> {
    return Object.fromEntries(
      this.list.map((param) => [param.name.toLowerCase(), this.valueOf_(param) ?? null]),
    );
  }

  /** Replaces in place or appends. Views of a message are read-only: `clone()` them, or use `with()`. */
  set(name: string, value?: string | number): this {
    return this.put({ name, text: value === undefined ? undefined : String(value), plain: true });
  }

  /** Like `set` with the value as it shall be written: quotes, escapes and mistakes are the caller's. */
  setRaw(name: string, raw: string): this {
    return this.put({ name, text: raw });
  }

  delete(name: string): this {
    this.change();
    this.list = this.list.filter((param) => !this.same(param.name, name));
    return this;
  }

  /** A changeable copy with this parameter set; undefined as value: without a value. */
  with(name: string, value?: string | number): Params {
    return this.clone().set(name, value);
  }

  /** A changeable copy without these parameters. */
  without(...names: string[]): Params {
    const copy = this.clone();
    for (const name of names) copy.delete(name);
    return copy;
  }

  /** A changeable copy. */
  clone(): Params {
    return new Params(this, this.syntax);
  }

  /** Each parameter as `name=value`; `rule` says for a lower-case name how a value that was set is quoted. */
  written(rule: (name: string) => Quoting = () => "auto"): string[] {
    return this.list.map((param) => {
      const value = this.written_(param, rule(param.name.toLowerCase()));
      return value === undefined ? param.name : `${param.name}=${value}`;
    });
  }

  /** ";a=1;b", empty if there are none. */
  toString(): string {
    let text = "";
    for (const parameter of this.written()) text += `;${parameter}`;
    return text;
  }

  private find(name: string): Param | undefined {
    let found: Param | undefined;
    for (const param of this.list) {
      if (!this.same(param.name, name)) continue;
      if (found !== undefined && found.text !== param.text) {
        throw new SipSyntaxError(`parameter ${quoted(name)} comes more than once`, 0, name);
      }
      found ??= param;
    }
    return found;
  }

  private valueOf_({ text, plain }: Param): string | undefined {
    if (text === undefined || plain === true) return text;
    return this.syntax === "uri" ? percentDecode(text) : unquote(text);
  }

  private written_({ text, plain }: Param, rule: Quoting): string | undefined {
    if (text === undefined || plain !== true) return text;
    if (this.syntax === "uri") return encodeParam(text);
    if (rule === "auto") return every(text, TOKEN) || isIpv6Reference(text) ? text : quote(text);
    return rule === "plain" ? text : quote(text);
  }

  /** Names are case-insensitive, and nearly always written alike. In a URI they may be escaped. */
  private same(one: string, other: string): boolean {
    if (one === other) return true;
    if (one.length === other.length) return one.toLowerCase() === other.toLowerCase();
    return this.syntax === "uri" && one.includes("%") &&
      percentDecode(one).toLowerCase() === other.toLowerCase();
  }

  private put(param: Param): this {
    this.change();
    const at = this.list.findIndex((other) => this.same(other.name, param.name));
    if (at < 0) this.list.push(param);
    else {
      this.list[at] = { ...param, name: (this.list[at] as Param).name };
      this.list = this.list.filter((other, index) => index <= at || !this.same(other.name, param.name));
    }
    return this;
  }

  private change(): void {
    if (!this.frozen) return;
    throw new TypeError(
      "These parameters are a view of something parsed and cannot be changed: take clone() or with(), " +
        "and write the result back with set()",
    );
  }
}

/** No parameters at all, for all parsers. */
export const NO_PARAMS: Params = Params.parsed([]);
export const NO_URI_PARAMS: Params = Params.parsed([], "uri");

/** `init` as Params. */
export function paramsOf(init: ParamsInit | undefined): Params {
  return init instanceof Params ? init : new Params(init);
}

/** The one kind of value that may stand without quotes though it is no token. */
function isIpv6Reference(value: string): boolean {
  const last = value.length - 1;
  if (last < 3 || value.charCodeAt(0) !== 0x5b || value.charCodeAt(last) !== 0x5d) return false;
  for (let at = 1; at < last; at++) {
    const code = value.charCodeAt(at);
    if (!is(code, HEX) && code !== 0x3a && code !== 0x2e) return false;
  }
  return true;
}
