/**
 * The UE's requests before anyone tampers with them (TS 24.229 5.1.1.2.1, 5.1.2A.1.1; RFC 3261 8.1.1). What is made
 * here, match.ts recognises.
 */
import { buildRequest, type SipRequest } from "sip-codec";
import type { Endpoint, TransportName } from "../../net/types.ts";
import type { Protection, Step } from "./protection.ts";
import type { Random } from "./types.ts";

/** TS 24.229 7.2A.8.2 with the IANA value of the multimedia telephony service. */
export const MMTEL = "urn:urn-7:3gpp-service.ims.icsi.mmtel";

/** `;`-parameter of Contact: an ICSI is a URN, percent-encoded in a feature tag (TS 24.229 7.9.2). */
export const ICSI_TAG = `+g.3gpp.icsi-ref="${encodeURIComponent(MMTEL)}"`;

/** Who sends: the protection knows which way, and hence what Via and Contact name. */
export interface Sender {
  readonly protection: Pick<Protection, "transport" | "sentBy" | "contactAt">;
  readonly random: Random;
  readonly accessNetworkInfo: string | undefined;
}

export interface RegisterFacts {
  readonly homeDomain: string;
  readonly impu: string;
  readonly callId: string;
  readonly fromTag: string;
  readonly cseq: number;
  /** Whole field value; "*" too. */
  readonly contact: string;
  /** Seconds; null leaves Expires out. */
  readonly expires: number | null;
  readonly outbound: boolean;
  /** Authorization field value; undefined leaves it out. */
  readonly authorization: string | undefined;
}

export function register(sender: Sender, facts: RegisterFacts): SipRequest {
  const uri = registrarUri(facts.homeDomain);
  return buildRequest("REGISTER", uri, [
    ["Via", via(sender, "register")],
    ["Max-Forwards", "70"],
    ["From", `<${facts.impu}>;tag=${facts.fromTag}`],
    ["To", `<${facts.impu}>`],
    ["Call-ID", facts.callId],
    ["CSeq", `${facts.cseq} REGISTER`],
    ["Contact", facts.contact],
    ...optional("Authorization", facts.authorization),
    ...optional("Expires", facts.expires === null ? undefined : String(facts.expires)),
    ["Supported", facts.outbound ? "path, gruu, outbound" : "path, gruu"],
    ...optional("P-Access-Network-Info", sender.accessNetworkInfo),
  ]);
}

export interface RequestFacts {
  readonly from: string;
  readonly fromTag: string;
  readonly callId: string;
  readonly cseq: number;
  readonly contact: string;
  /** Preloaded: the entry point, then Service-Route (TS 24.229 5.1.2A.1.1). */
  readonly routes: readonly string[];
  readonly preferredIdentity: string | null;
}

/** A request that begins a dialog or stands alone. */
export function outOfDialog(sender: Sender, method: string, target: string, facts: RequestFacts): SipRequest {
  return buildRequest(method, target, [
    ["Via", via(sender, "request")],
    ["Max-Forwards", "70"],
    ...facts.routes.map((route): [string, string] => ["Route", route]),
    ["From", `<${facts.from}>;tag=${facts.fromTag}`],
    ["To", `<${target}>`],
    ["Call-ID", facts.callId],
    ["CSeq", `${facts.cseq} ${method}`],
    ...(hasContact(method) ? [["Contact", facts.contact] as [string, string]] : []),
    ...optional(
      "P-Preferred-Identity",
      facts.preferredIdentity === null ? undefined : `<${facts.preferredIdentity}>`,
    ),
    ...optional("P-Access-Network-Info", sender.accessNetworkInfo),
    ...extras(method),
  ]);
}

/** What every request of ours inside a dialog gets on top of what the dialog says. */
export function inDialog(sender: Sender, request: SipRequest): SipRequest {
  request.prepend("Via", via(sender, "request"));
  // TS 24.229 5.1.2A.1.1: in every request except ACK and CANCEL.
  if (request.method !== "ACK" && sender.accessNetworkInfo !== undefined) {
    request.set("P-Access-Network-Info", sender.accessNetworkInfo);
  }
  return request;
}

/** Via of ours with a branch of its own; responses come back to where we sent from (RFC 3581). */
export function via({ protection, random }: Sender, step: Step): string {
  const { transport } = protection;
  const rport = transport === "udp" ? ";rport" : "";
  const sentBy = hostPort(protection.sentBy(step));
  return `SIP/2.0/${transport.toUpperCase()} ${sentBy};branch=z9hG4bK${random.token(20)}${rport}`;
}

/** The domain of the home network, as a URI (TS 24.229 5.1.1.2.1). */
export function registrarUri(homeDomain: string): string {
  return `sip:${homeDomain}`;
}

/** Contact field value: of a REGISTER, or of what makes a dialog, whose requests come by the same flow (RFC 5626 4.3). */
export function contact(
  sender: Sender,
  user: string,
  outbound: { readonly instance: string; readonly regId: number } | undefined,
  use: "register" | "dialog" = "register",
): string {
  const { transport, contactAt } = sender.protection;
  const uri = `sip:${user}@${hostPort(contactAt)}${transportParameter(transport)}`;
  if (!outbound) return `<${uri}>;${ICSI_TAG}`;
  const instance = `+sip.instance="<${outbound.instance}>"`;
  if (use === "dialog") return `<${uri};ob>;${instance};${ICSI_TAG}`;
  return `<${uri}>;${instance};reg-id=${outbound.regId};${ICSI_TAG}`;
}

/** Route field value that names the entry point. */
export function entryRoute(remote: Endpoint, transport: TransportName): string {
  return `<sip:${hostPort(remote)}${transportParameter(transport)};lr>`;
}

export function hostPort({ address, port }: Endpoint): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** RFC 7118 5.1: "ws" stands in URIs for WebSocket with TLS as well. */
function transportParameter(transport: TransportName): string {
  if (transport === "udp") return "";
  return `;transport=${transport === "wss" ? "ws" : transport}`;
}

/** Whether a request that stands alone, or begins a dialog, names where its sender is. */
export function hasContact(method: string): boolean {
  return !CONTACTLESS.has(method);
}

/** RFC 3428 4 forbids it in MESSAGE; RFC 3903 and RFC 3261 11 have no use for it in PUBLISH and OPTIONS. */
const CONTACTLESS = new Set(["MESSAGE", "PUBLISH", "OPTIONS"]);

const ALLOW = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, MESSAGE, NOTIFY, OPTIONS";

function extras(method: string): [string, string][] {
  if (method === "INVITE") {
    return [
      ["Supported", "100rel, gruu"],
      ["Allow", ALLOW],
      ["P-Preferred-Service", MMTEL], // TS 24.229 5.1.3.1
      ["Accept-Contact", `*;${ICSI_TAG}`],
    ];
  }
  if (method === "OPTIONS") return [["Accept", "application/sdp"]];
  return [];
}

function optional(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}
