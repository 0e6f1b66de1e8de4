/** Which message belongs to which transaction (RFC 3261 17.1.3, 17.2.3). */
import type { SipMessage, SipRequest, SipResponse } from "sip-codec";
import { MAGIC_COOKIE, sentByKey } from "./via.ts";

/** A message that has the grammar's form but lacks, or contradicts itself in, what every message needs. */
export class UnusableMessageError extends SyntaxError {
  override readonly name = "UnusableMessageError";
  /** Always 0: it is the message as a whole. */
  readonly offset = 0;
  constructor(message: string, readonly field: string) {
    super(message);
  }
}

/**
 * Reads what every message must have (RFC 3261 8.1.1): Via, From, To, Call-ID and CSeq, the latter with the method of
 * the request line.
 * @throws SyntaxError naming the field
 */
export function checkUsable(message: SipMessage): void {
  need("Via", message.vias.length > 0);
  need("From", message.from !== undefined);
  need("To", message.to !== undefined);
  need("Call-ID", message.get("Call-ID") !== undefined);
  const { cseq } = message;
  if (!cseq) throw new UnusableMessageError(`CSeq is missing`, "CSeq");
  if (message.kind === "request" && cseq.method !== message.method) {
    throw new UnusableMessageError(
      `CSeq carries method "${cseq.method}", the request line "${message.method}"`,
      "CSeq",
    );
  }
}

/**
 * What a request and its retransmissions have in common, and an INVITE with its ACK. `method` in place of the
 * request's own finds the INVITE that a CANCEL means.
 */
export function serverId(request: SipRequest, method: string = request.method): string {
  const via = request.vias[0]!;
  const kind = method === "ACK" ? "INVITE" : method;
  if (hasRfc3261Branch(request)) return `${via.branch?.toLowerCase()} ${sentByKey(via)} ${kind}`;
  // RFC 2543 peers. The To tag tells re-INVITEs apart no better than CSeq does, and an ACK has another one.
  const to = kind === "INVITE" ? "" : request.to?.tag ?? "";
  return [
    request.requestUri,
    to,
    request.from?.tag ?? "",
    request.get("Call-ID") ?? "",
    String(request.cseq?.seq),
    request.values("Via")[0] ?? "",
    kind,
  ].join("\n");
}

/** What a request of ours and its responses have in common (17.1.3); a case may have taken the branch away. */
export function clientId(message: SipRequest | SipResponse): string {
  const branch = message.vias[0]?.branch;
  const method = message.cseq?.method ?? "";
  if (branch !== undefined) return `${branch.toLowerCase()} ${method}`;
  return ["", message.get("Call-ID") ?? "", String(message.cseq?.seq), method].join("\n");
}

/** The sent-by of the top Via, by which a response to somebody else is told (18.1.2). */
export function sentByOfTop(message: SipMessage): string | undefined {
  const via = message.vias[0];
  return via && sentByKey(via);
}

/** Whether the top Via's branch is unique by RFC 3261 8.1.1.7, or the sender is one of RFC 2543. */
export function hasRfc3261Branch(message: SipMessage): boolean {
  const branch = message.vias[0]?.branch;
  return branch !== undefined && branch.length > MAGIC_COOKIE.length &&
    branch.toLowerCase().startsWith(MAGIC_COOKIE.toLowerCase());
}

function need(field: string, there: boolean): void {
  if (!there) throw new UnusableMessageError(`${field} is missing`, field);
}
