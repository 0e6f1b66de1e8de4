/** Which names a CA may certify (RFC 5280 4.2.1.10, 6.1.4 g). */
import type { ParsedCertificate } from "../read/certificate.ts";
import { attributeValues, isWithin } from "../read/distinguished_name.ts";
import type { GeneralName, Subtrees } from "../read/general_names.ts";

/** The constraints of the CAs above, as they add up. */
export class NameConstraints {
  readonly #permitted: (readonly GeneralName[])[] = [];
  readonly #excluded: GeneralName[] = [];

  /** Of one more CA: what is permitted shrinks, what is excluded grows. */
  add({ permitted, excluded }: Subtrees): void {
    if (permitted.length > 0) this.#permitted.push(permitted);
    this.#excluded.push(...excluded);
  }

  /** Why the certificate breaks them, a sentence each. */
  problems(certificate: ParsedCertificate): string[] {
    return namesOf(certificate).flatMap((name) => {
      const shown = show(name);
      if (this.#excluded.some((base) => within(name, base))) return [`${shown} is excluded by a CA above`];
      const outside = this.#permitted.some((bases) => {
        const same = bases.filter(({ kind }) => kind === name.kind);
        return same.length > 0 && !same.some((base) => within(name, base));
      });
      return outside ? [`${shown} is outside of what a CA above may certify`] : [];
    });
  }
}

/** The names that constraints apply to: the alternative ones, the subject, and e-mail addresses in it. */
function namesOf({ subject, values }: ParsedCertificate): GeneralName[] {
  return [
    ...(values.alternativeNames ?? []),
    ...(subject.attributes.length > 0 ? [{ kind: "directory", value: subject } as const] : []),
    // 4.2.1.10: only where there is no alternative name of this kind.
    ...(values.alternativeNames?.some(({ kind }) => kind === "email")
      ? []
      : attributeValues(subject, "emailAddress").map((value) => ({ kind: "email", value } as const))),
  ];
}

function within(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === "directory" && base.kind === "directory") return isWithin(name.value, base.value);
  if (name.kind === "ip" && base.kind === "ip") return inNetwork(name.value, base.value);
  if (name.kind === "dns" && base.kind === "dns") return belowHost(name.value, base.value);
  if (name.kind === "uri" && base.kind === "uri") return hostMatches(hostOfUri(name.value), base.value);
  if (name.kind === "email" && base.kind === "email") return mailMatches(name.value, base.value);
  return name.kind === "other" && base.kind === "other" && name.value === base.value;
}

/** "example.org" holds itself and all below it. A dot in front is not of RFC 5280, but often seen: below it only. */
function belowHost(name: string, base: string): boolean {
  const [host, limit] = [name.toLowerCase(), base.toLowerCase()];
  if (limit === "") return true;
  return host === limit || host.endsWith(limit.startsWith(".") ? limit : `.${limit}`);
}

/** Of URIs and mail: a host is that host only, a dot in front means all below. */
function hostMatches(host: string, base: string): boolean {
  const limit = base.toLowerCase();
  return limit.startsWith(".") ? host.endsWith(limit) : host === limit;
}

function mailMatches(address: string, base: string): boolean {
  const host = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  return base.includes("@") ? address.toLowerCase() === base.toLowerCase() : hostMatches(host, base);
}

/** RFC 3986 3.2, or of a sip URI, which has no slashes. */
function hostOfUri(uri: string): string {
  const rest = uri.replace(/^[a-z][a-z0-9+.-]*:(\/\/)?/i, "").split(/[/?#;]/)[0] ?? "";
  return rest.slice(rest.lastIndexOf("@") + 1).replace(/:\d+$/, "").toLowerCase();
}

function inNetwork(address: Uint8Array, network: Uint8Array): boolean {
  const length = network.length / 2;
  return address.length === length &&
    address.every((octet, i) => ((octet ^ network[i]!) & network[length + i]!) === 0);
}

function show(name: GeneralName): string {
  switch (name.kind) {
    case "directory":
      return `the subject "${name.value.text}"`;
    case "ip":
      return `the address "${name.value.join(".")}"`;
    case "other":
      return "a name of another kind";
    default:
      return `the name "${name.value}"`;
  }
}
