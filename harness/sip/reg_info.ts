/** Registration information, `application/reginfo+xml` (RFC 3680): typed data, and the table a subscriber keeps. */
import { SaxesParser, type SaxesTagNS } from "saxes";

export const REG_INFO_NAMESPACE = "urn:ietf:params:xml:ns:reginfo";
export const REG_INFO_TYPE = "application/reginfo+xml";

export interface RegInfo {
  readonly version: number;
  readonly state: "full" | "partial";
  readonly registrations: readonly RegInfoRegistration[];
}

export interface RegInfoRegistration {
  readonly aor: string;
  readonly id: string;
  readonly state: "init" | "active" | "terminated";
  readonly contacts: readonly RegInfoContact[];
}

export const CONTACT_EVENTS = [
  "registered",
  "created",
  "refreshed",
  "shortened",
  "expired",
  "deactivated",
  "probation",
  "unregistered",
  "rejected",
] as const;

export type ContactEvent = typeof CONTACT_EVENTS[number];

export interface RegInfoContact {
  readonly id: string;
  readonly state: "active" | "terminated";
  readonly event: ContactEvent;
  readonly uri: string;
  /** Seconds. */
  readonly expires?: number;
  readonly durationRegistered?: number;
  readonly retryAfter?: number;
  readonly q?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly displayName?: string;
  /** Contact header parameters, in order. */
  readonly unknownParams?: readonly { readonly name: string; readonly value: string }[];
}

/** What is no reginfo document. `offset` counts characters of the text. */
export class RegInfoSyntaxError extends SyntaxError {
  override readonly name = "RegInfoSyntaxError";
  constructor(message: string, readonly offset: number) {
    super(`${message} (at offset ${offset})`);
  }
}

/**
 * Reads a document. Elements and attributes of other namespaces are extensions and passed over.
 * @throws RegInfoSyntaxError
 */
export function parseRegInfo(xml: string): RegInfo {
  const reader = new Reader();
  // Expands no entities but the five of XML, and reads no DTD.
  const parser = new SaxesParser({ xmlns: true, position: true });
  const at = () => parser.position;
  parser.on("error", (error) => {
    throw new RegInfoSyntaxError(error.message, at());
  });
  parser.on("doctype", () => {
    throw new RegInfoSyntaxError("found a DOCTYPE, a reginfo document has none", at());
  });
  parser.on("opentag", (tag) => reader.open(tag, at()));
  parser.on("text", (text) => reader.text(text));
  parser.on("cdata", (text) => reader.text(text));
  parser.on("closetag", () => reader.close(at()));
  parser.write(xml).close();
  return reader.finished(xml.length);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const PARENTS: Readonly<Record<string, string>> = {
  "registration": "reginfo",
  "contact": "registration",
  "uri": "contact",
  "display-name": "contact",
  "unknown-param": "contact",
};

class Reader {
  #info: Mutable<RegInfo> & { registrations: RegInfoRegistration[] } | undefined;
  #contact: Mutable<RegInfoContact> | undefined;
  #params: { name: string; value: string }[] = [];
  #contacts: RegInfoContact[] = [];
  #paramName = "";
  #text = "";
  /** Names of the open elements of our namespace. */
  readonly #path: string[] = [];
  /** How deep we are inside an extension. */
  #foreign = 0;

  open(tag: SaxesTagNS, at: number): void {
    if (this.#foreign > 0 || tag.uri !== REG_INFO_NAMESPACE && this.#path.length > 0) {
      this.#foreign++;
      return;
    }
    const parent = this.#path.at(-1);
    if (
      tag.uri !== REG_INFO_NAMESPACE ||
      (PARENTS[tag.local] ?? (tag.local === "reginfo" ? undefined : "?")) !== parent
    ) {
      const where = parent === undefined ? "as root" : `in "${parent}"`;
      throw new RegInfoSyntaxError(
        `found <${tag.name}> of namespace "${tag.uri}" ${where}, need the structure of RFC 3680`,
        at,
      );
    }
    this.#path.push(tag.local);
    this.#text = "";
    const read = new Attributes(tag, at);
    if (tag.local === "reginfo") {
      const state = read.oneOf("state", ["full", "partial"]);
      this.#info = { version: read.integer("version"), state, registrations: [] };
    } else if (tag.local === "registration") {
      this.#contacts = [];
      const state = read.oneOf("state", ["init", "active", "terminated"]);
      const registration = { aor: read.text("aor"), id: read.text("id"), state, contacts: this.#contacts };
      this.#info!.registrations.push(registration);
    } else if (tag.local === "contact") {
      this.#contact = contactOf(read);
      this.#params = [];
    } else if (tag.local === "unknown-param") {
      this.#paramName = read.text("name");
    }
  }

  text(text: string): void {
    if (this.#foreign === 0) this.#text += text;
  }

  close(at: number): void {
    if (this.#foreign > 0) {
      this.#foreign--;
      return;
    }
    const name = this.#path.pop();
    const contact = this.#contact;
    if (!contact) return;
    const text = this.#text.trim();
    this.#text = "";
    if (name === "uri") contact.uri = text;
    else if (name === "display-name") contact.displayName = text;
    else if (name === "unknown-param") this.#params.push({ name: this.#paramName, value: text });
    else if (name === "contact") {
      if (contact.uri === "") throw new RegInfoSyntaxError(`contact "${contact.id}" has no uri`, at);
      if (this.#params.length > 0) contact.unknownParams = this.#params;
      this.#contacts.push(contact);
      this.#contact = undefined;
    }
  }

  finished(at: number): RegInfo {
    if (!this.#info) throw new RegInfoSyntaxError("found no reginfo element", at);
    return this.#info;
  }
}

function contactOf(read: Attributes): Mutable<RegInfoContact> {
  const contact: Mutable<RegInfoContact> = {
    id: read.text("id"),
    state: read.oneOf("state", ["active", "terminated"]),
    event: read.oneOf("event", CONTACT_EVENTS),
    uri: "",
  };
  if (read.has("expires")) contact.expires = read.integer("expires");
  if (read.has("duration-registered")) contact.durationRegistered = read.integer("duration-registered");
  if (read.has("retry-after")) contact.retryAfter = read.integer("retry-after");
  if (read.has("q")) contact.q = read.text("q");
  if (read.has("callid")) contact.callId = read.text("callid");
  if (read.has("cseq")) contact.cseq = read.integer("cseq");
  return contact;
}

/** The attributes of one element, without namespace. */
class Attributes {
  constructor(readonly tag: SaxesTagNS, readonly at: number) {}

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  text(name: string): string {
    const value = this.#find(name);
    if (value === undefined) {
      throw new RegInfoSyntaxError(`<${this.tag.name}> has no attribute "${name}"`, this.at);
    }
    return value;
  }

  integer(name: string): number {
    const value = this.text(name).trim();
    if (/^\d{1,15}$/.test(value)) return Number(value);
    throw new RegInfoSyntaxError(`${name} of <${this.tag.name}> is "${value}", need a number`, this.at);
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T {
    const value = this.text(name).trim();
    const found = values.find((one) => one === value);
    if (found !== undefined) return found;
    throw new RegInfoSyntaxError(
      `${name} of <${this.tag.name}> is "${value}", need one of ${
        values.map((one) => `"${one}"`).join(", ")
      }`,
      this.at,
    );
  }

  #find(name: string): string | undefined {
    const attribute = this.tag.attributes[name];
    return attribute && attribute.uri === "" ? attribute.value : undefined;
  }
}
