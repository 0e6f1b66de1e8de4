/**
 * SDP of UEs behind a NAT: TS 33.203 M.7.2 has it rewritten after TS 24.229 Annex F.3 so that media goes by the
 * network. This core has no media gateway yet; the P-CSCF's own address stands for it.
 */
import { parseSdp, type SipMessage } from "sip-codec";
import type { SaSet } from "./sa_set.ts";

export function throughGateway(message: SipMessage, gateway: string): void {
  if (message.contentType?.type.toLowerCase() !== "application") return;
  if (message.contentType.subtype.toLowerCase() !== "sdp" || message.body.length === 0) return;
  const text = message.text();
  try {
    parseSdp(text);
  } catch (error) {
    if (error instanceof SyntaxError) return; // somebody else's to refuse
    throw error;
  }
  const family = gateway.includes(":") ? "IP6" : "IP4";
  const address = `IN ${family} ${gateway}`;
  const rewritten = text
    .replace(/^(c=)IN IP[46] \S+/gm, `$1${address}`)
    .replace(/^(o=\S+ \S+ \S+ )IN IP[46] \S+/m, `$1${address}`);
  if (rewritten !== text) message.body = new TextEncoder().encode(rewritten);
}

/** Where the UE is heard in place of what it calls itself: what Annex F.2 has for UEs without a tunnel. */
export function rewriteContact(message: SipMessage, set: SaSet): void {
  const contact = message.contact;
  const port = set.encapsulation?.port;
  if (!contact || port === undefined) return;
  const before = contact.uri.hostPort;
  const value = message.get("Contact") ?? "";
  message.set("Contact", value.replace(before, `${set.ueAddress}:${port}`));
}
