/**
 * SM1 and SM7: how the UE registers (TS 33.203 6.1 and N.2, TS 24.229 5.1.1). Here and nowhere else REGISTERs are
 * made; which way they go and what protects them is the protection's affair.
 */
import { formatCredentials, Params, type SipRequest, type SipResponse } from "sip-codec";
import { PeerViolation } from "../../errors.ts";
import type { Clock } from "../../net/types.ts";
import { type Answer, answerTo, rspauthHolds } from "./answers.ts";
import * as build from "./build.ts";
import { canAnswer, isChallenge, isStale, type Means, takeApart } from "./challenge.ts";
import { isSuccess } from "./exchange.ts";
import { applyHeaders } from "./incoming.ts";
import { lenient } from "./lenient.ts";
import { NonceCounts } from "./nonce_counts.ts";
import type { Sending } from "./protection.ts";
import { waysOf } from "./sending.ts";
import type { Station } from "./station.ts";
import type { AnswerOptions, Identity, ReceivedChallenge, Registered, RegisterOptions } from "./types.ts";

/** TS 24.229 5.1.1.2.1: what a UE asks for. Seconds. */
const DEFAULT_EXPIRES = 600_000;

/** Challenges answered in one register(): the first, one after AUTS, one after stale. */
const MOST_ROUNDS = 3;

export interface RegistrationParts {
  readonly station: Station;
  readonly clock: Clock;
  readonly sender: build.Sender;
  readonly identity: Identity;
  readonly means: Means;
  readonly outbound: { readonly instance: string; readonly regId: number } | undefined;
  /** REGISTERs have no Authorization, where a case does not say otherwise (TS 33.203 T.7). */
  readonly bundled: boolean;
}

export class Registrations {
  readonly #parts: RegistrationParts;
  readonly #counts = new NonceCounts();
  readonly #contactUser: string;
  #callId: string;
  #fromTag: string;
  #cseq = 0;
  /** When the registration of each IMPU ends. */
  readonly #until = new Map<string, number>();
  #impu: string;
  /** Contact of the latest SM1, where the case did not say it. */
  #contactOfFirst: string | undefined;
  #serviceRoute: readonly string[] = [];
  #last:
    | { readonly challenge: ReceivedChallenge; readonly answer: Answer; readonly nextNonce?: string }
    | undefined;

  constructor(parts: RegistrationParts) {
    const { random } = parts.sender;
    this.#parts = parts;
    this.#contactUser = random.token(12);
    this.#callId = random.token(24);
    this.#fromTag = random.token(10);
    this.#impu = parts.identity.impus[0] ?? `sip:${parts.identity.impi}`;
  }

  get registered(): boolean {
    return this.#registeredImpus().length > 0;
  }

  /** Of those that are registered the latest, else the one that would be. */
  get impu(): string {
    return this.#impu;
  }

