/**
 * Parameters of a field value, a URI, a challenge or credentials: ordered, names case-insensitive. What was parsed
 * is written back as it stood.
 */
import { quote, unquote, unquoteBetween } from "./cursor.ts";
import { quoted, SipSyntaxError } from "./errors.ts";
import { every, HEX, is, TOKEN } from "./grammar.ts";
import { encodeParam, percentDecode } from "./uri/escape.ts";

const NO_SPANS: readonly number[] = [];

/** How a value that was set is written: always in quotes, never, or where it must be. */
export type Quoting = "quoted" | "plain" | "auto";

/** What `new Params()` takes; an undefined value is a parameter without one, such as `lr`. */
export type ParamsInit =
  | Params
  | Readonly<Record<string, string | number | undefined>>
  | Iterable<readonly [name: string, value?: string | number | undefined]>;

/** A parameter as parsed: `text` after "=" as written, undefined without "=". Or as set: `text` unquoted. */
interface Param {
  readonly name: string;
  readonly text: string | undefined;
  /** The text was set: it is quoted or escaped when it is written. */
  readonly plain?: boolean;
}

/**
 * What was parsed stays in its text: `spans` holds four positions for each parameter, start and end of name and
 * value (-1 without a value). They are cut out when somebody asks for more than a few of them.
 */
export class Params implements Iterable<[string, string | undefined]> {
  private text: string;
  private spans: readonly number[];
  private list: Param[] | undefined;
  private syntax: "header" | "uri";
  private frozen: boolean;

  /** `syntax` "uri": values are percent-encoded in place of quoted. */
  constructor(init?: ParamsInit, syntax: "header" | "uri" = "header") {
    this.text = "";
    this.spans = NO_SPANS;
    this.list = undefined;
    this.syntax = syntax;
    this.frozen = false;
    if (init !== undefined) this.fill(init);
  }

  /** @internal What a parser found, not to be changed. */
  static parsed(text: string, spans: readonly number[], syntax: "header" | "uri" = "header"): Params {
    const params = new Params(undefined, syntax);
    params.text = text;
    params.spans = spans;
    params.frozen = true;
    return params;
  }

  get size(): number {
    return this.list?.length ?? this.spans.length / 4;
  }

  /**
   * Value without quotes or escapes; undefined if absent or without a value (see `has`). Throws SipSyntaxError if
   * the parameter comes more than once with different values: none of them can be trusted (RFC 3261 7.3.1).
   */
  get(name: string): string | undefined {
    if (this.list !== undefined) {
      const param = this.find(name);
      return param === undefined ? undefined : this.valueOf_(param);
    }
    const at = this.locate(name);
    if (at < 0) return undefined;
    if (this.syntax === "uri") return this.value(this.spanText(at));
    const start = this.spans[at + 2] as number;
    return start < 0 ? undefined : unquoteBetween(this.text, start, this.spans[at + 3] as number);
  }

  has(name: string): boolean {
    if (this.list !== undefined) return this.list.some((param) => this.same(param.name, name));
    const { spans } = this;
    for (let at = 0; at < spans.length; at += 4) if (this.isAt(at, name)) return true;
    return false;
  }

  /** Values of every parameter of this name, for the few that may come more than once (ccf: RFC 7315 5.5). */
  getAll(name: string): string[] {
    return this.items().filter((param) => this.same(param.name, name)).map((param) =>
      this.valueOf_(param) ?? ""
    );
  }

  /** As written, with quotes or escapes. */
  raw(name: string): string | undefined {
    if (this.list !== undefined) {
      const param = this.find(name);
      return param === undefined ? undefined : this.written_(param, "auto");
    }
    const at = this.locate(name);
    return at < 0 ? undefined : this.spanText(at);
  }

  /** Throws SipSyntaxError if the parameter comes more than once with different values; costs less than `get`. */
  checkSingle(name: string): void {
    if (this.list === undefined) this.locate(name);
    else this.find(name);
  }

  /** Whether the parameter stands there without a value. Throws SipSyntaxError like `get`. */
  isFlag(name: string): boolean {
    if (this.list !== undefined) return this.has(name) && this.find(name)?.text === undefined;
    const at = this.locate(name);
    return at >= 0 && (this.spans[at + 2] as number) < 0;
  }

