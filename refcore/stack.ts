/**
 * A transaction layer with its way to the network: what every box sends and receives SIP with. A request that comes
 * in is a ServerTransaction to answer; one that goes out brings its responses to a handler.
 */
import { buildResponse, type ResponseOptions, type SipRequest, type SipResponse } from "sip-codec";
import { LocalMisuseError } from "../harness/errors.ts";
import type { Flow } from "../harness/net/types.ts";
import {
  type LayerOptions,
  type Outgoing,
  type TransactionEvent,
  TransactionLayer,
} from "../harness/sip/mod.ts";
import { isInside } from "./fabric.ts";
import type { Alarm } from "./scheduler.ts";
import type { BoxContext } from "./types.ts";

/** A request to be answered. An ACK for a 2xx comes as one that takes no answer. */
export interface ServerTransaction {
  readonly request: SipRequest;
  readonly flow: Flow;
  /** A final response has been sent. */
  readonly answered: boolean;
  /** Sends a response; ignored after a final one (another 2xx to INVITE goes through). */
  respond(response: SipResponse): void;
  /** Builds a response to the request and sends it. To gets a tag above 100. */
  reply(status: number, options?: ResponseOptions): SipResponse;
  /** Forgets the request as if it had never come: no answer, and what comes again is new. */
  discard(): void;
  /** Called when the client cancels; the transaction is still to be answered with 487. */
  onCancel: (() => void) | undefined;
}

export interface ClientHandler {
  response(response: SipResponse, flow: Flow): void;
  /** No final response will come. */
  failed(reason: "timeout" | "transport"): void;
}

export interface StackOptions {
  readonly sentBy?: LayerOptions["sentBy"];
  readonly replyTo?: LayerOptions["replyTo"];
  readonly answerKeepAlives?: boolean;
  /** Takes octets to the network. A rejected promise is a transport error. */
  send(bytes: Uint8Array, to: Flow): void | Promise<void>;
  handle(transaction: ServerTransaction): void | Promise<void>;
}

export class SipStack {
  readonly #context: BoxContext;
  readonly #options: StackOptions;
  readonly #layer: TransactionLayer;
  readonly #alarm: Alarm;
  readonly #servers = new Map<string, Server>();
  readonly #clients = new Map<string, ClientHandler>();
  #pumping = false;

