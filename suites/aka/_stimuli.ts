/** What the cases of this suite say, rightly and wrongly. */
import { type Credentials, formatCredentials, type SipRequest } from "sip-codec";
import type { Tamper } from "../../harness/peer/ue/types.ts";

/** AKAv1-MD5 and the AKAv2 family (RFC 3310, RFC 4169, TS 33.203 Annex X). */
export const AKA_ALGORITHM = /^AKAv[12]-/i;

/** Takes the Authorization header away. */
export function withoutCredentials(): Tamper {
  return (request) => void request.remove("Authorization");
}

/** Overwrites parameters of the Authorization header, adding one if the REGISTER has none. */
export function credentialsWith(parameters: Readonly<Record<string, string>>): Tamper {
  return (request) => {
    const credentials = request.authorization[0];
    if (!credentials) return;
    const changed = credentials.parameters.clone();
    for (const [name, value] of Object.entries(parameters)) changed.set(name, value);
    request.set("Authorization", formatCredentials({ scheme: credentials.scheme, parameters: changed }));
  };
}

/** The credentials of a REGISTER that answers nothing: empty nonce, empty response. */
export const withoutResponse: Tamper = credentialsWith({ nonce: "", response: "" });

/** Changes one parameter after the response was computed, so that the two no longer fit. */
export function afterwards(name: string, value: string): (credentials: Credentials) => Credentials {
  return (credentials) => {
    credentials.parameters.set(name, value);
    return credentials;
  };
}

/** Octets a key could be spelt with in a message, in lower case: hex, and base64 lowered. */
export function spellings(key: Uint8Array): string[] {
  const hex = [...key].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  const base64 = btoa(String.fromCharCode(...key)).toLowerCase();
  return [hex, base64, base64.replace(/=+$/, "")];
}

/** Decoded octets of a base64 nonce; 0 where it is none. */
export function decodedLength(nonce: string | undefined): number {
  try {
    return atob(nonce ?? "").length;
  } catch {
    return 0;
  }
}

/** The URI of the first Contact of a REGISTER. */
export function contactOf(request: SipRequest): string | undefined {
  const contact = request.contacts[0];
  return contact === undefined || contact === "*" ? undefined : contact.uri.toString();
}

/** A message as text, an octet a character. */
export function latin1(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}
