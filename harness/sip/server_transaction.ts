/** A server transaction: runs the table of its kind and does what the table's actions say. */
import { buildResponse, type SipRequest, type SipResponse } from "sip-codec";
import type { Flow } from "../net/types.ts";
import {
  INVITE_SERVER,
  type InviteServerAction,
  type InviteServerEvent,
  type InviteServerState,
} from "./invite_server.ts";
import {
  NON_INVITE_SERVER,
  type NonInviteServerAction,
  type NonInviteServerEvent,
  type NonInviteServerState,
} from "./non_invite_server.ts";
import { OwnTimers } from "./own_timers.ts";
import { type Table, transition } from "./table.ts";
import { isReliable, type TransactionHost } from "./transaction_host.ts";

type Action = InviteServerAction | NonInviteServerAction;
type ServerEvent = InviteServerEvent | NonInviteServerEvent;
type ServerTimer = "100" | "G" | "H" | "I" | "J" | "L";

/** How long a user may take before the layer answers 100 in its place (RFC 3261 17.2.1). */
const TRYING_AFTER_MS = 200;

export interface ServerSetup {
  readonly key: string;
  readonly request: SipRequest;
  /** Where the request came from. */
  readonly flow: Flow;
  /** Where responses go. */
  readonly replyTo: Flow;
}

export class ServerTransaction {
  readonly invite: boolean;
  #state: InviteServerState | NonInviteServerState = "initial";
  readonly #table: Table<string, string, Action>;
  readonly #timers: OwnTimers<ServerTimer>;
  readonly #host: TransactionHost;
  #interval: number;
  #lastBytes: Uint8Array | undefined;
  #lastResponse: SipResponse | undefined;

  constructor(readonly setup: ServerSetup, host: TransactionHost) {
    this.invite = setup.request.method === "INVITE";
    this.#table = this.invite ? INVITE_SERVER : NON_INVITE_SERVER;
    this.#host = host;
    this.#timers = new OwnTimers(host.queue);
    this.#interval = host.timers.t1;
  }

  get key(): string {
    return this.setup.key;
  }

  get state(): InviteServerState | NonInviteServerState {
    return this.#state;
  }

  /** The last response sent, undefined before the first. */
  get response(): SipResponse | undefined {
    return this.#lastResponse;
  }

  /** The request, its retransmissions and its ACK. */
  receive(request: SipRequest, flow: Flow, now: number): void {
    this.take(request.method === "ACK" ? "ACK" : "request", now, { request, flow });
  }

  /** @throws LocalMisuseError after a final response */
  respond(response: SipResponse, bytes: Uint8Array, now: number): void {
    const { status } = response;
    const event = status < 200 ? "respond 1xx" : status < 300 ? "respond 2xx" : "respond 3xx-6xx";
    this.take(event, now, { response, bytes });
  }

  take(event: ServerEvent, now: number, with_: Cause = {}): void {
    const name = `${this.setup.request.method} server transaction`;
    const [state, ...actions] = transition(name, this.#table, this.#state, event);
    this.#state = state as InviteServerState | NonInviteServerState;
    if (state === "terminated") this.stop();
    for (const action of actions) this.#perform(action, now, with_);
    if (state === "terminated") this.#host.ended(this.key);
  }

  stop(): void {
    this.#timers.clear();
  }

  #perform(action: Action, now: number, { request, response, bytes, flow, error }: Cause): void {
    const { t1, t2, t4 } = this.#host.timers;
    const { key } = this.setup;
    const reliable = isReliable(this.setup.flow);
    switch (action) {
      case "pass request":
        return this.#host.emit({ type: "request", key, request: this.setup.request, flow: this.setup.flow });
      case "pass ACK":
        if (request && flow) this.#host.emit({ type: "request", key: undefined, request, flow });
        return;
      case "report ACK":
        if (request) this.#host.emit({ type: "ack", key, request });
        return;
      case "send response":
        this.#lastBytes = bytes;
        this.#lastResponse = response;
        return this.#repeat();
      case "repeat response":
        return this.#repeat();
      case "send 100": {
        const trying = buildResponse(this.setup.request, 100);
        this.#lastBytes = trying.toBytes();
        this.#lastResponse = trying;
        return this.#repeat();
      }
      case "start 100":
        return this.#start("100", now + TRYING_AFTER_MS);
      case "start G":
        return reliable ? undefined : this.#start("G", now + t1);
      case "double G":
        this.#interval = Math.min(2 * this.#interval, t2);
        return this.#start("G", now + this.#interval);
      case "start H":
        return this.#start("H", now + 64 * t1);
      case "start I":
        return this.#start("I", now + (reliable ? 0 : t4));
      case "start J":
        return this.#start("J", now + (reliable ? 0 : 64 * t1));
      case "start L":
        return this.#start("L", now + 64 * t1);
      case "stop timers":
        return this.#timers.clear();
      case "report timeout":
        return this.#host.emit({ type: "timeout", key, request: this.setup.request });
      case "report transport error":
        if (error) this.#host.emit({ type: "transportError", key, error, flow: this.setup.replyTo });
        return;
    }
  }

  #repeat(): void {
    if (this.#lastBytes) this.#host.send(this.#lastBytes, this.setup.replyTo, this.key);
  }

  #start(name: ServerTimer, at: number): void {
    this.#timers.start(name, at, (now) => this.take(`timer ${name}` as ServerEvent, now));
  }
}

interface Cause {
  readonly request?: SipRequest;
  readonly response?: SipResponse;
  readonly bytes?: Uint8Array;
  readonly flow?: Flow;
  readonly error?: Error;
}
