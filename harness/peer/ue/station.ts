/**
 * The UE's end of the wire: one transaction layer on the sockets of its protection. Requests go out as exchanges,
 * answers find them, what comes unasked is handed to who claims it.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import { LocalMisuseError } from "../../errors.ts";
import { TransactionLayer } from "../../sip/mod.ts";
import type { TransactionEvent } from "../../sip/mod.ts";
import type { Clock, Drive, Driver, Flow } from "../../net/types.ts";
import type { Profile } from "../../../profiles/types.ts";
import { type ExchangeOptions, isFinal, isSuccess, LiveExchange } from "./exchange.ts";
import { type Answering, Arrived } from "./incoming.ts";
import { Inbox } from "./inbox.ts";
import { lenient } from "./lenient.ts";
import type { Loss, Protection, Sending } from "./protection.ts";
import type { SendingOptions } from "./sending.ts";
import type { Random, Tamper } from "./types.ts";

export interface StationOptions {
  readonly protection: Protection;
  readonly clock: Clock;
  readonly drive: Drive;
  readonly timers: Profile["timers"];
  readonly random: Random;
  /** The UE's Contact at the moment. */
  readonly contact: () => string;
  readonly accessNetworkInfo: string | undefined;
}

/** Who takes requests from the network: asked in turn, the first that says true has it. */
export interface Claimant {
  claim(arrived: Arrived): boolean;
  /** The ACK of our 2xx did not come within 64*T1. */
  unacknowledged?(arrived: Arrived): void;
  /** The INVITE was cancelled, and has been answered 487. */
  cancelled?(arrived: Arrived, cancel: Arrived): boolean;
}

export class Station {
  readonly protection: Protection;
  /** Calls and subscriptions; what none of them claims goes to `unclaimed`. */
  readonly claimants = new Set<Claimant>();
  readonly unclaimed: Inbox<Arrived>;
  readonly strays: Inbox<SipRequest | SipResponse>;
  readonly pongs: Inbox<Flow>;
  /** Octets from the network that are no SIP message. */
  readonly malformed: { readonly bytes: Uint8Array; readonly error: SyntaxError }[] = [];

  readonly #options: StationOptions;
  readonly #layer: TransactionLayer;
  readonly #driver: Driver<TransactionEvent>;
  readonly #exchanges = new Map<string, LiveExchange>();
  readonly #arrived = new Map<string, Arrived>();
  readonly #reading: Promise<void>;
  readonly #automatic: (arrived: Arrived) => void;
  #closed = false;

