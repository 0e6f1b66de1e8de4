/**
 * The transaction layer of a UE or a proxy (RFC 3261 17 and 18, RFC 6026, RFC 3581): bytes in, events out, and the
 * other way round. Sans-IO: who joins it to sockets calls `receive`, sends what `toSend` gives, and calls `expire`
 * when `deadline` has come.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Flow, Machine } from "../net/types.ts";
import type { LayerOptions, Outgoing, RequestSending, ResponseSending, TransactionEvent } from "./types.ts";

export class TransactionLayer implements Machine<TransactionEvent> {
  constructor(readonly options: LayerOptions) {}

  /**
   * Sends a request in a client transaction of its own and gives its key. ACK has no transaction: it is sent once.
   * @throws LocalMisuseError for CANCEL (see `cancel`), or a message without usable Call-ID or CSeq.
   */
  request(_message: SipRequest, _to: Flow, _now: number, _sending: RequestSending = {}): string {
    throw new Error("not yet");
  }

  /**
   * Answers the request of `key`.
   * @throws LocalMisuseError for an unknown key, or an answer that the transaction's state does not allow.
   */
  respond(_key: string, _response: SipResponse, _now: number, _sending: ResponseSending = {}): void {
    throw new Error("not yet");
  }

  /**
   * Cancels an INVITE of ours (RFC 3261 9.1), as soon as a provisional response allows it. Gives the key of the
   * CANCEL's transaction, undefined if the INVITE is over (CANCEL has no effect then).
   */
  cancel(_key: string, _now: number): string | undefined {
    throw new Error("not yet");
  }

  /** Forgets a transaction without a word: no event, no retransmission, no answer any more. */
  abandon(_key: string): void {
    throw new Error("not yet");
  }

  /** Sends octets as they are. */
  sendRaw(_bytes: Uint8Array, _to: Flow): void {
    throw new Error("not yet");
  }

  /** Sends a response outside any transaction: to where its top Via and the flow it came from say. */
  respondStateless(_response: SipResponse, _flow: Flow): void {
    throw new Error("not yet");
  }

  /** The driver's word that `item` could not be sent. */
  sendFailed(_item: Outgoing, _error: Error, _now: number): void {
    throw new Error("not yet");
  }

  receive(_bytes: Uint8Array, _from: Flow, _now: number): void {
    throw new Error("not yet");
  }

  nextEvent(): TransactionEvent | undefined {
    return undefined;
  }

  toSend(_now: number): Outgoing[] {
    return [];
  }

  deadline(): number | undefined {
    return undefined;
  }

  expire(_now: number): void {
    throw new Error("not yet");
  }
}
