/**
 * A dialog (RFC 3261 12): early or confirmed, as seen from one of its ends. It makes in-dialog requests and keeps the
 * route set, the remote target and the sequence numbers. Sending, and answering, is the user's.
 */
import {
  buildRequest,
  type HeadersInit,
  parseNameAddr,
  type SipRequest,
  type SipResponse,
  type Uri,
} from "sip-codec";
import { LocalMisuseError } from "../errors.ts";

export type DialogState = "early" | "confirmed" | "terminated";

/** What an in-dialog request from the other side is, by its CSeq (12.2.2). */
export type Order = "new" | "repeated" | "late";

export interface DialogSetup {
  readonly role: "uac" | "uas";
  readonly state: "early" | "confirmed";
  readonly callId: string;
  /** Values of From (ours) and To (theirs) of the requests we send, with their tags. */
  readonly local: string;
  readonly remote: string;
  /** "" where an RFC 2543 peer gives none. */
  readonly localTag: string;
  readonly remoteTag: string;
  readonly remoteTarget: string;
  /** URIs in angle brackets with their parameters, the first hop first. */
  readonly routeSet: readonly string[];
  readonly localSeq: number;
  readonly remoteSeq: number | undefined;
  /** Contact of the requests we send, in angle brackets; none where undefined. */
  readonly contact: string | undefined;
}

/**
 * The dialog that `response` (101-299 with a To tag) makes of our request (12.1.2).
 * @throws SipSyntaxError where a field that makes the dialog cannot be read
 */
export function uacDialog(request: SipRequest, response: SipResponse): Dialog {
  return new Dialog({
    role: "uac",
    state: response.status >= 200 ? "confirmed" : "early",
    callId: need(request.get("Call-ID"), "Call-ID"),
    local: need(request.get("From"), "From"),
    remote: need(response.get("To"), "To"),
    localTag: request.from?.tag ?? "",
    remoteTag: response.to?.tag ?? "",
    // A response without Contact is the peer's fault; the Request-URI is the best that is left.
    remoteTarget: contactOf(response) ?? request.requestUri,
    routeSet: response.values("Record-Route").reverse(),
    localSeq: need(request.cseq, "CSeq").seq,
    remoteSeq: undefined,
    contact: request.values("Contact")[0],
  });
}

/** The dialog that our `response` (with a To tag) makes of a request we received (12.1.1). */
export function uasDialog(request: SipRequest, response: SipResponse): Dialog {
  const target = contactOf(request) ?? request.from?.uri.toString();
  return new Dialog({
    role: "uas",
    state: response.status >= 200 ? "confirmed" : "early",
    callId: need(request.get("Call-ID"), "Call-ID"),
    local: need(response.get("To"), "To"),
    remote: need(request.get("From"), "From"),
    localTag: need(response.to?.tag, "To tag of our response"),
    remoteTag: request.from?.tag ?? "",
    remoteTarget: need(target, "Contact"),
    routeSet: request.values("Record-Route"),
    localSeq: 0,
    remoteSeq: need(request.cseq, "CSeq").seq,
    contact: response.values("Contact")[0],
  });
}

export class Dialog {
  readonly role: "uac" | "uas";
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly contact: string | undefined;
  #state: DialogState;
  #remoteTarget: string;
  #routeSet: readonly string[];
  #localSeq: number;
  #remoteSeq: number | undefined;

  constructor(setup: DialogSetup) {
    this.role = setup.role;
    this.callId = setup.callId;
    this.local = setup.local;
    this.remote = setup.remote;
    this.localTag = setup.localTag;
    this.remoteTag = setup.remoteTag;
    this.contact = setup.contact;
    this.#state = setup.state;
    this.#remoteTarget = setup.remoteTarget;
    this.#routeSet = setup.routeSet;
    this.#localSeq = setup.localSeq;
    this.#remoteSeq = setup.remoteSeq;
  }

  get state(): DialogState {
    return this.#state;
  }

  get remoteTarget(): string {
    return this.#remoteTarget;
  }

  get routeSet(): readonly string[] {
    return this.#routeSet;
  }

  /** CSeq number of the last request we made. */
  get localSeq(): number {
    return this.#localSeq;
  }

  get remoteSeq(): number | undefined {
    return this.#remoteSeq;
  }

  /**
   * An in-dialog request (12.2.1.1), without Via. Its Contact is the dialog's for those that refresh the target.
   * @throws LocalMisuseError once the dialog is terminated, and for ACK and CANCEL
   */
  request(method: string, headers: HeadersInit = [], body?: Uint8Array | string): SipRequest {
    if (this.#state === "terminated") {
      throw new LocalMisuseError(`A ${method} cannot be sent in dialog "${this.callId}": it is terminated`);
    }
    if (method === "ACK" || method === "CANCEL") {
      throw new LocalMisuseError(`${method} has no CSeq of its own: use ack(), or cancel() of the layer`);
    }
    this.#localSeq++;
    return this.#make(method, this.#localSeq, headers, body);
  }

