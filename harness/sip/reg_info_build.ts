/** Writes registration information (RFC 3680), and keeps a subscriber's view of it. */
import {
  REG_INFO_NAMESPACE,
  type RegInfo,
  type RegInfoContact,
  type RegInfoRegistration,
} from "./reg_info.ts";

/** The document as text; `parseRegInfo` reads it back. */
export function buildRegInfo(info: RegInfo): string {
  const lines = [
    `<?xml version="1.0"?>`,
    `<reginfo${attributes({ xmlns: REG_INFO_NAMESPACE, version: info.version, state: info.state })}>`,
  ];
  for (const { aor, id, state, contacts } of info.registrations) {
    lines.push(`  <registration${attributes({ aor, id, state })}>`);
    for (const contact of contacts) lines.push(...contactLines(contact));
    lines.push(`  </registration>`);
  }
  return [...lines, `</reginfo>`, ""].join("\n");
}

/**
 * What a subscriber knows of the registrations, NOTIFY by NOTIFY (RFC 3680 5.2): a full document replaces, a partial
 * one with the next version changes, an old one is ignored, one that skipped a version needs a new full one.
 */
export class RegInfoTable {
  #version: number | undefined;
  readonly #registrations = new Map<string, RegInfoRegistration>();

  get version(): number | undefined {
    return this.#version;
  }

  get registrations(): readonly RegInfoRegistration[] {
    return [...this.#registrations.values()];
  }

  apply(info: RegInfo): "applied" | "old" | "gap" {
    if (this.#version !== undefined && info.version <= this.#version) return "old";
    if (info.state === "full") this.#registrations.clear();
    else if (this.#version === undefined || info.version !== this.#version + 1) return "gap";
    this.#version = info.version;
    for (const registration of info.registrations) this.#registrations.set(registration.id, registration);
    return "applied";
  }
}

function contactLines(contact: RegInfoContact): string[] {
  const { id, state, event, expires, durationRegistered, retryAfter, q, callId, cseq } = contact;
  const own = attributes({
    id,
    state,
    event,
    "duration-registered": durationRegistered,
    expires,
    "retry-after": retryAfter,
    q,
    callid: callId,
    cseq,
  });
  const lines = [`    <contact${own}>`, `      <uri>${escaped(contact.uri)}</uri>`];
  if (contact.displayName !== undefined) {
    lines.push(`      <display-name>${escaped(contact.displayName)}</display-name>`);
  }
  for (const { name, value } of contact.unknownParams ?? []) {
    lines.push(`      <unknown-param${attributes({ name })}>${escaped(value)}</unknown-param>`);
  }
  return [...lines, `    </contact>`];
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .map(([name, value]) => value === undefined ? "" : ` ${name}="${escaped(String(value))}"`)
    .join("");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character]!);
}
