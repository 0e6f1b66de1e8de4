/** The body of a reg-event NOTIFY: RFC 3680 5, always full state. */
import type { NameAddr } from "sip-codec";
import type { ContactEvent, RegisteredSet } from "./registrations.ts";

/** A contact as it stands after an event. */
export interface ContactState {
  readonly contact: NameAddr;
  readonly key: string;
  readonly event: ContactEvent;
  readonly active: boolean;
  /** Seconds left. */
  readonly expires: number;
}

/** Every IMPU of the set that is not barred, with the set's contacts (TS 24.229 5.4.2.1.2). */
export function reginfo(version: number, set: RegisteredSet, contacts: readonly ContactState[]): string {
  const active = set.bindings.size > 0;
  const state = active ? "active" : contacts.length > 0 ? "terminated" : "init";
  const registrations = set.profile.identities.filter(({ barred }) => !barred).map(({ impu }, index) =>
    [
      `  <registration aor="${escape(impu)}" id="r${index}" state="${state}">`,
      ...contacts.map((contact) => contactElement(contact, index)),
      `  </registration>`,
    ].join("\n")
  );
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="${version}" state="full">`,
    ...registrations,
    `</reginfo>`,
    "",
  ].join("\n");
}

function contactElement({ contact, key, event, active, expires }: ContactState, index: number): string {
  const left = active ? ` expires="${expires}"` : "";
  return `    <contact id="${escape(`${index} ${key}`)}" state="${
    active ? "active" : "terminated"
  }" event="${event}"` +
    `${left}>\n      <uri>${escape(String(contact.uri))}</uri>\n    </contact>`;
}

function escape(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
