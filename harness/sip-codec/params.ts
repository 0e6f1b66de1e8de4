/**
 * Parameters of a field value, a URI, a challenge or credentials: ordered, names case-insensitive, each at most
 * once (RFC 3261 7.3.1, 19.1.1; RFC 7235 2.1). What was parsed is written back as it stood.
 */
import { type Cursor, quote, unquote } from "./cursor.ts";
import { quoted, SipSyntaxError } from "./errors.ts";
import { CLASSES, every, HEX, is, TOKEN } from "./grammar.ts";
import { encodeParam, percentDecode } from "./uri/escape.ts";

/** How a value is written when it was set rather than parsed. */
export type Quoting = "quoted" | "plain" | "auto";

/** What `new Params()` takes; an undefined value is a parameter without one, such as `lr`. */
export type ParamsInit =
  | Params
  | Readonly<Record<string, string | number | undefined>>
  | Iterable<readonly [name: string, value?: string | number | undefined]>;

interface Entry {
  readonly name: string;
  readonly key: string;
  /** As written after "="; undefined: no "="; WRITE_LATER: `value` was set and is quoted when written. */
  readonly raw: string | undefined | typeof WRITE_LATER;
  readonly value: string | undefined;
}

const WRITE_LATER: unique symbol = Symbol("write later");

/** Beyond this many parameters duplicates are looked up in a set, so that parsing stays linear. */
const FEW = 8;

export class Params implements Iterable<[string, string | undefined]> {
  #entries: Entry[] = [];
  #frozen = false;
  readonly #uri: boolean;

  /** `syntax` "uri": values are percent-encoded in place of quoted. */
  constructor(init?: ParamsInit, syntax: "header" | "uri" = "header") {
    this.#uri = syntax === "uri";
    if (init === undefined) return;
    if (init instanceof Params) {
      this.#entries = init.#entries.slice();
      return;
    }
    const pairs = Symbol.iterator in init ? init as Iterable<[string, string?]> : Object.entries(init);
    for (const [name, value] of pairs) this.set(name, value);
  }

  /** Adds what a parser read; refuses a second parameter of the same name. */
  static fromParsed(entries: Entry[], syntax: "header" | "uri"): Params {
    const params = new Params(undefined, syntax);
    params.#entries = entries;
    params.#frozen = true;
    return params;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Value without quotes or escapes; undefined if absent or without a value (see `has`). */
  get(name: string): string | undefined {
    const entry = this.#find(name);
    if (entry === undefined || entry.raw === undefined) return undefined;
    if (entry.raw === WRITE_LATER) return entry.value;
    return this.#uri ? percentDecode(entry.raw) : unquote(entry.raw);
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** As written, with quotes or escapes. */
  raw(name: string): string | undefined {
    const entry = this.#find(name);
    return entry === undefined ? undefined : this.#written(entry, "auto");
  }

  /** Names as written, in order. */
  names(): string[] {
    return this.#entries.map((entry) => entry.name);
  }

  /** Name as written and value as `get` gives it, in order. */
  entries(): [string, string | undefined][] {
    return this.#entries.map((entry) => [entry.name, this.get(entry.key)]);
  }

  [Symbol.iterator](): IterableIterator<[string, string | undefined]> {
    return this.entries()[Symbol.iterator]();
  }

  /** Names in lower case with their values; null for a parameter without one. */
  toObject(): Record<string, string | null> {
    return Object.fromEntries(this.#entries.map((entry) => [entry.key, this.get(entry.key) ?? null]));
  }

  /** Replaces in place or appends. Views of a message are read-only: `clone()` them, or use `with()`. */
  set(name: string, value?: string | number): this {
    const text = value === undefined ? undefined : String(value);
    return this.#put(name, text === undefined ? undefined : WRITE_LATER, text);
  }

  /** Like `set` with the value as it shall be written: quotes, escapes and mistakes are the caller's. */
  setRaw(name: string, raw: string): this {
    return this.#put(name, raw, undefined);
  }

  delete(name: string): this {
    this.#change();
    const key = name.toLowerCase();
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
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

  clone(): Params {
    return new Params(this, this.#uri ? "uri" : "header");
  }

  /** Each parameter as `name=value`, written by the quoting rule for those that were set. */
  written(rule: (name: string) => Quoting = () => "auto"): string[] {
    return this.#entries.map((entry) => {
      const value = this.#written(entry, entry.raw === WRITE_LATER ? rule(entry.key) : "auto");
      return value === undefined ? entry.name : `${entry.name}=${value}`;
    });
  }

  /** ";a=1;b", empty if there are none. */
  toString(): string {
    let text = "";
    for (const parameter of this.written()) text += `;${parameter}`;
    return text;
  }

  #find(name: string): Entry | undefined {
    const entries = this.#entries;
    for (const entry of entries) if (entry.key === name) return entry;
    const key = name.toLowerCase();
    if (key === name) return undefined;
    for (const entry of entries) if (entry.key === key) return entry;
    return undefined;
  }

  #written(entry: Entry, rule: Quoting): string | undefined {
    if (entry.raw !== WRITE_LATER) return entry.raw;
    const value = entry.value ?? "";
    if (this.#uri) return encodeParam(value);
    if (rule === "quoted") return quote(value);
    if (rule === "plain" || every(value, TOKEN) || isHostLike(value)) return value;
    return quote(value);
  }

  #put(name: string, raw: Entry["raw"], value: string | undefined): this {
    this.#change();
    const key = name.toLowerCase();
    const entry: Entry = { name, key, raw, value };
    const at = this.#entries.findIndex((other) => other.key === key);
    if (at < 0) this.#entries.push(entry);
    else this.#entries[at] = { ...entry, name: (this.#entries[at] as Entry).name };
    return this;
  }

  #change(): void {
    if (this.#frozen) {
      throw new TypeError(
        "These parameters are a view of a parsed message and cannot be changed: take clone() or with(), " +
          "and write the result back with set()",
      );
    }
  }
}

