/**
 * The transaction layer of a UE or a proxy (RFC 3261 17 and 18, RFC 6026, RFC 3581): bytes in, events out, and the
 * other way round. Sans-IO: who joins it to sockets calls `receive`, sends what `toSend` gives, and calls `expire`
 * when `deadline` has come.
 */
import { buildResponse, parseMessage, type SipMessage, type SipRequest, type SipResponse } from "sip-codec";
import { LocalMisuseError } from "../errors.ts";
import type { Flow, Machine } from "../net/types.ts";
import { cancelFor } from "./ack_cancel.ts";
import { ClientTransaction } from "./client_transaction.ts";
import { checkUsable, clientId, hasRfc3261Branch, sentByOfTop, serverId } from "./matching.ts";
import type { Due } from "./own_timers.ts";
import { Repeats } from "./repeat.ts";
import { ServerTransaction } from "./server_transaction.ts";
import { TimerQueue } from "./timer_queue.ts";
import { isReliable, type TransactionHost } from "./transaction_host.ts";
import type {
  LayerOptions,
  Outgoing,
  RequestSending,
  ResponseSending,
  SentBy,
  TransactionEvent,
} from "./types.ts";
import { fillInSource, responseFlow, sentByOf, viaValue } from "./via.ts";

export class TransactionLayer implements Machine<TransactionEvent> {
  readonly #clients = new Transactions<ClientTransaction>();
  readonly #servers = new Transactions<ServerTransaction>();
  /** CANCELs that wait for a provisional response, by the key of their INVITE. */
  readonly #cancels = new Map<string, { readonly key: string; readonly sent: boolean }>();
  readonly #queue = new TimerQueue<Due>();
  readonly #repeats: Repeats;
  readonly #host: TransactionHost;
  #events: TransactionEvent[] = [];
  #nextEvent = 0;
  #out: Outgoing[] = [];
  #count = 0;

