/** What every node of ours can be asked about what comes to it, on one station. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Profile } from "../../../profiles/types.ts";
import { orSilence, quiet } from "../no_answer.ts";
import type { Calls } from "../ue/calls.ts";
import { methodIs } from "../ue/inbox.ts";
import type { Station } from "../ue/station.ts";
import type { AcceptOptions, IncomingCall, IncomingRequest } from "../ue/types.ts";

export class Front {
  readonly #station: Station;
  readonly #calls: Calls;
  readonly #timers: Profile["timers"];

  constructor(station: Station, calls: Calls, timers: Profile["timers"]) {
    this.#station = station;
    this.#calls = calls;
    this.#timers = timers;
  }

  incoming(method?: string, within: number = this.#timers.answer): Promise<IncomingRequest> {
    return this.#station.unclaimed.take(methodIs(method), within);
  }

  acceptCall(options: AcceptOptions = {}): Promise<IncomingCall> {
    const invite = this.#station.unclaimed.take(methodIs("INVITE"), options.within ?? this.#timers.answer);
    return quiet(invite.then((arrived) => this.#calls.accept(arrived, options)));
  }

  silent(method?: string, within: number = this.#timers.silence): Promise<boolean> {
    return quiet(this.#station.unclaimed.look(methodIs(method), within).then(() => false, orSilence(true)));
  }

  stray(within: number = this.#timers.silence): Promise<SipRequest | SipResponse | undefined> {
    const anything = { what: "a message outside any transaction", fits: () => true };
    return quiet(this.#station.strays.take(anything, within).catch(orSilence(undefined)));
  }
}