  /** Field value. */
  get contact(): string {
    return build.contact(this.#parts.sender, this.#contactUser, this.#parts.outbound);
  }

  /** Field value in what makes a dialog. */
  get dialogContact(): string {
    return build.contact(this.#parts.sender, this.#contactUser, this.#parts.outbound, "dialog");
  }

  /** Of the last registration that succeeded, as field values. */
  get serviceRoute(): readonly string[] {
    return this.#serviceRoute;
  }

  /** `answer` false: a challenge is left unanswered. */
  async register(options: RegisterOptions & { answer?: AnswerOptions | false } = {}): Promise<Registered> {
    const { answer: told, ...first } = options;
    let registered = await this.#first(first);
    if (registered.response.status === 423 && options.expires === undefined) {
      registered = await this.#first({ ...first, ...longer(registered.response) });
    }
    for (let round = 0; told !== false && round < MOST_ROUNDS; round++) {
      const challenge = registered.next;
      const options = round === 0 ? told : undefined;
      if (!challenge || !canAnswer(challenge, this.#parts.means, options)) break;
      if (round > 0 && (told || !this.#goesOn(challenge))) break;
      const abandoned = this.#parts.station.protection.abandons?.(challenge, options);
      if (abandoned !== undefined) return { ...registered, abandoned };
      registered = await this.answer(challenge, options);
    }
    return registered;
  }

  async attempt(options: RegisterOptions = {}): Promise<SipResponse> {
    return (await this.#first(options)).response;
  }

  async challenge(options: RegisterOptions = {}): Promise<ReceivedChallenge> {
    const { response, next } = await this.#first(options);
    if (next) return next;
    throw new PeerViolation(
      `REGISTER was answered "${response.status} ${response.reason}", needs a challenge (401)`,
      undefined,
      response.status,
    );
  }

  deregister(options: RegisterOptions = {}): Promise<Registered> {
    const [first] = this.#parts.identity.impus;
    const registered = this.#registeredImpus();
    const other = first !== undefined && registered.includes(first) ? undefined : registered.at(-1);
    return this.register({ ...(other === undefined ? {} : { impu: other }), ...options, expires: 0 });
  }

  async answer(challenge: ReceivedChallenge, options: AnswerOptions = {}): Promise<Registered> {
    const request = challenge.request.clone();
    const answer = this.#answerFor(challenge, request, options);
    const step = reportsFailure(answer) ? "failure" : "answer";
    const { choose } = options;
    const sending: Sending = { ...waysOf(options), step, challenge, ...(choose ? { choose } : {}) };
    await this.#parts.station.protection.prepare(sending);
    request.set("Via", build.via(this.#parts.sender, step));
    // Through a NAT the UE knows its address only now (TS 33.203 M.7.2); what a case put there stays.
    if (request.get("Contact") === this.#contactOfFirst) request.set("Contact", this.contact);
    request.set("CSeq", `${++this.#cseq} REGISTER`);
    request.set(
      challenge.status === 407 ? "Proxy-Authorization" : "Authorization",
      formatCredentials(answer.credentials),
    );
    if (options.expires === null) request.remove("Expires");
    else if (options.expires !== undefined) request.set("Expires", options.expires);
    this.#last = { challenge, answer };
    return await this.#conclude(request, sending, options, answer);
  }

  /** SM1 as it would be sent. */
  draft(
    options: RegisterOptions = {},
    sending: Sending = { ...waysOf(options), step: "register" },
  ): SipRequest {
    const { random } = this.#parts.sender;
    if (options.fresh) {
      this.#callId = random.token(24);
      this.#fromTag = random.token(10);
      this.#cseq = 0;
    }
    const { identity: { homeDomain }, outbound, bundled } = this.#parts;
    const request = build.register(this.#parts.sender, {
      homeDomain,
      impu: options.impu ?? this.#parts.identity.impus[0] ?? this.#impu,
      callId: this.#callId,
      fromTag: this.#fromTag,
      cseq: ++this.#cseq,
      contact: this.#contactFor(options),
      expires: options.expires === undefined ? DEFAULT_EXPIRES : options.expires,
      outbound: outbound !== undefined,
      authorization: options.withoutAuthorization ?? bundled ? undefined : this.#authorization(options),
    });
    this.#contactOfFirst = options.contact === undefined ? request.get("Contact") : undefined;
    this.#parts.station.protection.dress(request, sending);
    return request;
  }

  async #first(options: RegisterOptions): Promise<Registered> {
    const sending: Sending = { ...waysOf(options), step: "register" };
    await this.#parts.station.protection.prepare(sending, options.offer);
    const request = this.draft(options, sending);
    const unasked = (options.authorization ?? "empty") === "empty" ? undefined : this.#last?.answer;
    return await this.#conclude(request, sending, options, unasked);
  }

  async #conclude(
    request: SipRequest,
    sending: Sending,
    { headers, tamper }: Pick<RegisterOptions, "headers" | "tamper">,
    answer: Answer | undefined,
  ): Promise<Registered> {
    const { station, means } = this.#parts;
    const { challenge } = sending;
    if (challenge) station.protection.dress(request, sending);
    applyHeaders(request, headers);
    const response = await station.exchange(request, sending, tamper).final();
    const next = isChallenge(response) ? takeApart(response, request, means) : undefined;
    const registered: Registered = {
      response,
      ok: isSuccess(response),
      challenge,
      next,
      request,
      associatedUris: lenient(() => response.associatedUris.map(({ uri }) => String(uri))) ?? [],
      serviceRoute: lenient(() => response.values("Service-Route")) ?? [],
      expires: this.#granted(response),
      rspauthOk: isSuccess(response) ? rspauthHolds(response, answer) : undefined,
    };
    this.#note(registered);
    await (next
      ? station.protection.challenged(next)
      : station.protection.concluded(registered, this.registered));
    return registered;
  }

  /** A refusal changes nothing: who is registered stays so until his time is over (TS 33.203 6.1.1). */
  #note({ ok, request, response, expires, rspauthOk, serviceRoute }: Registered): void {
    if (!ok) return;
    const nextNonce = lenient(() => response.authenticationInfo?.get("nextnonce"));
    if (this.#last && nextNonce !== undefined) this.#last = { ...this.#last, nextNonce };
    const asked = lenient(() => request.expires);
    // TS 33.203 N.2.2.2: where the network did not prove itself, the registration has failed.
    const seconds = rspauthOk === false ? 0 : expires ?? asked ?? DEFAULT_EXPIRES;
    const impu = lenient(() => String(request.to?.uri ?? this.#impu)) ?? this.#impu;
    this.#until.delete(impu);
    if (seconds > 0) this.#until.set(impu, this.#parts.clock.now() + 1000 * seconds);
    const latest = this.#registeredImpus().at(-1);
    this.#impu = latest ?? impu;
    if (latest === undefined || seconds > 0) this.#serviceRoute = seconds > 0 ? serviceRoute : [];
  }

  /** In the order of their registration. */
  #registeredImpus(): string[] {
    const now = this.#parts.clock.now();
    return [...this.#until].flatMap(([impu, until]) => now < until ? [impu] : []);
  }

  /** Seconds granted to our Contact (RFC 3261 10.2.1.1, 10.3 step 8). */
  #granted(response: SipResponse): number | undefined {
    if (!isSuccess(response)) return undefined;
    const ours = lenient(() =>
      response.contacts.find((contact) => contact !== "*" && contact.uri.user === this.#contactUser)
    );
    const parameter = ours === undefined || ours === "*" ? undefined : ours.params.get("expires");
    if (parameter !== undefined && /^\d+$/.test(parameter)) return Number(parameter);
    return lenient(() => response.expires);
  }

  /** A second challenge is answered where the first answer asked for it: AUTS sent (33.203 6.1.3), or stale (N.2.3). */
  #goesOn(challenge: ReceivedChallenge): boolean {
    return isStale(challenge.challenge) || (this.#last?.answer.credentials.parameters.has("auts") ?? false);
  }

  #answerFor(challenge: ReceivedChallenge, request: SipRequest, options: AnswerOptions): Answer {
    const { identity: { impi }, means, sender: { random } } = this.#parts;
    const { method, requestUri: uri, body } = request;
    return answerTo(challenge, options, { ...means, impi, method, uri, body, counts: this.#counts, random });
  }

  #authorization({ authorization = "empty" }: RegisterOptions): string {
    const { impi, homeDomain } = this.#parts.identity;
    const uri = build.registrarUri(homeDomain);
    const last = this.#last;
    if (last && authorization === "last") return formatCredentials(last.answer.credentials);
    if (last && authorization === "next") {
      const nonce = last.nextNonce === undefined ? {} : { nonce: last.nextNonce };
      const answer = this.#answerFor(last.challenge, last.challenge.request, nonce);
      this.#last = { challenge: last.challenge, answer };
      return formatCredentials(answer.credentials);
    }
    // TS 24.229 5.1.1.2.2: username, realm and uri, with an empty nonce and an empty response.
    const parameters = new Params({ username: impi, realm: homeDomain, nonce: "", uri, response: "" });
    return formatCredentials({ scheme: "Digest", parameters });
  }

  #contactFor({ contact }: RegisterOptions): string {
    if (contact === undefined) return this.contact;
    return contact === "*" || contact.startsWith("<") ? contact : `<${contact}>;${build.ICSI_TAG}`;
  }
}

/** An SM7 that says what went wrong in place of RES (TS 33.203 6.1.2.2, 6.1.3). */
function reportsFailure({ credentials: { parameters } }: Answer): boolean {
  return parameters.has("auts") || lenient(() => parameters.get("response")) === "";
}

/** RFC 3261 10.2.8: the interval the registrar wants at least. */
function longer(response: SipResponse): { expires?: number } {
  const seconds = lenient(() => response.minExpires);
  return seconds === undefined ? {} : { expires: seconds };
}
