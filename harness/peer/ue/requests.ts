/** Requests outside and inside dialogs, with credentials where the network asks for them (TS 33.203 N.2.1.2). */
import { type Credentials, formatCredentials, type Sdp, type SipRequest, type SipResponse } from "sip-codec";
import { uacDialog } from "../../sip/mod.ts";
import { answerTo } from "./answers.ts";
import * as build from "./build.ts";
import { canAnswer, type Means, takeApart } from "./challenge.ts";
import { isSuccess, type LiveExchange } from "./exchange.ts";
import { applyHeaders, setSdp } from "./incoming.ts";
import { lenient } from "./lenient.ts";
import { NonceCounts } from "./nonce_counts.ts";
import type { Sending } from "./protection.ts";
import type { Registrations } from "./registration.ts";
import { type SendingOptions, waysOf } from "./sending.ts";
import type { Station } from "./station.ts";
import type { AnswerOptions, Identity, ReceivedChallenge, RequestOptions } from "./types.ts";

export interface RequestParts {
  readonly station: Station;
  readonly sender: build.Sender;
  readonly identity: Identity;
  readonly means: Means;
  readonly registration: Registrations;
}

/** A body that is not told by `options.body`. */
export type Offer = Sdp | string | undefined;

export class Requests {
  readonly #parts: RequestParts;
  /** TS 33.203 N.2.1.2 NOTE 1a: apart from those of REGISTER. */
  readonly #counts = new NonceCounts();
  /** The latest Proxy-Authenticate: its nonce serves further requests. */
  #proxyChallenge: ReceivedChallenge | undefined;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  get sender(): build.Sender {
    return this.#parts.sender;
  }

  get station(): Station {
    return this.#parts.station;
  }

  get contact(): string {
    return this.#parts.registration.dialogContact;
  }

  /** The request as it would be sent, without what `tamper` does. */
  draft(method: string, target: string, options: RequestOptions = {}, sdp?: Offer): SipRequest {
    const { station: { protection }, sender, registration } = this.#parts;
    const { impu } = registration;
    const request = build.outOfDialog(sender, method, target, {
      from: options.from ?? impu,
      fromTag: sender.random.token(10),
      callId: sender.random.token(24),
      cseq: 1,
      contact: this.contact,
      routes: [build.entryRoute(protection.remote, protection.transport), ...registration.serviceRoute],
      preferredIdentity: options.preferredIdentity === undefined ? impu : options.preferredIdentity,
    });
    return this.finish(request, options, sdp);
  }

  /** Body, credentials, protection and the case's own header fields: the same for every request. */
  finish(request: SipRequest, options: RequestOptions, sdp?: Offer): SipRequest {
    if (sdp !== undefined) setSdp(request, sdp);
    if (options.body) {
      request.set("Content-Type", options.body.type);
      request.body = options.body.content;
    }
    if ((options.authenticate ?? true) === true) this.#authorizeUnasked(request);
    this.#parts.station.protection.dress(request, sendingOf(options));
    applyHeaders(request, options.headers);
    return request;
  }

  /**
   * Sends a finished request.
   * @param renumber gives the CSeq number for the repetition after a 407; default: the next one
   */
  send(request: SipRequest, options: RequestOptions, renumber?: () => number): LiveExchange {
    const exchange = this.#parts.station.exchange(request, sendingOf(options), options.tamper);
    this.#answer407Once(exchange, options, renumber);
    this.#acknowledgeUncalled(exchange);
    return exchange;
  }

  start(method: string, target: string, options: RequestOptions = {}, sdp?: Offer): LiveExchange {
    return this.send(this.draft(method, target, options, sdp), options);
  }

  /** The challenged request once more. */
  again(challenge: ReceivedChallenge, options: AnswerOptions = {}): LiveExchange {
    const sending = sendingOf(options);
    const request = this.#repetition(challenge, options, sending);
    const exchange = this.#parts.station.exchange(request, sending, options.tamper);
    this.#acknowledgeUncalled(exchange);
    return exchange;
  }

  credentials(
    challenge: ReceivedChallenge,
    request: { readonly method: string; readonly uri: string; readonly body?: Uint8Array },
    options: AnswerOptions = {},
  ): Credentials {
    const { identity: { impi }, means, sender: { random } } = this.#parts;
    const { method, uri, body = new Uint8Array() } = request;
    const context = { ...means, impi, method, uri, body, counts: this.#counts, random };
    return answerTo(challenge, options, context).credentials;
  }

  takeApart(response: SipResponse, request: SipRequest): ReceivedChallenge {
    return takeApart(response, request, this.#parts.means);
  }

  #answer407Once(exchange: LiveExchange, options: RequestOptions, renumber?: () => number): void {
    const authenticate = options.authenticate ?? true;
    let answered = false;
    exchange.absorb = (response) => {
      if (response.status !== 407) return false;
      const challenge = this.takeApart(response, exchange.request);
      if (!challenge.challenge) return false;
      this.#proxyChallenge = challenge;
      if (answered || authenticate === false) return false;
      const told = authenticate === true ? undefined : authenticate;
      if (!canAnswer(challenge, this.#parts.means, told)) return false;
      answered = true;
      try {
        // The way of the first one, unless the case says how to answer.
        const how = { ...waysOf(options), ...told };
        const repeats = told?.way === undefined ? { repeats: exchange.request } : {};
        const sending: Sending = { ...sendingOf(how), ...repeats };
        const request = this.#repetition(challenge, how, sending, renumber);
        this.#parts.station.exchange(request, sending, told?.tamper, exchange);
      } catch (error) {
        exchange.fail(error instanceof Error ? error : new Error(String(error)));
      }
      return true;
    };
  }

  /** An INVITE that is no call of a case: its 2xx gets its ACK all the same. Calls take `onResponse` over. */
  #acknowledgeUncalled(exchange: LiveExchange): void {
    exchange.onResponse = (response) => {
      if (exchange.request.method !== "INVITE" || !isSuccess(response)) return;
      const ack = uacDialog(exchange.request, response).ack(exchange.request);
      this.station.acknowledge(build.inDialog(this.sender, ack));
    };
  }

  /** RFC 3261 8.1.3.5, 22.2: same Call-ID, From and To, a new branch, the next CSeq. */
  #repetition(
    challenge: ReceivedChallenge,
    options: AnswerOptions,
    sending: Sending,
    renumber?: () => number,
  ): SipRequest {
    const request = challenge.request.clone();
    const { method, requestUri: uri, body } = request;
    const credentials = this.credentials(challenge, { method, uri, body }, options);
    const cseq = renumber?.() ?? (lenient(() => request.cseq?.seq) ?? 0) + 1;
    request.set("Via", build.via(this.sender, "request"));
    request.set("CSeq", `${cseq} ${method}`);
    request.set(authorizationField(challenge), formatCredentials(credentials));
    this.#parts.station.protection.dress(request, sending);
    return applyHeaders(request, options.headers);
  }

  #authorizeUnasked(request: SipRequest): void {
    const challenge = this.#proxyChallenge;
    if (!challenge || request.method === "ACK" || !canAnswer(challenge, this.#parts.means)) return;
    const { method, requestUri: uri, body } = request;
    const credentials = this.credentials(challenge, { method, uri, body });
    request.set(authorizationField(challenge), formatCredentials(credentials));
  }
}

/** What `way`, `esp` and `over` say of a request that is no REGISTER. */
function sendingOf(options: SendingOptions): Sending {
  return { ...waysOf(options), step: "request" };
}

/** RFC 3261 22.2, 22.3 */
function authorizationField({ status }: ReceivedChallenge): "Authorization" | "Proxy-Authorization" {
  return status === 407 ? "Proxy-Authorization" : "Authorization";
}
