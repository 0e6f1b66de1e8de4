/** Shapes that all machines of this room share: timers, what a transaction user is told, options. */
import type { SipMessage, SipRequest, SipResponse } from "sip-codec";
import type { Flow } from "../net/types.ts";

/** T1, T2 and T4 of RFC 3261 table 4, in milliseconds. */
export interface Timers {
  /** Round-trip time estimate; 64*T1 is how long a transaction lives. */
  readonly t1: number;
  /** Longest interval between retransmissions of non-INVITE requests and INVITE responses. */
  readonly t2: number;
  /** How long a message can stay in the network. */
  readonly t4: number;
}

/** RFC 3261 table 4. */
export const DEFAULT_TIMERS: Timers = { t1: 500, t2: 4000, t4: 5000 };

/** What a UE uses over a radio access (TS 24.229 table 7.7.1). */
export const UE_TIMERS: Timers = { t1: 2000, t2: 16_000, t4: 17_000 };

/** Makes an identifier that is unique in the run (a branch without its cookie, a tag), from the run's seed. */
export type Ids = () => string;

/** Host (IPv6 in brackets) and port of a Via. */
export interface SentBy {
  readonly host: string;
  readonly port?: number;
  /** Whether this Via asks for `rport`, over UDP; default: as the layer's option says. */
  readonly rport?: boolean;
  /** Whether this Via lets the server use the connection for requests of its own (RFC 5923 6). Default false. */
  readonly alias?: boolean;
}

export interface LayerOptions {
  readonly timers: Timers;
  /** Branch maker; the magic cookie is put before it. */
  readonly ids: Ids;
  /** sent-by of the Via fields we add; default: the local endpoint of the flow. */
  readonly sentBy?: SentBy | ((to: Flow) => SentBy);
  /**
   * Where responses to a request go; default: as RFC 3261 18.2.2 and RFC 3581 say. Where security associations tell
   * it otherwise (TS 33.203 7.1: UDP responses leave from another port than the request came to) it is said here.
   */
  readonly replyTo?: (request: SipRequest, from: Flow) => Flow;
  /** Ask for `rport` (RFC 3581) in the Via fields we add over UDP. Default true. */
  readonly rport?: boolean;
  /** Answer a CRLF CRLF keep-alive on a stream with CRLF (RFC 5626 4.4.1, the server's part). Default false. */
  readonly answerKeepAlives?: boolean;
}

export interface RequestSending {
  /**
   * "auto" (default) adds a Via unless the top one is already ours and fresh; "add" always adds one; "keep" sends
   * the message as it stands, also without a branch (a case that forges its Via).
   */
  readonly via?: "auto" | "add" | "keep";
  /** Octets to send in the message's place; its answers are still matched by the message. */
  readonly bytes?: Uint8Array;
  /** Milliseconds of timer C (RFC 3261 16.6 step 11), for a proxy's INVITE; restarted by each 101-199. */
  readonly timerC?: number;
}

export interface ResponseSending {
  /** Octets to send in the message's place. */
  readonly bytes?: Uint8Array;
  /**
   * Repeat a 2xx to INVITE until its ACK (RFC 3261 13.3.1.4), a reliable 1xx until its PRACK (RFC 3262 3): what a
   * UAS does and a proxy must not. Default false.
   */
  readonly untilAcknowledged?: boolean;
}

/** What the transaction layer tells its user. Keys are opaque and never reused by one layer. */
export type TransactionEvent =
  /** A new request. `key` answers it; undefined for the ACK of a 2xx, which has no transaction. */
  | {
    readonly type: "request";
    readonly key: string | undefined;
    readonly request: SipRequest;
    readonly flow: Flow;
  }
  /** A response to a request of ours; also each retransmitted 2xx to INVITE (RFC 6026). */
  | { readonly type: "response"; readonly key: string; readonly response: SipResponse; readonly flow: Flow }
  /** No final response in time (timers B, F; 64*T1 after a CANCEL), or no ACK in time (timer H, `untilAcknowledged`). */
  | { readonly type: "timeout"; readonly key: string; readonly request: SipRequest }
  /** The ACK of a non-2xx final response arrived. */
  | { readonly type: "ack"; readonly key: string; readonly request: SipRequest }
  /** A CANCEL for the INVITE of `key`; already answered 200. Without such an INVITE it comes as "request". */
  | { readonly type: "cancel"; readonly key: string; readonly request: SipRequest; readonly flow: Flow }
  /** A response that belongs to no transaction of ours. */
  | { readonly type: "stray"; readonly message: SipMessage; readonly flow: Flow }
  /**
   * Octets that are no SIP message, or one whose Via, From, To, Call-ID or CSeq cannot be used (then `message` is
   * there, and a request among them may be answered with `respondStateless`).
   */
  | {
    readonly type: "malformed";
    readonly bytes: Uint8Array;
    readonly error: SyntaxError;
    readonly flow: Flow;
    readonly message?: SipMessage;
  }
  /** CRLF CRLF ("ping") or CRLF ("pong") on its own. */
  | { readonly type: "keepalive"; readonly kind: "ping" | "pong"; readonly flow: Flow }
  /** The network would not take what we sent. `key` where a transaction sent it. */
  | {
    readonly type: "transportError";
    readonly key: string | undefined;
    readonly error: Error;
    readonly flow: Flow;
  };

/** One thing to send; `key` names the transaction, for `sendFailed`. */
export interface Outgoing {
  readonly bytes: Uint8Array;
  readonly to: Flow;
  readonly key?: string;
}