  /** Names as written, in order. */
  names(): string[] {
    return this.items().map((param) => param.name);
  }

  /** Names, in lower case, that come more than once. */
  duplicates(): string[] {
    const seen = new Set<string>();
    const twice = new Set<string>();
    for (const { name } of this.items()) {
      const key = name.toLowerCase();
      if (seen.has(key)) twice.add(key);
      seen.add(key);
    }
    return [...twice];
  }

  /** Name as written and value as `get` gives it, in order. */
  entries(): [string, string | undefined][] {
    return this.items().map((param) => [param.name, this.valueOf_(param)]);
  }

  [Symbol.iterator](): IterableIterator<[string, string | undefined]> {
    return this.entries()[Symbol.iterator]();
  }

  /** Names in lower case with their values; null for a parameter without one. */
  toObject(): Record<string, string | null> {
    return Object.fromEntries(
      this.items().map((param) => [param.name.toLowerCase(), this.valueOf_(param) ?? null]),
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
    this.list = this.items().filter((param) => !this.same(param.name, name));
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
    return this.items().map((param) => {
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

  private fill(init: ParamsInit): void {
    if (init instanceof Params) {
      this.list = init.items().slice();
      this.syntax = init.syntax;
      return;
    }
    const pairs = Symbol.iterator in init ? init as Iterable<[string, string?]> : Object.entries(init);
    for (const [name, value] of pairs) this.set(name, value);
  }

  /** All parameters cut out of their text. */
  private items(): Param[] {
    if (this.list !== undefined) return this.list;
    const { text, spans } = this;
    const list: Param[] = [];
    for (let at = 0; at < spans.length; at += 4) {
      list.push({ name: text.slice(spans[at], spans[at + 1]), text: this.spanText(at) });
    }
    return this.list = list;
  }

  private find(name: string): Param | undefined {
    let found: Param | undefined;
    for (const param of this.items()) {
      if (!this.same(param.name, name)) continue;
      if (found !== undefined && found.text !== param.text) throw ambiguous(name);
      found ??= param;
    }
    return found;
  }

  /** Where the spans of the parameter begin, -1 if there is none. */
  private locate(name: string): number {
    const { spans } = this;
    const { length } = name;
    let found = -1;
    for (let at = 0; at < spans.length; at += 4) {
      if ((spans[at + 1] as number) - (spans[at] as number) < length || !this.isAt(at, name)) continue;
      if (found >= 0 && this.spanText(found) !== this.spanText(at)) throw ambiguous(name);
      if (found < 0) found = at;
    }
    return found;
  }

  private isAt(at: number, name: string): boolean {
    const { text } = this;
    const start = this.spans[at] as number;
    const length = this.spans[at + 1] as number - start;
    if (length !== name.length) {
      // Escapes make a name longer.
      return this.syntax === "uri" && length > name.length &&
        this.same(text.slice(start, start + length), name);
    }
    for (let i = 0; i < length; i++) {
      const one = text.charCodeAt(start + i);
      const other = name.charCodeAt(i);
      if (one !== other && lower(one) !== lower(other)) return false;
    }
    return true;
  }

  private spanText(at: number): string | undefined {
    const start = this.spans[at + 2] as number;
    return start < 0 ? undefined : this.text.slice(start, this.spans[at + 3]);
  }

  private valueOf_({ text, plain }: Param): string | undefined {
    return plain === true ? text : this.value(text);
  }

  private value(raw: string | undefined): string | undefined {
    if (raw === undefined) return undefined;
    return this.syntax === "uri" ? percentDecode(raw) : unquote(raw);
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
    const list = this.items();
    const at = list.findIndex((other) => this.same(other.name, param.name));
    if (at < 0) list.push(param);
    else {
      list[at] = { ...param, name: (list[at] as Param).name };
      this.list = list.filter((other, index) => index <= at || !this.same(other.name, param.name));
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
export const NO_PARAMS: Params = Params.parsed("", NO_SPANS);
export const NO_URI_PARAMS: Params = Params.parsed("", NO_SPANS, "uri");

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

function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

function ambiguous(name: string): SipSyntaxError {
  return new SipSyntaxError(`parameter ${quoted(name)} comes more than once`, 0, name);
}