/** `;name=value` pairs of a field value: *( SEMI generic-param ), up to the end or a character not of them. */
export function parseParams(cursor: Cursor): Params {
  if (cursor.done) return NONE;
  const entries: Entry[] = [];
  while (cursor.separator(0x3b)) entries.push(parameter(cursor));
  return collect(entries, cursor.field, cursor.at);
}

/** `name=value` pairs with commas between: challenges, credentials, Authentication-Info. */
export function parseCommaParams(cursor: Cursor): Params {
  const entries: Entry[] = [];
  do entries.push(parameter(cursor, true)); while (cursor.separator(0x2c));
  return collect(entries, cursor.field, cursor.at);
}

const NONE: Params = Params.fromParsed([], "header");

/** generic-param = token [ EQUAL gen-value ]; gen-value = token / host / quoted-string (RFC 3261 25.1). */
function parameter(cursor: Cursor, valueNeeded = false): Entry {
  const name = cursor.run(TOKEN, "a parameter name");
  if (!cursor.separator(0x3d)) {
    if (valueNeeded) cursor.fail(`found ${cursor.found()}, need "="`);
    return { name, key: name.toLowerCase(), raw: undefined, value: undefined };
  }
  const raw = cursor.code === 0x22 ? cursor.quotedString() : plainValue(cursor);
  return { name, key: name.toLowerCase(), raw, value: undefined };
}

/**
 * The unquoted value of a parameter: token or host. Characters such as "/", "@", ":" are taken as well (URNs in
 * +sip.instance without quotes, cell identities): they separate nothing here.
 */
function plainValue(cursor: Cursor): string {
  const { text } = cursor;
  const start = cursor.at;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f || !(((CLASSES[code] as number) & TOKEN) !== 0 || isOddInValue(code))) break;
  }
  if (at === start) cursor.fail(`found ${cursor.found()}, need a parameter value`);
  cursor.at = at;
  return text.slice(start, at);
}

/** : / @ [ ] ( ) = & $ # { } ^ | ? */
function isOddInValue(code: number): boolean {
  return code === 0x3a || code === 0x2f || code === 0x40 || code === 0x5b || code === 0x5d || code === 0x3d ||
    code === 0x28 || code === 0x29 || code === 0x26 || code === 0x24 || code === 0x23 || code === 0x7b ||
    code === 0x7d || code === 0x5e || code === 0x7c || code === 0x3f;
}

/** Entries as parameters; a name that comes twice is an error. */
export function collect(
  entries: Entry[],
  field: string,
  offset: number,
  syntax: "header" | "uri" = "header",
): Params {
  if (entries.length > FEW) {
    const seen = new Set<string>();
    for (const { key } of entries) {
      if (seen.has(key)) twice(key, field, offset);
      seen.add(key);
    }
  } else {
    for (let later = 1; later < entries.length; later++) {
      const { key } = entries[later] as Entry;
      for (let earlier = 0; earlier < later; earlier++) {
        if ((entries[earlier] as Entry).key === key) twice(key, field, offset);
      }
    }
  }
  return Params.fromParsed(entries, syntax);
}

function twice(key: string, field: string, offset: number): never {
  throw new SipSyntaxError(`parameter ${quoted(key)} comes twice`, offset, field);
}

/** A value that may stand without quotes though it is no token: an IPv6 reference. */
function isHostLike(value: string): boolean {
  if (value.charCodeAt(0) !== 0x5b || value.charCodeAt(value.length - 1) !== 0x5d) return false;
  for (let at = 1; at < value.length - 1; at++) {
    const code = value.charCodeAt(at);
    if (!is(code, HEX) && code !== 0x3a && code !== 0x2e) return false;
  }
  return true;
}

export type { Entry as ParamEntry };
