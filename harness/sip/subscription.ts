/** The subscriber's side of an event subscription (RFC 6665): its state, its times, which NOTIFYs are its own. */
import { buildRequest, type HeadersInit, type SipRequest, type SipResponse } from "sip-codec";
import { Dialog, uacDialog } from "./dialog.ts";
import { refreshAfter } from "./registration.ts";
import { type Table, transition } from "./table.ts";

export type SubscriptionState = "initial" | "notify wait" | "pending" | "active" | "terminated";

export type SubscriptionEvent =
  | "subscribe"
  | "accepted"
  | "refused"
  | "timeout"
  | "notify pending"
  | "notify active"
  | "notify terminated"
  | "expired";

/** RFC 6665 4.1.2 (figure 1). A refused refresh leaves the subscription until it expires (4.1.2.3), but for 481. */
export const SUBSCRIPTION: Table<SubscriptionState, SubscriptionEvent, never> = {
  "initial": {
    "subscribe": ["notify wait"],
  },
  "notify wait": {
    "subscribe": ["notify wait"],
    "accepted": ["notify wait"],
    "refused": ["terminated"],
    "timeout": ["terminated"],
    "notify pending": ["pending"],
    "notify active": ["active"],
    "notify terminated": ["terminated"],
    "expired": ["terminated"],
  },
  "pending": {
    "subscribe": ["pending"],
    "accepted": ["pending"],
    "refused": ["pending"],
    "timeout": ["pending"],
    "notify pending": ["pending"],
    "notify active": ["active"],
    "notify terminated": ["terminated"],
    "expired": ["terminated"],
  },
  "active": {
    "subscribe": ["active"],
    "accepted": ["active"],
    "refused": ["active"],
    "timeout": ["active"],
    "notify pending": ["pending"],
    "notify active": ["active"],
    "notify terminated": ["terminated"],
    "expired": ["terminated"],
  },
  "terminated": {
    "accepted": ["terminated"],
    "refused": ["terminated"],
    "timeout": ["terminated"],
    "notify pending": ["terminated"],
    "notify active": ["terminated"],
    "notify terminated": ["terminated"],
  },
};

export interface SubscriptionSetup {
  /** Request-URI and To. */
  readonly target: string;
  /** From, without tag. */
  readonly from: string;
  readonly fromTag: string;
  readonly callId: string;
  /** Contact value. */
  readonly contact: string;
  /** Event package, with its parameters if it has any: "reg", "presence;id=7". */
  readonly event: string;
  /** Seconds to ask for. */
  readonly expires: number;
}

export class Subscription {
  #state: SubscriptionState = "initial";
  #dialog: Dialog | undefined;
  #first: SipRequest | undefined;
  #expiresAt: number | undefined;
  #refreshAt: number | undefined;
  #reason: string | undefined;
  #retryAfter: number | undefined;

  constructor(readonly setup: SubscriptionSetup) {}

  get state(): SubscriptionState {
    return this.#state;
  }

  /** Made by the 2xx or by the first NOTIFY, whichever comes first (RFC 6665 4.4.1). */
  get dialog(): Dialog | undefined {
    return this.#dialog;
  }

  /** Milliseconds of the run's clock. */
  get expiresAt(): number | undefined {
    return this.#expiresAt;
  }

  get refreshAt(): number | undefined {
    return this.#refreshAt;
  }

  /** `reason` of the Subscription-State that ended it: "deactivated", "timeout", "noresource" … */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Seconds, of the Subscription-State that ended it. */
  get retryAfter(): number | undefined {
    return this.#retryAfter;
  }

