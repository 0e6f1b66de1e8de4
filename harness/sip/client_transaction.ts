/** A client transaction: runs the table of its kind and does what the table's actions say. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Flow } from "../net/types.ts";
import { ackForFailure } from "./ack_cancel.ts";
import {
  INVITE_CLIENT,
  type InviteClientAction,
  type InviteClientEvent,
  type InviteClientState,
} from "./invite_client.ts";
import {
  NON_INVITE_CLIENT,
  type NonInviteClientAction,
  type NonInviteClientEvent,
  type NonInviteClientState,
} from "./non_invite_client.ts";
import { OwnTimers } from "./own_timers.ts";
import { type Table, transition } from "./table.ts";
import { isReliable, type TransactionHost } from "./transaction_host.ts";

type Action = InviteClientAction | NonInviteClientAction;
type ClientEvent = InviteClientEvent | NonInviteClientEvent;
type ClientTimer = "A" | "B" | "C" | "D" | "E" | "F" | "K" | "M" | "cancel";

export interface ClientSetup {
  readonly key: string;
  readonly request: SipRequest;
  readonly flow: Flow;
  /** What goes out for the request. */
  readonly bytes: Uint8Array;
  readonly timerC?: number | undefined;
}

export class ClientTransaction {
  readonly invite: boolean;
  #state: InviteClientState | NonInviteClientState = "initial";
  readonly #table: Table<string, string, Action>;
  readonly #timers: OwnTimers<ClientTimer>;
  readonly #host: TransactionHost;
  /** Current interval of timer A or E. */
  #interval: number;

  constructor(readonly setup: ClientSetup, host: TransactionHost) {
    this.invite = setup.request.method === "INVITE";
    this.#table = this.invite ? INVITE_CLIENT : NON_INVITE_CLIENT;
    this.#host = host;
    this.#timers = new OwnTimers(host.queue);
    this.#interval = host.timers.t1;
  }

  get key(): string {
    return this.setup.key;
  }

  get state(): InviteClientState | NonInviteClientState {
    return this.#state;
  }

  send(now: number): void {
    this.take("send", now);
  }

  receive(response: SipResponse, flow: Flow, now: number): void {
    const event = response.status < 200 ? "1xx" : response.status < 300 ? "2xx" : "3xx-6xx";
    this.take(event, now, { response, flow });
  }

  take(event: ClientEvent, now: number, with_: Cause = {}): void {
    const name = `${this.setup.request.method} client transaction`;
    const [state, ...actions] = transition(name, this.#table, this.#state, event);
    this.#state = state as InviteClientState | NonInviteClientState;
    if (state === "terminated") this.stop();
    for (const action of actions) this.#perform(action, now, with_);
    if (state === "terminated") this.#host.ended(this.key);
  }

  stop(): void {
    this.#timers.clear();
  }

  #perform(action: Action, now: number, { response, flow, error }: Cause): void {
    const { t1, t2, t4 } = this.#host.timers;
    const { key, request, timerC } = this.setup;
    const reliable = isReliable(this.setup.flow);
    switch (action) {
      case "send request":
        return this.#host.send(this.setup.bytes, this.setup.flow, key);
      case "start A":
        return reliable ? undefined : this.#start("A", now + t1);
      case "double A":
        this.#interval *= 2;
        return this.#start("A", now + this.#interval);
      case "start B":
        return this.#start("B", now + 64 * t1);
      case "start C":
        // Restarted by 101-199 only (16.7 step 2).
        if (timerC === undefined || response?.status === 100) return;
        return this.#start("C", now + timerC);
      case "start D":
        // "At least 32 s" (17.1.1.2), which is 64*T1 with the default T1; TS 24.229 table 7.7.1 scales it likewise.
        return this.#start("D", now + (reliable ? 0 : 64 * t1));
      case "start E":
        return reliable ? undefined : this.#start("E", now + t1);
      case "double E":
        this.#interval = Math.min(2 * this.#interval, t2);
        return this.#start("E", now + this.#interval);
      case "start E at T2":
        this.#interval = t2;
        return this.#start("E", now + t2);
      case "start F":
        return this.#start("F", now + 64 * t1);
      case "start K":
        return this.#start("K", now + (reliable ? 0 : t4));
      case "start M":
        return this.#start("M", now + 64 * t1);
      case "start cancel":
        return this.#start("cancel", now + 64 * t1);
      case "stop timers":
        return this.#stopTimers(response);
      case "pass response":
        if (response && flow) this.#host.emit({ type: "response", key, response, flow });
        return;
      case "send ACK":
        if (response) this.#host.send(ackForFailure(request, response).toBytes(), this.setup.flow, key);
        return;
      case "send CANCEL":
        return this.#host.cancel(key, now);
      case "report timeout":
        return this.#host.emit({ type: "timeout", key, request });
      case "report transport error":
        if (error) this.#host.emit({ type: "transportError", key, error, flow: this.setup.flow });
        return;
    }
  }

  /** A 100 stops the retransmissions but leaves timer C as it is. */
  #stopTimers(response: SipResponse | undefined): void {
    for (const name of this.#timers.names) {
      if (name !== "C" || response?.status !== 100) this.#timers.stop(name);
    }
  }

  #start(name: ClientTimer, at: number): void {
    this.#timers.start(name, at, (now) => this.take(`timer ${name}` as ClientEvent, now));
  }
}

interface Cause {
  readonly response?: SipResponse;
  readonly flow?: Flow;
  readonly error?: Error;
}