  constructor(options: StationOptions, automatic: (arrived: Arrived) => void) {
    const { protection, clock, timers: { t1, t2, t4 }, random } = options;
    this.#options = options;
    this.#automatic = automatic;
    this.protection = protection;
    this.unclaimed = new Inbox(clock);
    this.strays = new Inbox(clock);
    this.pongs = new Inbox(clock);
    this.#layer = new TransactionLayer({
      timers: { t1, t2, t4 },
      ids: () => random.token(20),
      ...(protection.replyTo ? { replyTo: (request, from) => protection.replyTo!(request, from) } : {}),
    });
    protection.onDiscard = (response) => this.#discard(response);
    protection.onLost = (loss) => this.#lost(loss);
    this.#driver = options.drive(this.#layer, {
      sockets: protection.sockets,
      clock,
      onSendError: (item, error, now) => this.#layer.sendFailed(item, error, now),
    });
    this.#reading = this.#read();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends a request as it stands after `tamper`; with `exchange`, as its continuation. */
  exchange(request: SipRequest, sending: Sending, tamper?: Tamper, exchange?: LiveExchange): LiveExchange {
    const untouched = tamper ? request.clone() : undefined;
    const bytes = tamper?.(request) ?? undefined;
    const live = exchange ?? new LiveExchange(request, this.#windows());
    live.continueWith(request);
    const key = this.#begin(request, sending, bytes, untouched);
    this.#exchanges.set(key, live);
    this.#driver.kick();
    return live;
  }

  /** Sends an ACK, which has no answer. What is returned sends it once more. */
  acknowledge(request: SipRequest, tamper?: Tamper, how: SendingOptions = {}): () => void {
    const sending: Sending = { ...how, step: "request" };
    this.protection.dress(request, sending);
    const bytes = tamper?.(request) ?? undefined;
    const send = () => {
      this.#transmit(request, sending, bytes);
      this.#driver.kick();
    };
    send();
    return send;
  }

  /** CANCEL for the INVITE of this exchange; undefined if there is nothing left to cancel. */
  cancel(invite: LiveExchange): LiveExchange | undefined {
    if (invite.over) return undefined;
    const key = [...this.#exchanges].filter(([, live]) => live === invite).at(-1)?.[0];
    const cancelKey = key === undefined ? undefined : this.#layer.cancel(key, this.#now());
    if (cancelKey === undefined) return undefined;
    const request = invite.request.clone();
    request.set("CSeq", (request.get("CSeq") ?? "").replace("INVITE", "CANCEL")).method = "CANCEL";
    const live = new LiveExchange(request, this.#windows());
    this.#exchanges.set(cancelKey, live);
    live.bePatient(); // it may never be sent: where the INVITE ends before a provisional response
    this.#driver.kick();
    return live;
  }

  sendRaw(bytes: Uint8Array, sending: Sending, flow: Flow = this.protection.flow(sending)): void {
    this.#layer.sendRaw(bytes, flow);
    this.#driver.kick();
  }

  /** Closes the sockets; everything that waits is told, quietly. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const exchange of this.#exchanges.values()) exchange.close();
    for (const inbox of [this.unclaimed, this.strays, this.pongs]) inbox.close();
    await this.#driver.close();
    await this.#reading;
    await this.protection.close?.();
  }

  readonly #answering: Answering = {
    contact: () => this.#options.contact(),
    accessNetworkInfo: () => this.#options.accessNetworkInfo,
    send: (key, request, response, { tamper, way, esp }) => {
      if (way !== undefined || esp) {
        this.protection.redirect?.(request, { ...(way ? { way } : {}), ...(esp ? { esp } : {}) });
      }
      const bytes = tamper?.(response) ?? undefined;
      const invite = this.#arrived.has(key);
      // RFC 3261 13.3.1.4: the UAS repeats its 2xx; RFC 3262 3: and its reliable 1xx.
      const untilAcknowledged = invite &&
        (response.status < 200 ? response.has("RSeq") : response.status < 300);
      this.#layer.respond(key, response, this.#now(), { untilAcknowledged, ...(bytes ? { bytes } : {}) });
      this.#driver.kick();
    },
  };

  /** A message that tampering made useless for matching goes out as octets, matched by what it was before. */
  #begin(
    request: SipRequest,
    sending: Sending,
    bytes: Uint8Array | undefined,
    untouched: SipRequest | undefined,
  ): string {
    try {
      return this.#transmit(request, sending, bytes);
    } catch (error) {
      if (!untouched || !(error instanceof LocalMisuseError || error instanceof SyntaxError)) throw error;
      return this.#transmit(untouched, sending, bytes ?? request.toBytes(), request);
    }
  }

  /** @param known the request as those who wait for its answer know it */
  #transmit(
    request: SipRequest,
    sending: Sending,
    bytes: Uint8Array | undefined,
    known: SipRequest = request,
  ): string {
    if (this.#closed) throw new LocalMisuseError(`"${request.method}" cannot be sent: the UE is closed`);
    const flow = this.protection.flow(sending, known);
    return this.#layer.request(request, flow, this.#now(), { via: "keep", ...(bytes ? { bytes } : {}) });
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #windows(): ExchangeOptions {
    const { clock, timers: { t1, answer, silence } } = this.#options;
    return { clock, patience: Math.max(64 * t1, answer), silence };
  }

  async #read(): Promise<void> {
    for (;;) {
      try {
        const event = await this.#driver.next();
        if (event === undefined) return;
        this.#take(event);
      } catch (error) {
        this.#broken(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  /** The network cannot be reached any more: whoever waits for an answer need not wait longer. */
  #broken(error: Error): void {
    for (const exchange of this.#exchanges.values()) exchange.fail(error);
  }

  /** A header field that does not parse when somebody reads it is the device's doing, and kept as such. */
  #take(event: TransactionEvent): void {
    const arrived = messageOf(event);
    if (arrived && "flow" in event) this.protection.received?.(arrived, event.flow);
    try {
      this.#dispatch(event);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.malformed.push({ bytes: arrived?.toBytes() ?? new Uint8Array(), error });
    }
  }

  #dispatch(event: TransactionEvent): void {
    switch (event.type) {
      case "response":
        this.#answered(event.key, event.response, event.flow);
        return;
      case "timeout":
        this.#timedOut(event.key);
        return;
      case "transportError":
        if (event.key !== undefined) this.#exchanges.get(event.key)?.fail(event.error);
        return;
      case "request":
        this.#arrive(event.request, event.flow, event.key);
        return;
      case "cancel":
        this.#cancelled(event.key, event.request, event.flow);
        return;
      case "stray":
        this.strays.put(event.message);
        return;
      case "malformed":
        this.malformed.push({ bytes: event.bytes, error: event.error });
        if (event.message) this.strays.put(event.message);
        return;
      case "keepalive":
        if (event.kind === "pong") this.pongs.put(event.flow);
        return;
      case "ack": // of a final response other than 2xx: the transaction has had it, nobody waits
        return;
    }
  }

  /** What answers an exchange but came by a wrong way is told to it: silence it was not. */
  #discard(response: SipResponse): void {
    const answers = lenient(() => [response.via?.branch, response.cseq?.method].join());
    for (const exchange of new Set(this.#exchanges.values())) {
      const { request } = exchange;
      if (lenient(() => [request.via?.branch, request.cseq?.method].join()) === answers) {
        exchange.discard(response);
      }
    }
  }

  /** RFC 3261 17.1.4: nothing comes any more on a connection that is gone. */
  #lost({ carried, says }: Loss): void {
    for (const [key, exchange] of this.#exchanges) {
      if (exchange.over || !carried(exchange.request)) continue;
      this.#layer.abandon(key);
      exchange.gone(says);
    }
  }

  #answered(key: string, response: SipResponse, flow: Flow): void {
    this.protection.answeredOn(flow);
    const exchange = this.#exchanges.get(key);
    // The 2xx of an INVITE comes again until its ACK has arrived; everything else is over with its final response.
    if (isFinal(response) && !(isSuccess(response) && response.cseq?.method === "INVITE")) {
      this.#exchanges.delete(key);
    }
    exchange?.receive(response);
  }

  #arrive(request: SipRequest, flow: Flow, key: string | undefined): void {
    const arrived = new Arrived(request, flow, key, this.#options.random.token(10), this.#answering);
    if (key !== undefined && request.method === "INVITE") this.#arrived.set(key, arrived);
    for (const claimant of this.claimants) if (claimant.claim(arrived)) return;
    this.#automatic(arrived);
    this.unclaimed.put(arrived);
  }

  /** RFC 3261 9.2: the layer has answered the CANCEL; the INVITE ends with 487. */
  #cancelled(key: string, request: SipRequest, flow: Flow): void {
    const invite = this.#arrived.get(key);
    if (!invite) return;
    const cancel = new Arrived(request, flow, undefined, invite.toTag, this.#answering);
    invite.respondAutomatically(487);
    for (const claimant of this.claimants) if (claimant.cancelled?.(invite, cancel)) return;
    this.unclaimed.put(cancel);
  }

  #timedOut(key: string): void {
    this.#exchanges.get(key)?.timedOut();
    const arrived = this.#arrived.get(key);
    if (arrived) { for (const claimant of this.claimants) claimant.unacknowledged?.(arrived); }
  }
}

/** The message that an event is about, where one came. */
function messageOf(event: TransactionEvent): SipRequest | SipResponse | undefined {
  switch (event.type) {
    case "response":
      return event.response;
    case "request":
    case "cancel":
      return event.request;
    case "stray":
    case "malformed":
      return event.message;
  }
  return undefined;
}