  /** The SUBSCRIBE that begins, refreshes, or with `expires` 0 ends. @throws LocalMisuseError once terminated */
  subscribe(expires: number = this.setup.expires, headers: HeadersInit = []): SipRequest {
    this.#take("subscribe");
    const { target, from, fromTag, callId, contact, event } = this.setup;
    const own: [string, string][] = [["Event", event], ["Expires", String(expires)]];
    const request = this.#dialog?.request("SUBSCRIBE", own) ?? buildRequest("SUBSCRIBE", target, [
      ["Max-Forwards", "70"],
      ["From", `${from};tag=${fromTag}`],
      ["To", `<${target}>`],
      ["Call-ID", callId],
      ["CSeq", `${(this.#first?.cseq?.seq ?? 0) + 1} SUBSCRIBE`],
      ["Contact", contact],
      ...own,
    ]);
    for (const [name, value] of Array.isArray(headers) ? headers : Object.entries(headers)) {
      if (value !== undefined) request.set(name, value);
    }
    if (!this.#dialog) this.#first = request;
    return request;
  }

  /** The final answer to `request`, a SUBSCRIBE of this subscription. */
  answered(request: SipRequest, response: SipResponse, now: number): void {
    const { status } = response;
    // A challenge is answered with another SUBSCRIBE: nothing is decided yet.
    if (status < 200 || status === 401 || status === 407) return;
    if (status >= 300) {
      this.#take("refused");
      if (status === 481) this.#end();
      return;
    }
    if (!this.#dialog && this.#state !== "terminated") this.#dialog = uacDialog(request, response);
    this.#dialog?.answered(request, response);
    this.#take("accepted");
    if (response.expires !== undefined) this.#until(response.expires, now);
  }

  /** No final answer to a SUBSCRIBE, or no NOTIFY in time (timer N, 64*T1). */
  timedOut(): void {
    this.#take("timeout");
  }

  /**
   * Whether the NOTIFY belongs here: our dialog, or the call we subscribed in while there is none, and the same event
   * (RFC 6665 8.2.1: package and `id`).
   */
  matches(notify: SipRequest): boolean {
    const { callId, fromTag } = this.setup;
    if (notify.method !== "NOTIFY" || notify.get("Call-ID") !== callId || notify.to?.tag !== fromTag) {
      return false;
    }
    if (this.#dialog && this.#dialog.remoteTag !== (notify.from?.tag ?? "")) return false;
    return this.#first !== undefined && eventKey(notify) === eventKey(this.#first);
  }

  /** A NOTIFY that matches. Without a readable Subscription-State it changes nothing but the dialog. */
  notified(notify: SipRequest, now: number): void {
    this.#dialog ??= this.#dialogOf(notify);
    this.#dialog.received(notify);
    const state = notify.subscriptionState;
    const expires = state?.params.get("expires");
    if (expires !== undefined && /^\d+$/.test(expires)) this.#until(Number(expires), now);
    const value = state?.value.toLowerCase();
    if (value === undefined) return;
    // A value that nobody knows counts as active (RFC 6665 4.1.3).
    if (value !== "terminated") return this.#take(value === "pending" ? "notify pending" : "notify active");
    this.#take("notify terminated");
    this.#reason = state?.params.get("reason");
    const retry = state?.params.get("retry-after");
    if (retry !== undefined && /^\d+$/.test(retry)) this.#retryAfter = Number(retry);
    this.#end();
  }

  deadline(): number | undefined {
    return this.#refreshAt ?? this.#expiresAt;
  }

  /** "refresh" once when it is time to, "expired" when it is over, undefined when nothing is due. */
  expire(now: number): "refresh" | "expired" | undefined {
    if (this.#expiresAt !== undefined && now >= this.#expiresAt) {
      this.#take("expired");
      this.#end();
      return "expired";
    }
    if (this.#refreshAt === undefined || now < this.#refreshAt) return undefined;
    this.#refreshAt = undefined;
    return "refresh";
  }

  /** TS 24.229 5.1.1.3 takes the times of a registration. 0: the last NOTIFY is still to come. */
  #until(seconds: number, now: number): void {
    this.#expiresAt = seconds === 0 ? undefined : now + seconds * 1000;
    this.#refreshAt = seconds === 0 ? undefined : now + refreshAfter(seconds) * 1000;
  }

  /** The NOTIFY overtook the 2xx (RFC 6665 4.4.1): seen from our SUBSCRIBE we are the UAC all the same. */
  #dialogOf(notify: SipRequest): Dialog {
    const { callId, from, fromTag, contact, target } = this.setup;
    return new Dialog({
      role: "uac",
      state: "confirmed",
      callId,
      local: `${from};tag=${fromTag}`,
      remote: notify.get("From") ?? `<${target}>`,
      localTag: fromTag,
      remoteTag: notify.from?.tag ?? "",
      remoteTarget: notify.contact?.uri.toString() ?? target,
      routeSet: notify.values("Record-Route"),
      localSeq: this.#first?.cseq?.seq ?? 0,
      remoteSeq: undefined,
      contact,
    });
  }

  #end(): void {
    this.#state = "terminated";
    this.#expiresAt = undefined;
    this.#refreshAt = undefined;
    this.#dialog?.terminate();
  }

  #take(event: SubscriptionEvent): void {
    [this.#state] = transition("Subscription", SUBSCRIPTION, this.#state, event);
  }
}

/** Package and `id` are what tells subscriptions of a dialog apart (RFC 6665 8.2.1). */
function eventKey(message: SipRequest): string {
  const { event } = message;
  return `${event?.package.toLowerCase()} ${event?.params.get("id") ?? ""}`;
}
