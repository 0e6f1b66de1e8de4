/** The top Via: adding ours, filling in theirs, and where a response goes (RFC 3261 18, RFC 3581). */
import { formatVia, type SipMessage, type SipRequest, type SipResponse, type Via } from "sip-codec";
import type { Endpoint, Flow, TransportName } from "../net/types.ts";
import type { SentBy } from "./types.ts";

/** RFC 3261 8.1.1.7 */
export const MAGIC_COOKIE = "z9hG4bK";

/** The sent-by a Via of ours carries when nothing else is said. */
export function sentByOf(local: Endpoint): SentBy {
  const host = local.address.includes(":") ? `[${local.address}]` : local.address;
  return { host, port: local.port };
}

/** A Via value: `SIP/2.0/UDP host:port;branch=…[;rport]`. `branch` without its cookie. */
export function viaValue(
  transport: TransportName,
  sentBy: SentBy,
  branch: string,
  rport: boolean,
): string {
  const port = sentBy.port === undefined ? "" : `:${sentBy.port}`;
  return `SIP/2.0/${transport.toUpperCase()} ${sentBy.host}${port}` +
    `;branch=${MAGIC_COOKIE}${branch}${rport ? ";rport" : ""}${sentBy.alias ? ";alias" : ""}`;
}

/**
 * What a server notes in the top Via of a request: `received` where the sent-by is not the source address (18.2.1),
 * and the source port in an `rport` that asks for it, with `received` then in any case (RFC 3581 4).
 */
export function fillInSource(request: SipRequest, flow: Flow): void {
  const via = request.vias[0];
  if (!via) return;
  const asksForPort = via.params.has("rport");
  if (!asksForPort && sameAddress(via.host, flow.remote.address)) return;
  const params = via.params.clone().setRaw("received", flow.remote.address);
  if (asksForPort) params.set("rport", flow.remote.port);
  request.set("Via", [formatVia({ ...via, params }), ...request.values("Via").slice(1)]);
}

/** Takes away the top Via. */
export function removeTopVia<M extends SipMessage>(message: M): M {
  const rest = message.values("Via").slice(1);
  if (rest.length === 0) message.remove("Via");
  else message.set("Via", rest);
  return message;
}

/**
 * Where a response to a request that came on `flow` goes (18.2.2, RFC 3581 4): over a stream the same connection, or
 * a new one to the sent-by port; over UDP maddr, else the source address with rport, else with the sent-by port.
 */
export function responseFlow(message: SipRequest | SipResponse, flow: Flow): Flow {
  const via = message.vias[0];
  if (!via) return flow;
  const maddr = flow.transport === "udp" ? via.params.get("maddr") : undefined;
  const address = maddr && isLiteral(maddr) ? unbracketed(maddr) : flow.remote.address;
  const port = via.params.has("rport") && !maddr ? flow.remote.port : via.port ?? defaultPort(flow.transport);
  return { ...flow, remote: { address, port } };
}

/** The sent-by as one comparable text, with the default port of its transport. */
export function sentByKey(via: Via): string {
  const transport = via.transport.toLowerCase();
  return `${unbracketed(via.host).toLowerCase()}:${via.port ?? defaultPort(transport)}`;
}

/** RFC 3261 19.1.2, RFC 7118 5.2.1 */
export function defaultPort(transport: string): number {
  return transport === "tls" ? 5061 : transport === "ws" ? 80 : transport === "wss" ? 443 : 5060;
}

export function unbracketed(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** Textual but for case and brackets: another spelling of an IPv6 address only costs a `received`. */
function sameAddress(host: string, address: string): boolean {
  return unbracketed(host).toLowerCase() === address.toLowerCase();
}

function isLiteral(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(":");
}
