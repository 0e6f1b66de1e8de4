/** When two contacts of a user are the same. */
import type { NameAddr } from "sip-codec";

/** RFC 5626 6: instance and reg-id name a flow; else two contacts are the same if their URIs are (RFC 3261 10.3). */
export function bindingKey(contact: NameAddr): string {
  const instance = contact.params.get("+sip.instance");
  const regId = contact.params.get("reg-id");
  if (instance !== undefined && regId !== undefined) return `${instance} ${regId}`;
  const { uri } = contact;
  // TS 24.229 5.1.6.2: a contact for emergencies is one of its own.
  const emergency = uri.params.has("sos") ? ";sos" : "";
  const address = `${uri.scheme}:${uri.user ?? ""}@${uri.hostPort.toLowerCase()}`;
  return `${address};${uri.params.get("transport") ?? ""}${emergency}`;
}