  constructor(readonly options: LayerOptions) {
    this.#host = {
      timers: options.timers,
      queue: this.#queue,
      send: (bytes, to, key) => void this.#out.push({ bytes, to, key }),
      emit: (event) => this.#emit(event),
      cancel: (key, now) => void this.cancel(key, now),
      ended: (key) => this.#forget(key),
    };
    this.#repeats = new Repeats(this.#host);
  }

  /**
   * Sends a request in a client transaction of its own and gives its key. ACK has no transaction: it is sent once.
   * The message gets our Via; it is the transaction's from now on, hand in a clone to keep yours.
   * @throws LocalMisuseError for a message without usable CSeq or Call-ID, or a branch that is in use.
   */
  request(message: SipRequest, to: Flow, now: number, sending: RequestSending = {}): string {
    this.#addVia(message, to, sending.via ?? "auto");
    const key = this.#newKey("c");
    const bytes = sending.bytes ?? message.toBytes();
    if (message.method === "ACK") {
      this.#out.push({ bytes, to, key });
      return key;
    }
    const id = idOfOurs(message);
    if (this.#clients.find(id)) {
      throw new LocalMisuseError(
        `A ${message.method} with branch "${
          message.vias[0]?.branch
        }" is under way; it needs a branch of its own`,
      );
    }
    const { timerC } = sending;
    const transaction = new ClientTransaction({ key, request: message, flow: to, bytes, timerC }, this.#host);
    this.#clients.add(key, id, transaction);
    transaction.send(now);
    return key;
  }

  /**
   * Answers the request of `key`. The response is the transaction's from now on.
   * @throws LocalMisuseError for an unknown key, or an answer that the transaction's state does not allow.
   */
  respond(key: string, response: SipResponse, now: number, sending: ResponseSending = {}): void {
    const transaction = this.#servers.get(key);
    if (!transaction) {
      throw new LocalMisuseError(
        `No server transaction "${key}" waits for a response; it ended, or never was, when ${response.status} came`,
      );
    }
    const bytes = sending.bytes ?? response.toBytes();
    const { request, replyTo } = transaction.setup;
    transaction.respond(response, bytes, now);
    if (response.status >= 200) this.#repeats.finalSent(key);
    if (sending.untilAcknowledged && transaction.invite && response.status < 300) {
      this.#repeats.start(key, request, response, bytes, replyTo, now);
    }
    this.#settle(now);
  }

  /**
   * Cancels an INVITE of ours (RFC 3261 9.1), as soon as a provisional response allows it. Gives the key of the
   * CANCEL's transaction, undefined if the INVITE has its final response (CANCEL has no effect then). Should that
   * come before a provisional one, no CANCEL is sent and nothing more is heard of the key.
   * @throws LocalMisuseError where `key` is another request than INVITE
   */
  cancel(key: string, now: number): string | undefined {
    const transaction = this.#clients.get(key);
    if (transaction && !transaction.invite) {
      throw new LocalMisuseError(`CANCEL is for INVITE, "${key}" is ${transaction.setup.request.method}`);
    }
    const before = this.#cancels.get(key);
    if (before) return before.key;
    if (transaction?.state !== "calling" && transaction?.state !== "proceeding") return undefined;
    const cancel = { key: this.#newKey("c"), sent: false };
    this.#cancels.set(key, cancel);
    if (transaction.state === "proceeding") this.#sendCancel(transaction, now);
    return cancel.key;
  }

  /** Forgets a transaction without a word: no event, no retransmission, no answer any more. */
  abandon(key: string): void {
    (this.#clients.get(key) ?? this.#servers.get(key))?.stop();
    this.#repeats.abandon(key);
    this.#forget(key);
  }

  /** Sends octets as they are. */
  sendRaw(bytes: Uint8Array, to: Flow): void {
    this.#out.push({ bytes, to });
  }

  /**
   * Sends a response outside any transaction: to where its top Via and the flow of its request say, or back where
   * that came from if the Via cannot be read.
   */
  respondStateless(response: SipResponse, flow: Flow): void {
    let to = flow;
    try {
      to = responseFlow(response, flow);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    this.sendRaw(response.toBytes(), to);
  }

  /** The driver's word that `item` could not be sent; a transaction that cannot live without it ends. */
  sendFailed(item: Outgoing, error: Error, now: number): void {
    const key = item.key;
    const transaction = key === undefined ? undefined : this.#clients.get(key) ?? this.#servers.get(key);
    if (transaction) transaction.take("transport error", now, { error });
    else this.#emit({ type: "transportError", key, error, flow: item.to });
    this.#settle(now);
  }

  receive(bytes: Uint8Array, from: Flow, now: number): void {
    if (bytes.every((octet) => octet === 0x0d || octet === 0x0a)) return this.#keepAlive(bytes, from);
    let message: SipMessage | undefined;
    try {
      message = parseMessage(
        bytes,
        from.transport === "tcp" || from.transport === "tls" ? "stream" : "datagram",
      );
      checkUsable(message);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#emit({ type: "malformed", bytes, error, flow: from, ...(message ? { message } : {}) });
    }
    if (message.kind === "request") this.#receiveRequest(message, from, now);
    else this.#receiveResponse(message, from, now);
    this.#settle(now);
  }

  nextEvent(): TransactionEvent | undefined {
    const event = this.#events[this.#nextEvent];
    if (event === undefined) return undefined;
    if (++this.#nextEvent === this.#events.length) {
      this.#events = [];
      this.#nextEvent = 0;
    }
    return event;
  }

  toSend(_now: number): Outgoing[] {
    const out = this.#out;
    if (out.length > 0) this.#out = [];
    return out;
  }

  deadline(): number | undefined {
    return this.#queue.next();
  }

  expire(now: number): void {
    for (let due = this.#queue.pop(now); due; due = this.#queue.pop(now)) due(now);
  }

  /** How many transactions live: what a test of leaks looks at. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  #receiveRequest(request: SipRequest, from: Flow, now: number): void {
    const id = serverId(request);
    fillInSource(request, from);
    if (request.method === "ACK" || request.method === "PRACK") this.#repeats.acknowledge(request);
    const known = this.#servers.find(id);
    if (known && acknowledges(request, known)) return known.receive(request, from, now);
    if (request.method === "ACK") return this.#emit({ type: "request", key: undefined, request, flow: from });
    const invite = request.method === "CANCEL" ? this.#servers.find(serverId(request, "INVITE")) : undefined;
    const key = this.#newKey("s");
    const replyTo = (this.options.replyTo ?? responseFlow)(request, from);
    const setup = { key, request, flow: from, replyTo };
    const host = invite ? { ...this.#host, emit: () => {} } : this.#host;
    const transaction = new ServerTransaction(setup, host);
    this.#servers.add(key, id, transaction);
    transaction.receive(request, from, now);
    if (invite) this.#answerCancel(transaction, invite, now);
  }

  /** RFC 3261 9.2: 200 at once, with the tag of the INVITE's answers; the user ends the INVITE with 487. */
  #answerCancel(cancel: ServerTransaction, invite: ServerTransaction, now: number): void {
    const { request, flow } = cancel.setup;
    const ok = buildResponse(request, 200, { toTag: invite.response?.to?.tag ?? this.options.ids() });
    cancel.respond(ok, ok.toBytes(), now);
    if (invite.state === "proceeding") this.#emit({ type: "cancel", key: invite.key, request, flow });
  }

  #receiveResponse(response: SipResponse, from: Flow, now: number): void {
    const transaction = this.#clients.find(clientId(response));
    if (!transaction || sentByOfTop(transaction.setup.request) !== sentByOfTop(response)) {
      return this.#emit({ type: "stray", message: response, flow: from });
    }
    transaction.receive(response, from, now);
    const cancel = this.#cancels.get(transaction.key);
    if (cancel && !cancel.sent && transaction.state === "proceeding") this.#sendCancel(transaction, now);
  }

  #sendCancel(invite: ClientTransaction, now: number): void {
    const key = this.#cancels.get(invite.key)!.key;
    this.#cancels.set(invite.key, { key, sent: true });
    const request = cancelFor(invite.setup.request);
    const setup = { key, request, flow: invite.setup.flow, bytes: request.toBytes() };
    const transaction = new ClientTransaction(setup, this.#host);
    this.#clients.add(key, clientId(request), transaction);
    invite.take("cancelled", now);
    transaction.send(now);
  }

  #keepAlive(bytes: Uint8Array, from: Flow): void {
    const kind = bytes.length > 2 ? "ping" : "pong";
    if (kind === "ping" && isReliable(from) && this.options.answerKeepAlives) {
      this.sendRaw(Uint8Array.of(0x0d, 0x0a), from);
    }
    this.#emit({ type: "keepalive", kind, flow: from });
  }

  #addVia(message: SipRequest, to: Flow, how: "auto" | "add" | "keep"): void {
    const { sentBy: told } = this.options;
    const sentBy = typeof told === "function" ? told(to) : told ?? sentByOf(to.local);
    if (how === "keep" || how === "auto" && this.#isOursAndFresh(message, sentBy)) return;
    const rport = to.transport === "udp" && (sentBy.rport ?? this.options.rport ?? true);
    message.prepend("Via", viaValue(to.transport, sentBy, this.options.ids(), rport));
  }

  /** The top Via names us and its branch is not under way: somebody put it there for this sending. */
  #isOursAndFresh(message: SipRequest, sentBy: SentBy): boolean {
    const via = message.vias[0];
    return via !== undefined && via.branch !== undefined && via.host === sentBy.host &&
      via.port === sentBy.port && !this.#clients.find(clientId(message));
  }

  /** Timers of zero length are due at once. */
  #settle(now: number): void {
    this.expire(now);
  }

  #emit(event: TransactionEvent): void {
    this.#events.push(event);
  }

  #forget(key: string): void {
    this.#clients.delete(key);
    this.#servers.delete(key);
    this.#cancels.delete(key);
  }

  #newKey(side: "c" | "s"): string {
    return `${side}${++this.#count}`;
  }
}