  /** The ACK of a 2xx to `invite` (13.2.2.4): its CSeq number and its credentials. */
  ack(invite: SipRequest, headers: HeadersInit = [], body?: Uint8Array | string): SipRequest {
    const ack = this.#make("ACK", need(invite.cseq, "CSeq").seq, headers, body);
    for (const name of ["Authorization", "Proxy-Authorization"]) {
      if (invite.has(name) && !ack.has(name)) ack.set(name, invite.all(name));
    }
    return ack;
  }

  /** Whether the message belongs to this dialog: a request from the other side, or a response to one of ours. */
  matches(message: SipRequest | SipResponse): boolean {
    if (message.get("Call-ID") !== this.callId) return false;
    const [ours, theirs] = message.kind === "request"
      ? [message.to?.tag, message.from?.tag]
      : [message.from?.tag, message.to?.tag];
    return (ours ?? "") === this.localTag && (theirs ?? "") === this.remoteTag;
  }

  /**
   * An in-dialog request from the other side came (12.2.2). "late": answer 500. Anything new counts, refreshes the
   * target if it may, and a BYE terminates.
   */
  received(request: SipRequest): Order {
    const seq = need(request.cseq, "CSeq").seq;
    if (request.method === "ACK" || request.method === "CANCEL") return "new";
    if (this.#remoteSeq !== undefined && seq <= this.#remoteSeq) {
      return seq === this.#remoteSeq ? "repeated" : "late";
    }
    this.#remoteSeq = seq;
    this.#refresh(request.method, request);
    if (request.method === "BYE") this.terminate();
    return "new";
  }

  /**
   * A response to a request of ours in, or making, this dialog came. A 2xx to the INVITE confirms and fixes the route
   * set (13.2.2.4); a 2xx to a target refresh request refreshes; 481 and 408 terminate (12.2.1.2), and so does any
   * final answer to BYE.
   */
  answered(request: SipRequest, response: SipResponse): void {
    const { status } = response;
    const confirms = status >= 200 && status < 300 && this.#state === "early" && request.method === "INVITE";
    if (confirms && this.role === "uac") {
      this.#routeSet = response.values("Record-Route").reverse();
      this.#state = "confirmed";
    }
    if (status >= 200 && status < 300) this.#refresh(request.method, response);
    if (status === 481 || status === 408 || request.method === "BYE" && status >= 200) this.terminate();
    if (status >= 300 && this.#state === "early" && request.method === "INVITE") this.terminate();
  }

  /** We sent a 2xx to the INVITE that made this dialog (UAS). */
  confirm(): void {
    if (this.#state === "early") this.#state = "confirmed";
  }

  terminate(): void {
    this.#state = "terminated";
  }

  #refresh(method: string, message: SipRequest | SipResponse): void {
    if (TARGET_REFRESH.has(method)) this.#remoteTarget = contactOf(message) ?? this.#remoteTarget;
  }

  #make(
    method: string,
    seq: number,
    headers: HeadersInit,
    body: Uint8Array | string | undefined,
  ): SipRequest {
    const [first, ...rest] = this.#routeSet;
    const hop = first === undefined ? undefined : uriOf(first);
    // A strict router wants to be the Request-URI (12.2.1.1); neither method nor headers are allowed there.
    const strict = hop && !hop.params.has("lr") ? hop.toString().replace(/\?.*$/, "") : undefined;
    const uri = strict ?? this.#remoteTarget;
    const routes = strict === undefined ? this.#routeSet : [...rest, `<${this.#remoteTarget}>`];
    const request = buildRequest(method, uri, [
      ["Max-Forwards", "70"],
      ...routes.map((route): [string, string] => ["Route", route]),
      ["From", this.local],
      ["To", this.remote],
      ["Call-ID", this.callId],
      ["CSeq", `${seq} ${method}`],
    ], body ?? "");
    if (this.contact !== undefined && TARGET_REFRESH.has(method)) request.append("Contact", this.contact);
    const given = Array.isArray(headers) ? headers : Object.entries(headers);
    for (const [name, value] of given) if (value !== undefined) request.set(name, value);
    return request;
  }
}

/** RFC 3261 12.2, RFC 3311 5.1, RFC 6665 4.4.1; REFER: RFC 3515. */
const TARGET_REFRESH: ReadonlySet<string> = new Set(["INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER"]);

function contactOf(message: SipRequest | SipResponse): string | undefined {
  const contact = message.contacts[0];
  return contact === undefined || contact === "*" ? undefined : contact.uri.toString();
}

/** A Record-Route that cannot be read goes into Route as it came: the network made it. */
function uriOf(route: string): Uri | undefined {
  try {
    return parseNameAddr(route, "Record-Route").uri;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function need<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new LocalMisuseError(`A dialog needs ${name}, the message has none`);
  return value;
}
