/** Begins calls and takes them. */
import type { Clock } from "../../net/types.ts";
import type { Profile } from "../../../profiles/types.ts";
import { AcceptedCall } from "./incoming_call.ts";
import type { Arrived } from "./incoming.ts";
import type { CallRequests, Leg, LegParts } from "./leg.ts";
import { OutgoingCall } from "./outgoing_call.ts";
import * as session from "./session.ts";
import type { AcceptOptions, Call, IncomingCall, InviteOptions } from "./types.ts";

export class Calls {
  readonly #requests: CallRequests;
  readonly #clock: Clock;
  readonly #timers: Profile["timers"];
  readonly #legs: Leg[] = [];

  constructor(requests: CallRequests, clock: Clock, timers: Profile["timers"]) {
    this.#requests = requests;
    this.#clock = clock;
    this.#timers = timers;
  }

  invite(target: string, options: InviteOptions = {}): Call {
    const requests = this.#requests;
    const sdp = options.sdp ?? (options.body ? undefined : session.offer(requests.sender));
    const exchange = requests.start("INVITE", target, options, sdp);
    return this.#add(new OutgoingCall(this.#parts(options), exchange, { prack: options.prack ?? true }));
  }

  /** Answers an INVITE that has come. */
  accept(arrived: Arrived, options: AcceptOptions): IncomingCall {
    const call = this.#add(new AcceptedCall(this.#parts(options), arrived));
    call.accept(options);
    return call;
  }

  close(): void {
    for (const leg of this.#legs) leg.close();
  }

  #add<L extends Leg>(leg: L): L {
    this.#legs.push(leg);
    this.#requests.station.claimants.add(leg);
    return leg;
  }

  #parts({ automatic = ["BYE", "PRACK"] }: { readonly automatic?: readonly string[] }): LegParts {
    return { requests: this.#requests, clock: this.#clock, timers: this.#timers, automatic };
  }
}
