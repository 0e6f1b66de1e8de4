/** A call to us: 180, 200, and the ACK that must follow (RFC 3261 13.3). */
import { type SipRequest, type SipResponse, SipSyntaxError } from "sip-codec";
import { LocalMisuseError, PeerViolation } from "../../errors.ts";
import { uasDialog } from "../../sip/mod.ts";
import { begin, quiet } from "../no_answer.ts";
import type { Arrived } from "./incoming.ts";
import { Leg, type LegParts } from "./leg.ts";
import { lenient } from "./lenient.ts";
import * as session from "./session.ts";
import type { AcceptOptions, IncomingCall, RespondOptions } from "./types.ts";

export class AcceptedCall extends Leg implements IncomingCall {
  readonly callId: string;
  readonly exchange = undefined;
  readonly #arrived: Arrived;
  #final: SipResponse | undefined;

  constructor(parts: LegParts, arrived: Arrived) {
    super(parts);
    this.#arrived = arrived;
    this.callId = arrived.request.get("Call-ID") ?? "";
  }

  get invite(): SipRequest {
    return this.#arrived.request;
  }

  /** @throws PeerViolation if the INVITE cannot make a dialog */
  accept(options: AcceptOptions): void {
    const { status = 200, sdp, headers } = options;
    if (status === 200) this.#answer(180, {});
    const withSdp = sdp ?? (status >= 200 && status < 300 ? this.#description() : undefined);
    this.#answer(status, {
      ...(headers ? { headers } : {}),
      ...(withSdp === undefined ? {} : { sdp: withSdp }),
    });
  }

  respond(status: number, options: RespondOptions = {}): Promise<void> {
    const sdp = options.sdp ?? (status >= 200 && status < 300 ? this.#description() : undefined);
    return begin(() => this.#answer(status, { ...options, ...(sdp === undefined ? {} : { sdp }) }));
  }

  acknowledged(within: number = 64 * this.parts.timers.t1): Promise<SipRequest> {
    const ack = { what: "the ACK of our 2xx", fits: ({ request }: Arrived) => request.method === "ACK" };
    return quiet(this.inbox.take(ack, within).then(({ request }) => request));
  }

  answered(): Promise<SipResponse> {
    return begin(() => {
      if (this.#final) return this.#final;
      throw new LocalMisuseError(
        "answered() is for the side that sent the INVITE, and no final answer was sent yet",
      );
    });
  }

  cancel(): Promise<SipResponse> {
    return begin(() => {
      throw new LocalMisuseError("CANCEL is for the side that sent the INVITE");
    });
  }

  cancelled(invite: Arrived, cancel: Arrived): boolean {
    if (invite !== this.#arrived) return false;
    for (const dialog of this.dialogs) if (dialog.state === "early") dialog.terminate();
    this.inbox.put(cancel);
    return true;
  }

  #answer(status: number, options: RespondOptions): void {
    const response = this.#arrived.answer(status, options);
    if (!response) return;
    if (status >= 200) this.#final = response;
    if (status <= 100) return;
    if (status >= 300) {
      for (const dialog of this.dialogs) dialog.terminate();
      return;
    }
    if (this.dialogs.length === 0) this.dialogs.push(this.#dialogOf(response));
    else if (status >= 200) this.dialog.confirm();
  }

  #dialogOf(response: SipResponse) {
    try {
      return uasDialog(this.invite, response);
    } catch (error) {
      if (!(error instanceof SipSyntaxError)) throw error;
      throw new PeerViolation(`The INVITE makes no dialog: ${error.message}`);
    }
  }

  /** RFC 3261 13.2.1: the answer to the offer, or the offer where the INVITE had none. */
  #description() {
    const { sender } = this.parts.requests;
    const offered = this.invite.contentType;
    if (lenient(() => `${offered?.type}/${offered?.subtype}`.toLowerCase()) !== "application/sdp") {
      return session.offer(sender);
    }
    return lenient(() => session.answer(sender, this.invite.text())) ?? session.offer(sender);
  }
}
