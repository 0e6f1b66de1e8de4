/** Who has subscribed to the registration state of users, and what they are told (RFC 3680, TS 24.229 5.4.2). */
import type { SipResponse } from "sip-codec";
import { buildRegInfo, type Dialog, REG_INFO_TYPE, uasDialog } from "../../sip/mod.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import * as build from "../ue/build.ts";
import type { LiveExchange } from "../ue/exchange.ts";
import type { Arrived } from "../ue/incoming.ts";
import { lenient } from "../ue/lenient.ts";
import type { Station } from "../ue/station.ts";
import type { HomeBinding } from "./types.ts";

/** TS 24.229 5.2.3: what a P-CSCF asks for. Seconds. */
const DEFAULT_EXPIRES = 600_000;

interface Watcher {
  readonly dialog: Dialog;
  readonly user: Subscriber;
  version: number;
}

export interface RegEventsParts {
  readonly sender: build.Sender;
  readonly station: () => Station;
  readonly bindings: (user: Subscriber) => readonly HomeBinding[];
}

export class RegEvents {
  readonly #parts: RegEventsParts;
  readonly #watchers: Watcher[] = [];

  constructor(parts: RegEventsParts) {
    this.#parts = parts;
  }

  /** Answers a SUBSCRIBE about this user, and tells how things are. */
  subscribed(arrived: Arrived, user: Subscriber): void {
    const { request } = arrived;
    const expires = lenient(() => request.expires) ?? DEFAULT_EXPIRES;
    const response = arrived.respondAutomatically(200, { Expires: String(expires) });
    if (!response) return;
    const watcher = this.#watchers.find(({ dialog }) => dialog.matches(request));
    watcher?.dialog.received(request);
    const told = watcher ?? this.#begin(arrived, response, user);
    if (told) this.#notify(told, "active", expires);
    if (expires === 0 && told) this.#watchers.splice(this.#watchers.indexOf(told), 1);
  }

  /** Tells all who watch the user; resolves when each has answered. */
  async notify(user: Subscriber, state: "active" | "terminated"): Promise<void> {
    const watchers = this.#watchers.filter((watcher) => watcher.user === user);
    await Promise.all(watchers.map((watcher) => this.#notify(watcher, state, DEFAULT_EXPIRES).final()));
  }

  #begin(arrived: Arrived, response: SipResponse, user: Subscriber): Watcher | undefined {
    const dialog = lenient(() => uasDialog(arrived.request, response));
    if (!dialog) return undefined;
    const watcher = { dialog, user, version: 0 };
    this.#watchers.push(watcher);
    return watcher;
  }

  #notify(watcher: Watcher, state: "active" | "terminated", expires: number): LiveExchange {
    const { sender, station, bindings } = this.#parts;
    const { dialog, user } = watcher;
    const request = dialog.request("NOTIFY", [
      ["Event", "reg"],
      ["Subscription-State", expires > 0 ? `active;expires=${expires}` : "terminated;reason=timeout"],
      ["Content-Type", REG_INFO_TYPE],
    ]);
    const active = state === "active";
    request.body = new TextEncoder().encode(buildRegInfo({
      version: watcher.version++,
      state: "full",
      registrations: user.impus.map((aor, index) => ({
        aor,
        id: `r${index}`,
        state,
        contacts: bindings(user).map(({ contact }, n) => ({
          id: `c${n}`,
          uri: contact,
          ...(active
            ? { state: "active", event: "registered" }
            : { state: "terminated", event: "deactivated" }),
        })),
      })),
    }));
    return station().exchange(build.inDialog(sender, request), { step: "request" });
  }
}
