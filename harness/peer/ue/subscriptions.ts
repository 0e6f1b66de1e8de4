/** SUBSCRIBE and what it draws (RFC 6665, RFC 3680; TS 24.229 5.1.1.3). */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Clock } from "../../net/types.ts";
import { type Dialog, uacDialog } from "../../sip/mod.ts";
import type { Profile } from "../../../profiles/types.ts";
import { LocalMisuseError } from "../../errors.ts";
import { begin, quiet } from "../no_answer.ts";
import * as build from "./build.ts";
import { isSuccess, type LiveExchange } from "./exchange.ts";
import { Inbox, methodIs } from "./inbox.ts";
import type { Arrived } from "./incoming.ts";
import { lenient } from "./lenient.ts";
import type { CallRequests } from "./leg.ts";
import type { Requests } from "./requests.ts";
import type { Claimant } from "./station.ts";
import type { RequestOptions, Subscription } from "./types.ts";

/** TS 24.229 5.1.1.3: longer than any registration. Seconds. */
const DEFAULT_EXPIRES = 600_000;

/** Who makes and sends SUBSCRIBEs: a UE, or a node for its user. */
export type SubscribeRequests = CallRequests & Pick<Requests, "draft">;

export class Subscriptions {
  readonly #requests: SubscribeRequests;
  readonly #clock: Clock;
  readonly #timers: Profile["timers"];
  readonly #open: LiveSubscription[] = [];

  constructor(requests: SubscribeRequests, clock: Clock, timers: Profile["timers"]) {
    this.#requests = requests;
    this.#clock = clock;
    this.#timers = timers;
  }

  /** The final answer of the SUBSCRIBE is waited for, whatever it is; a NOTIFY may be there before it. */
  async subscribe(
    target: string,
    event: string,
    { expires = DEFAULT_EXPIRES, ...options }: RequestOptions & { readonly expires?: number } = {},
  ): Promise<Subscription> {
    const request = this.#requests.draft("SUBSCRIBE", target, {
      ...options,
      headers: { Event: event, Expires: String(expires), ...options.headers },
    });
    const subscription = new LiveSubscription(this.#requests, this.#clock, this.#timers, request);
    this.#open.push(subscription);
    this.#requests.station.claimants.add(subscription);
    await subscription.begin(this.#requests.send(request, options));
    return subscription;
  }

  close(): void {
    for (const subscription of this.#open) subscription.close();
  }
}

class LiveSubscription implements Subscription, Claimant {
  readonly #requests: SubscribeRequests;
  readonly #timers: Profile["timers"];
  readonly #inbox: Inbox<Arrived>;
  readonly #callId: string | undefined;
  readonly #localTag: string | undefined;
  #request: SipRequest;
  #response: SipResponse | undefined;
  #dialog: Dialog | undefined;

  constructor(requests: SubscribeRequests, clock: Clock, timers: Profile["timers"], request: SipRequest) {
    this.#requests = requests;
    this.#timers = timers;
    this.#inbox = new Inbox(clock);
    this.#request = request;
    this.#callId = request.get("Call-ID");
    this.#localTag = lenient(() => request.from?.tag);
  }

  get response(): SipResponse {
    if (this.#response) return this.#response;
    throw new LocalMisuseError("The SUBSCRIBE has not been answered yet");
  }

  async begin(exchange: LiveExchange): Promise<void> {
    const response = await exchange.final();
    this.#request = exchange.request;
    this.#response = response;
    if (isSuccess(response) && !this.#dialog) this.#dialog = uacDialog(exchange.request, response);
  }

  notify(within: number = this.#timers.answer): Promise<SipRequest> {
    return quiet(this.#inbox.take(methodIs("NOTIFY"), within).then(({ request }) => request));
  }

  unsubscribe(): Promise<SipResponse> {
    return quiet(
      begin(() => {
        const dialog = this.#dialog;
        if (!dialog) throw new LocalMisuseError("There is no subscription to end: the SUBSCRIBE was refused");
        const request = build.inDialog(this.#requests.sender, dialog.request("SUBSCRIBE"));
        const headers = { Event: this.#request.get("Event") ?? "reg", Expires: "0" };
        this.#requests.finish(request, { headers });
        return this.#requests.send(request, {}, () => dialog.request("SUBSCRIBE").cseq?.seq ?? 0);
      }).then((exchange) => exchange.final()),
    );
  }

  /** RFC 6665 4.4.1: a NOTIFY belongs to us by Call-ID and our tag, also before the 200 has come. */
  claim(arrived: Arrived): boolean {
    const { request } = arrived;
    if (request.method !== "NOTIFY" || request.get("Call-ID") !== this.#callId) return false;
    if (request.to?.tag !== this.#localTag) return false;
    arrived.respondAutomatically(200);
    this.#inbox.put(arrived);
    return true;
  }

  close(): void {
    this.#inbox.close();
  }
}
