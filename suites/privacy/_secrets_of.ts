/** Where an identity could hide in a message. */
import type { SipRequest, SipResponse } from "sip-codec";

/** Header fields in which one of the words stands, case aside; "body" for the body. */
export function fieldsWith(
  message: SipRequest | SipResponse | undefined,
  ...words: readonly string[]
): string[] {
  if (!message) return [];
  const wanted = words.map((word) => word.toLowerCase());
  const holds = (text: string) => wanted.some((word) => text.toLowerCase().includes(word));
  const fields = [...new Set(message.names())].filter((name) => message.all(name).some(holds));
  return holds(message.text()) ? [...fields, "body"] : fields;
}

/** The user part of a SIP URI. */
export function userOf(uri: string): string {
  return uri.match(/^[a-z]+:([^@;]+)/i)?.[1] ?? uri;
}
