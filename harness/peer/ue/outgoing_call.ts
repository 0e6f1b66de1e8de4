/** A call of ours: INVITE, what comes before its answer, ACK, CANCEL (RFC 3261 13.2, RFC 3262, TS 24.229 5.1.3). */
import type { SipResponse } from "sip-codec";
import { LocalMisuseError } from "../../errors.ts";
import { prackFor, ReliableReceiver, uacDialog } from "../../sip/mod.ts";
import { begin, quiet } from "../no_answer.ts";
import * as build from "./build.ts";
import { isFinal, isSuccess, type LiveExchange } from "./exchange.ts";
import type { Arrived } from "./incoming.ts";
import { Leg, type LegParts } from "./leg.ts";
import { lenient } from "./lenient.ts";
import { type SendingOptions, waysOf } from "./sending.ts";
import type { Call, RequestOptions, Tamper } from "./types.ts";

export class OutgoingCall extends Leg implements Call {
  readonly callId: string;
  readonly #localTag: string | undefined;
  readonly #pracks: boolean;
  readonly #reliable = new Map<string, ReliableReceiver>();
  /** PRACKs sent by ourselves, by tag and RSeq. */
  readonly #sentPracks = new Map<string, LiveExchange>();
  /** ACKs sent, by tag: what a repeated 2xx draws again (RFC 3261 13.2.2.4). */
  readonly #acks = new Map<string, () => void>();

  constructor(parts: LegParts, readonly exchange: LiveExchange, options: { readonly prack: boolean }) {
    super(parts);
    const { request } = exchange;
    this.callId = request.get("Call-ID") ?? "";
    this.#localTag = lenient(() => request.from?.tag);
    this.#pracks = options.prack;
    exchange.onResponse = (response) => this.#responded(response);
  }

  answered(options: { readonly tamper?: Tamper } & SendingOptions = {}): Promise<SipResponse> {
    return quiet(
      this.exchange.final().then((response) => {
        if (isSuccess(response)) this.#acknowledge(response, options);
        return response;
      }),
    );
  }

  override prack(provisional: SipResponse, options?: RequestOptions): Promise<LiveExchange> {
    const sent = this.#sentPracks.get(prackKey(provisional));
    return sent && !options ? Promise.resolve(sent) : super.prack(provisional, options);
  }

  cancel(): Promise<SipResponse> {
    return quiet(
      begin(() => {
        const cancel = this.parts.requests.station.cancel(this.exchange);
        if (cancel) return cancel;
        throw new LocalMisuseError("CANCEL needs an INVITE without a final response");
      }).then((cancel) => cancel.final()),
    );
  }

  /** Also what comes in a dialog whose first response was lost, or has not come yet. */
  override claim(arrived: Arrived): boolean {
    if (super.claim(arrived)) return true;
    const { request } = arrived;
    if (request.get("Call-ID") !== this.callId || request.to?.tag !== this.#localTag) return false;
    this.inbox.put(arrived);
    return true;
  }

  #responded(response: SipResponse): void {
    const tag = lenient(() => response.to?.tag);
    if (response.status <= 100 || tag === undefined) return;
    const { request } = this.exchange;
    if (response.status >= 300) {
      for (const dialog of this.dialogs) dialog.answered(request, response);
      return;
    }
    const known = this.dialogOf(response);
    if (known) known.answered(request, response);
    else this.dialogs.push(uacDialog(request, response));
    if (isFinal(response)) this.#acks.get(tag)?.();
    else if (this.#pracks) this.#prackIfNew(tag, response);
  }

  #prackIfNew(tag: string, response: SipResponse): void {
    const receiver = this.#reliable.get(tag) ?? new ReliableReceiver();
    this.#reliable.set(tag, receiver);
    const dialog = this.dialogOf(response);
    if (!dialog || lenient(() => receiver.received(response)) !== "new") return;
    this.#sentPracks.set(prackKey(response), this.sendIn(dialog, prackFor(dialog, response), {}));
  }

  #acknowledge(response: SipResponse, options: { readonly tamper?: Tamper } & SendingOptions): void {
    const dialog = this.dialogOf(response);
    if (!dialog || this.#acks.has(dialog.remoteTag)) return;
    const { sender, station } = this.parts.requests;
    const ack = build.inDialog(sender, dialog.ack(this.exchange.request));
    this.#acks.set(dialog.remoteTag, station.acknowledge(ack, options.tamper, waysOf(options)));
  }
}

function prackKey(provisional: SipResponse): string {
  return `${lenient(() => provisional.to?.tag)} ${lenient(() => provisional.rseq)}`;
}