  constructor(context: BoxContext, options: StackOptions) {
    this.#context = context;
    this.#options = options;
    const { sentBy, replyTo, answerKeepAlives = false } = options;
    this.#layer = new TransactionLayer({
      timers: context.timers,
      ids: () => context.token(),
      answerKeepAlives,
      ...(sentBy ? { sentBy } : {}),
      ...(replyTo ? { replyTo } : {}),
    });
    this.#alarm = context.scheduler.alarm(() => {
      this.#layer.expire(this.#now());
      this.#pump();
    });
  }

  receive(bytes: Uint8Array, flow: Flow): void {
    const { speaker, timers, scheduler } = this.#context;
    if (!speaker?.delay || isInside(flow)) return this.#take(bytes, flow);
    scheduler.at(this.#now() + speaker.delay * timers.t1, () => this.#take(bytes, flow));
  }

  #take(bytes: Uint8Array, flow: Flow): void {
    this.#layer.receive(bytes, flow, this.#now());
    this.#pump();
  }

  /** Starts a client transaction (the request becomes its own) and gives its key. ACK just goes out. */
  request(request: SipRequest, to: Flow, handler: ClientHandler): string {
    // RFC 3261 16.6 step 11: timer C is longer than three minutes.
    const sending = { via: "add", ...(request.method === "INVITE" ? { timerC: 185_000 } : {}) } as const;
    const key = this.#layer.request(request, to, this.#now(), sending);
    if (request.method !== "ACK") this.#clients.set(key, handler);
    this.#pump();
    return key;
  }

  cancel(key: string): void {
    if (!this.#clients.has(key)) return;
    this.#layer.cancel(key, this.#now());
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let busy = true; busy;) {
        busy = false;
        for (const outgoing of this.#layer.toSend(this.#now())) {
          busy = true;
          this.#send(outgoing);
        }
        for (let event = this.#layer.nextEvent(); event; event = this.#layer.nextEvent()) {
          busy = true;
          this.#dispatch(event);
        }
      }
    } finally {
      this.#pumping = false;
    }
    this.#alarm.set(this.#layer.deadline());
  }

  #send(outgoing: Outgoing): void {
    const { speaker } = this.#context;
    const bytes = speaker && !isInside(outgoing.to) ? speaker.say(outgoing.bytes) : outgoing.bytes;
    const sent = this.#options.send(bytes, outgoing.to);
    sent?.catch((error: Error) => {
      this.#layer.sendFailed(outgoing, error, this.#now());
      this.#pump();
    });
  }

  #dispatch(event: TransactionEvent): void {
    switch (event.type) {
      case "request":
        return this.#handle(event.key, event.request, event.flow);
      case "response": {
        const handler = this.#clients.get(event.key);
        if (event.response.status >= 200) this.#release(this.#clients, event.key, event.response);
        return this.#guarded(() => handler?.response(event.response, event.flow));
      }
      case "timeout":
        return this.#failed(event.key, "timeout");
      case "transportError":
        return this.#failed(event.key, "transport");
      case "cancel":
        return this.#guarded(() => this.#servers.get(event.key)?.onCancel?.());
      case "malformed":
        // RFC 3261 16.3 step 1: what can be answered is answered, what cannot is dropped.
        if (event.message?.kind === "request" && event.message.method !== "ACK") {
          const response = buildResponse(event.message, 400);
          this.#guarded(() => this.#layer.respondStateless(response, event.flow));
        }
        return;
      case "ack":
      case "stray":
      case "keepalive":
        return;
    }
  }

  #handle(key: string | undefined, request: SipRequest, flow: Flow): void {
    const server = new Server(
      request,
      flow,
      (response) => this.#respond(key, response),
      () => this.#context.token(),
      () => this.#discard(key),
    );
    if (key !== undefined) this.#servers.set(key, server);
    const failed = (error: unknown) => {
      if (!(error instanceof SyntaxError)) this.#context.problem(error);
      if (server.answered || key === undefined) return;
      server.reply(error instanceof SyntaxError ? 400 : 500);
    };
    try {
      this.#options.handle(server)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #discard(key: string | undefined): void {
    if (key === undefined) return;
    this.#layer.abandon(key);
    this.#servers.delete(key);
  }

  #respond(key: string | undefined, response: SipResponse): void {
    if (key === undefined || !this.#servers.has(key)) return;
    try {
      this.#layer.respond(key, response, this.#now());
    } catch (error) {
      // The transaction is over, for instance because its client is gone.
      if (!(error instanceof LocalMisuseError)) throw error;
    }
    if (response.status >= 200) this.#release(this.#servers, key, response);
    this.#pump();
  }

  /** Forgets what a final response ends; a 2xx to INVITE may come again for 64*T1 (RFC 6026). */
  #release(entries: Map<string, unknown>, key: string, response: SipResponse): void {
    if (response.status >= 300 || response.cseq?.method !== "INVITE") entries.delete(key);
    else this.#context.scheduler.at(this.#now() + 64 * this.#context.timers.t1, () => entries.delete(key));
  }

  #failed(key: string | undefined, reason: "timeout" | "transport"): void {
    if (key === undefined) return;
    this.#servers.delete(key);
    const handler = this.#clients.get(key);
    this.#clients.delete(key);
    this.#guarded(() => handler?.failed(reason));
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof SyntaxError)) this.#context.problem(error);
    }
  }

  #now(): number {
    return this.#context.scheduler.now();
  }
}

class Server implements ServerTransaction {
  onCancel: (() => void) | undefined;
  #answered = false;
  #tag: string | undefined;

  constructor(
    readonly request: SipRequest,
    readonly flow: Flow,
    readonly send: (response: SipResponse) => void,
    readonly newTag: () => string,
    readonly discard: () => void,
  ) {}

  get answered(): boolean {
    return this.#answered;
  }

  respond(response: SipResponse): void {
    const again2xx = response.status < 300 && response.status >= 200 && this.request.method === "INVITE";
    if (this.#answered && !again2xx) return;
    if (response.status >= 200) this.#answered = true;
    this.send(response);
  }

  reply(status: number, options: ResponseOptions = {}): SipResponse {
    const toTag = status > 100 ? this.#tag ??= this.newTag() : undefined;
    const response = buildResponse(this.request, status, { toTag, ...options });
    this.respond(response);
    return response;
  }
}