/** Transactions by their key and by what the messages of each have in common. */
class Transactions<T> {
  readonly #byKey = new Map<string, { readonly id: string; readonly transaction: T }>();
  readonly #byId = new Map<string, T>();

  get size(): number {
    return this.#byKey.size;
  }

  add(key: string, id: string, transaction: T): void {
    this.#byKey.set(key, { id, transaction });
    this.#byId.set(id, transaction);
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key)?.transaction;
  }

  find(id: string): T | undefined {
    return this.#byId.get(id);
  }

  delete(key: string): void {
    const entry = this.#byKey.get(key);
    if (!entry) return;
    this.#byKey.delete(key);
    this.#byId.delete(entry.id);
  }
}

/** The ACK of an RFC 2543 peer is also known by the To tag of the response (17.2.3); all else is by now. */
function acknowledges(request: SipRequest, invite: ServerTransaction): boolean {
  if (request.method !== "ACK" || hasRfc3261Branch(request)) return true;
  const ours = invite.response?.to?.tag;
  return ours === undefined || request.to?.tag === ours;
}

/** @throws LocalMisuseError where an answer could not be matched */
function idOfOurs(message: SipRequest): string {
  try {
    if (message.cseq && message.get("Call-ID") !== undefined) return clientId(message);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new LocalMisuseError(
      `A ${message.method} must be sent with sendRaw(), its answers cannot be matched: ${error.message}`,
    );
  }
  throw new LocalMisuseError(
    `A ${message.method} needs CSeq and Call-ID; without them it must be sent with sendRaw()`,
  );
}
