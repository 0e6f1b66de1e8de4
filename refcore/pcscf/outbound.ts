/** Client-initiated connections (RFC 5626): who uses them, keep-alives, and how to reach a UE. */
import type { NameAddr, SipRequest, Uri } from "sip-codec";
import { familyOf } from "../../harness/net/mod.ts";
import type { Flow, TransportName } from "../../harness/net/types.ts";
import type { UeBinding } from "./bindings.ts";

/** RFC 5626 4.2.1: a UE that wants it says so in Supported and names its instance and the flow. */
export function usesOutbound(request: SipRequest, contact: NameAddr | undefined): boolean {
  return request.supported.some((tag) => tag.toLowerCase() === "outbound") &&
    contact?.params.has("reg-id") === true && contact.params.has("+sip.instance");
}

/**
 * Whether a NAT on the way can be excluded: the address that the UE knows of itself is the one its packet came from
 * (TS 33.203 N.2.1.1, note 2).
 */
export function noNat(request: SipRequest, contact: NameAddr | undefined, flow: Flow): boolean {
  const source = flow.remote.address.toLowerCase();
  const sentBy = unbracketed(request.via?.host ?? "");
  // A name says nothing; the contact address may.
  const known = familyOf(sentBy) === undefined ? unbracketed(contact?.uri.host ?? sentBy) : sentBy;
  return known.toLowerCase() === source;
}

/**
 * The way to a UE: with outbound the flow of its registration and no other (RFC 5626 5.3), else the address in the
 * Request-URI; a connection that is open is used again. Undefined if the Request-URI holds a name.
 */
export function flowToUe(binding: UeBinding, uri: Uri): Flow | undefined {
  const { flow } = binding;
  if (binding.outbound) return flow;
  const address = unbracketed(uri.host);
  if (familyOf(address) === undefined) return undefined;
  const transport = (uri.params.get("transport")?.toLowerCase() ?? flow.transport) as TransportName;
  const port = uri.port ?? (transport === "tls" ? 5061 : 5060);
  const { local, connection } = flow;
  const reuse = transport === flow.transport && address === flow.remote.address && connection !== undefined;
  return { transport, local, remote: { address, port }, ...(reuse ? { connection } : {}) };
}

const COOKIE = 0x2112a442;

/** A STUN Binding response to a Binding request (RFC 5626 8, RFC 5389 15.2); undefined for anything else. */
export function stunAnswer(bytes: Uint8Array, flow: Flow): Uint8Array | undefined {
  if (bytes.length < 20 || flow.transport !== "udp" || familyOf(flow.remote.address) !== 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0) !== 0x0001 || view.getUint32(4) !== COOKIE) return undefined;
  const answer = new Uint8Array(32);
  const out = new DataView(answer.buffer);
  out.setUint16(0, 0x0101); // Binding success response
  out.setUint16(2, 12);
  answer.set(bytes.subarray(4, 20), 4); // magic cookie and transaction id
  out.setUint16(20, 0x0020); // XOR-MAPPED-ADDRESS
  out.setUint16(22, 8);
  out.setUint16(24, 0x0001); // IPv4
  out.setUint16(26, flow.remote.port ^ (COOKIE >>> 16));
  const address = flow.remote.address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
  out.setUint32(28, (address ^ COOKIE) >>> 0);
  return answer;
}

function unbracketed(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
