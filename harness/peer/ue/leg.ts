/** One leg of a call, whichever side began it: its dialogs, the requests in them, and what comes in them. */
import type { Sdp, SipRequest, SipResponse } from "sip-codec";
import { LocalMisuseError } from "../../errors.ts";
import type { Clock } from "../../net/types.ts";
import { type Dialog, prackFor } from "../../sip/mod.ts";
import type { Profile } from "../../../profiles/types.ts";
import * as build from "./build.ts";
import { isSuccess, type LiveExchange } from "./exchange.ts";
import { Inbox, methodIs } from "./inbox.ts";
import type { Arrived } from "./incoming.ts";
import { lenient } from "./lenient.ts";
import { begin, quiet } from "../no_answer.ts";
import type { Requests } from "./requests.ts";
import type { Claimant } from "./station.ts";
import type { Call, IncomingRequest, RequestOptions } from "./types.ts";

/** Who makes and sends the requests of calls: a UE, or a network for its users. */
export type CallRequests = Pick<Requests, "station" | "sender" | "finish" | "send" | "start">;

export interface LegParts {
  readonly requests: CallRequests;
  readonly clock: Clock;
  readonly timers: Profile["timers"];
  /** In-dialog methods that are answered 200 without asking a case. */
  readonly automatic: readonly string[];
}

export abstract class Leg implements Claimant {
  abstract readonly callId: string;
  protected readonly parts: LegParts;
  /** More than one where an INVITE forks (RFC 3261 12.1.2). */
  protected readonly dialogs: Dialog[] = [];
  protected readonly inbox: Inbox<Arrived>;
  #ended = false;

  constructor(parts: LegParts) {
    this.parts = parts;
    this.inbox = new Inbox(parts.clock);
  }

  /** The one that was confirmed, else the latest early one. */
  protected get dialog(): Dialog {
    const dialog = this.dialogs.find(({ state }) => state === "confirmed") ??
      this.dialogs.findLast(({ state }) => state === "early") ?? this.dialogs.at(-1);
    if (dialog) return dialog;
    throw new LocalMisuseError(`The call "${this.callId}" has no dialog yet: needs a response with a To tag`);
  }

  get established(): boolean {
    return !this.#ended && this.dialogs.some(({ state }) => state === "confirmed");
  }

  request(
    method: string,
    options: RequestOptions & { readonly sdp?: Sdp | string } = {},
  ): Promise<LiveExchange> {
    return begin(() => this.sendIn(this.dialog, this.dialog.request(method), options));
  }

  prack(provisional: SipResponse, options: RequestOptions = {}): Promise<LiveExchange> {
    return begin(() => {
      const dialog = this.dialogOf(provisional) ?? this.dialog;
      return this.sendIn(dialog, prackFor(dialog, provisional), options);
    });
  }

  hangUp(options: RequestOptions = {}): Promise<SipResponse> {
    return quiet(this.request("BYE", options).then((exchange) => exchange.final()));
  }

  next(method?: string, within: number = this.parts.timers.answer): Promise<IncomingRequest> {
    return this.inbox.take(methodIs(method), within);
  }

  claim(arrived: Arrived): boolean {
    const { request } = arrived;
    const dialog = this.dialogs.find((dialog) => dialog.matches(request));
    if (!dialog) return false;
    // RFC 3261 12.2.2
    if (dialog.received(request) === "late") arrived.respondAutomatically(500);
    else if (this.parts.automatic.includes(request.method)) arrived.respondAutomatically(200);
    if (request.method === "BYE") this.#ended = true;
    this.inbox.put(arrived);
    return true;
  }

  close(): void {
    this.inbox.close();
  }

  protected dialogOf(response: SipResponse): Dialog | undefined {
    const tag = lenient(() => response.to?.tag);
    return this.dialogs.find(({ remoteTag }) => remoteTag === tag);
  }

  /** Sends an in-dialog request; a re-INVITE's 2xx is acknowledged here, each time it comes. */
  protected sendIn(
    dialog: Dialog,
    request: SipRequest,
    options: RequestOptions & { readonly sdp?: Sdp | string },
  ): LiveExchange {
    const { requests } = this.parts;
    requests.finish(build.inDialog(requests.sender, request), options, options.sdp);
    const { method } = request;
    // A repetition after 407 needs a number that the dialog knows of.
    const exchange = requests.send(request, options, () => dialog.request(method).cseq?.seq ?? 0);
    if (method === "BYE") this.#ended = true;
    exchange.onResponse = (response) => {
      dialog.answered(exchange.request, response);
      if (method === "INVITE" && isSuccess(response)) {
        requests.station.acknowledge(build.inDialog(requests.sender, dialog.ack(exchange.request)));
      }
    };
    return exchange;
  }
}

export type CallLeg = Leg & Call;
