/** The reg-event notifier: RFC 6665, RFC 3680, TS 24.229 5.4.2.1. */
import { buildRequest, parseNameAddr, type SipRequest } from "sip-codec";
import { canonicalImpu } from "../identity.ts";
import type { Link } from "../fabric.ts";
import type { Alarm } from "../scheduler.ts";
import type { ServerTransaction, SipStack } from "../stack.ts";
import type { BoxContext } from "../types.ts";
import { type ContactState, reginfo } from "./reginfo.ts";
import type { Binding, ContactEvent, RegisteredSet, Registrations } from "./registrations.ts";

interface Subscription {
  readonly set: RegisteredSet;
  readonly callId: string;
  /** Our From with tag, their From with tag. */
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly routes: readonly string[];
  /** The P-CSCF itself, not a UE: told last, since it forgets the UE's way when it learns that the UE is gone. */
  readonly ofProxy: boolean;
  readonly alarm: Alarm;
  expiresAt: number;
  cseq: number;
  version: number;
}

export class Notifier {
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(
    readonly context: BoxContext,
    readonly options: {
      readonly uri: string;
      readonly stack: () => SipStack;
      readonly link: Link;
      readonly registrations: Registrations;
    },
  ) {}

  /** True if this SUBSCRIBE belongs to a subscription that is here. */
  knows(request: SipRequest): boolean {
    return this.#subscriptions.has(subscriptionKey(request));
  }

  /** SUBSCRIBE to the registration of an IMPU; `asserted` is who asks, as far as the network vouches for it. */
  subscribe(server: ServerTransaction, asserted: readonly string[]): void {
    const { request } = server;
    const { scheduler } = this.context;
    const known = this.#subscriptions.get(subscriptionKey(request));
    const set = known?.set ?? this.options.registrations.find(canonicalImpu(request.uri));
    if (!set) return void server.reply(480);
    const ofProxy = known?.ofProxy ?? isOnPath(set, asserted);
    // TS 24.229 5.4.2.1.1: the user herself, and the P-CSCF she is registered through.
    const own = asserted.some((impu) => set.profile.identities.some((identity) => identity.impu === impu));
    if (!known && !own && !ofProxy) return void server.reply(403);
    const contact = request.contact;
    if (!contact) return void server.reply(400);
    const expires = Math.min(request.expires ?? 600_000, 600_000);
    const answer = server.reply(200, {
      headers: { Contact: `<${this.options.uri}>`, Expires: String(expires) },
    });
    const subscription: Subscription = known ?? {
      set,
      callId: request.callId ?? "",
      local: answer.get("To") ?? "",
      remote: request.get("From") ?? "",
      target: String(contact.uri),
      routes: request.values("Record-Route"),
      ofProxy,
      alarm: scheduler.alarm(() => this.#end(subscription, "timeout")),
      expiresAt: 0,
      cseq: 0,
      version: 0,
    };
    this.#subscriptions.set(keyOf(subscription), subscription);
    if (expires === 0) return this.#end(subscription, "timeout");
    subscription.expiresAt = scheduler.now() + expires * 1000;
    subscription.alarm.set(subscription.expiresAt);
    this.#notify(subscription, this.#contacts(set));
  }

  /** A change in a registration: everybody who watches it hears of it, in one dialog after the other. */
  changed(set: RegisteredSet, event: ContactEvent, binding: Binding): void {
    const watching = [...this.#subscriptions.values()].filter((subscription) => subscription.set === set);
    watching.sort((a, b) => Number(a.ofProxy) - Number(b.ofProxy));
    for (const subscription of watching) {
      const gone = set.bindings.has(binding.key) ? [] : [this.#state(binding, event, false)];
      const contacts = [...gone, ...this.#contacts(set, binding, event)];
      if (set.bindings.size > 0) this.#notify(subscription, contacts);
      else this.#end(subscription, "noresource", contacts);
    }
  }

  /** Tells a set's watchers that it is gone although it is not. */
  pretendGone(set: RegisteredSet): void {
    for (const subscription of [...this.#subscriptions.values()]) {
      if (subscription.set !== set || subscription.ofProxy) continue;
      const contacts = [...set.bindings.values()].map((binding) =>
        this.#state(binding, "deactivated", false)
      );
      this.#end(subscription, "noresource", contacts);
    }
  }

  reset(): void {
    for (const { alarm } of this.#subscriptions.values()) alarm.set(undefined);
    this.#subscriptions.clear();
  }

  #end(subscription: Subscription, reason: string, contacts?: readonly ContactState[]): void {
    subscription.alarm.set(undefined);
    this.#subscriptions.delete(keyOf(subscription));
    this.#notify(subscription, contacts ?? this.#contacts(subscription.set), `terminated;reason=${reason}`);
  }

  #notify(subscription: Subscription, contacts: readonly ContactState[], ended?: string): void {
    const { link, stack, uri } = this.options;
    const left = Math.max(0, Math.round((subscription.expiresAt - this.context.scheduler.now()) / 1000));
    const request = buildRequest("NOTIFY", subscription.target, [
      ["Max-Forwards", 70],
      ["Route", subscription.routes],
      ["From", subscription.local],
      ["To", subscription.remote],
      ["Call-ID", subscription.callId],
      ["CSeq", `${++subscription.cseq} NOTIFY`],
      ["Contact", `<${uri}>`],
      ["Event", "reg"],
      ["Subscription-State", ended ?? `active;expires=${left}`],
      ["Content-Type", "application/reginfo+xml"],
    ], reginfo(subscription.version++, subscription.set, contacts));
    const flow = link.flowTo(request.routes[0]?.uri ?? request.uri);
    const lost = () => {
      subscription.alarm.set(undefined);
      this.#subscriptions.delete(keyOf(subscription));
    };
    if (!flow) return lost();
    stack().request(request, flow, {
      // RFC 6665 4.2.2: a subscriber that does not know the dialog any more is not told again.
      response: ({ status }) => {
        if (status >= 300) lost();
      },
      failed: lost,
    });
  }

  #contacts(set: RegisteredSet, changed?: Binding, event?: ContactEvent): ContactState[] {
    return [...set.bindings.values()].map((binding) =>
      this.#state(binding, binding === changed && event ? event : "registered", true)
    );
  }

  #state(binding: Binding, event: ContactEvent, active: boolean): ContactState {
    const { contact, key, expiresAt } = binding;
    const expires = Math.max(0, Math.round((expiresAt - this.context.scheduler.now()) / 1000));
    return { contact, key, event, active, expires };
  }
}

function keyOf({ callId, remote }: Subscription): string {
  return `${callId} ${remote.match(/;\s*tag=([^;]*)/i)?.[1] ?? ""}`;
}

function subscriptionKey(request: SipRequest): string {
  return `${request.callId} ${request.from?.tag ?? ""}`;
}

/** Whether one of the asserted URIs is an element of the set's Path. */
function isOnPath(set: RegisteredSet, asserted: readonly string[]): boolean {
  const elements = [...set.bindings.values()].flatMap(({ path }) =>
    path.map((value) => `sip:${parseNameAddr(value).uri.host}`)
  );
  return asserted.some((uri) => elements.includes(uri));
}
