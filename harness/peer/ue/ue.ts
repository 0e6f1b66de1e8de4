/** A terminal: opens its socket and puts the parts together that register, call, subscribe and listen. */
import { formatCredentials, type SipRequest, type SipResponse, StreamFramer } from "sip-codec";
import type { Endpoint, TransportName } from "../../net/types.ts";
import type { Profile, Subscriber } from "../../../profiles/types.ts";
import { begin, orSilence, quiet } from "../no_answer.ts";
import { accessNetworkInfo, accessOf, entryPoint, isBundled, localEndpoint, securityOf } from "./access.ts";
import type { Sender } from "./build.ts";
import { Calls } from "./calls.ts";
import type { Means } from "./challenge.ts";
import { methodIs } from "./inbox.ts";
import { openIpsecProtection, PLAIN_IPSEC } from "./ipsec/open.ts";
import type { Arrived } from "./incoming.ts";
import { type Isim, isimOf } from "./isim.ts";
import { Cleartext, type Protection } from "./protection.ts";
import { Registrations } from "./registration.ts";
import { Requests } from "./requests.ts";
import { type SendingOptions, waysOf } from "./sending.ts";
import { Station } from "./station.ts";
import { Subscriptions } from "./subscriptions.ts";
import { openTlsProtection, PLAIN_TLS } from "./tls/mod.ts";
import type * as t from "./types.ts";

/** @throws EnvironmentError if the profile has no such entry point or access, or the socket cannot be opened. */
export async function createUe(setup: t.UeSetup): Promise<t.Ue> {
  const { profile, options = {} } = setup;
  const subscriber = options.like?.subscriber ?? setup.subscriber;
  const identity = { ...(options.like?.identity ?? identityOf(subscriber, setup)), ...options.identity };
  const isim = cardOf(setup, subscriber);
  const access = accessOf(profile, subscriber, options);
  const protection = await openProtection(setup, localEndpoint(profile, access, options));
  return new LiveUe(setup, {
    subscriber,
    identity,
    isim,
    protection,
    info: accessNetworkInfo(profile, access),
  });
}

/** What the UEs of one run remember of their subscribers. */
export function newMemory(): t.UeMemory {
  return { isims: new Map() };
}

/** The place where the mechanism is chosen: what a UE negotiates with sec-agree is opened here. */
async function openProtection(setup: t.UeSetup, local: Endpoint): Promise<Protection> {
  const { net, clock, tap, profile, options = {} } = setup;
  const security = securityOf(options.like?.subscriber ?? setup.subscriber, options);
  if (security === "tls" || typeof security === "object" && security.mechanism === "tls") {
    return await openTlsProtection(setup, local, security === "tls" ? PLAIN_TLS : security);
  }
  const { transport, remote } = entryPoint(profile, options);
  if (security !== "none") {
    const chosen = security === "ipsec-3gpp" ? PLAIN_IPSEC : security;
    return await openIpsecProtection(setup, local, { transport, remote }, chosen);
  }
  const socket = await net.open(transport, {
    local,
    clock,
    framer: () => new StreamFramer(),
    ...(tap ? { tap } : {}),
  });
  return new Cleartext(socket, remote);
}

/** A forged card, the one that sits in the other terminal as well, or the subscriber's own. */
function cardOf(
  { options = {}, ...setup }: t.UeSetup,
  subscriber: Subscriber,
): Isim | undefined {
  const remember = options.home?.memory ?? setup.remember ?? newMemory();
  const k = options.secrets?.k;
  const shared = options.like ? ISIMS.get(options.like) : undefined;
  return k || !shared ? isimOf(subscriber, remember, k) : shared;
}

const ISIMS = new WeakMap<t.Ue, Isim>();

interface Parts {
  readonly subscriber: Subscriber;
  readonly identity: t.Identity;
  readonly isim: Isim | undefined;
  readonly protection: Protection;
  /** P-Access-Network-Info. */
  readonly info: string | undefined;
}

class LiveUe implements t.Ue {
  readonly subscriber: Subscriber;
  readonly identity: t.Identity;
  readonly isim: Isim | undefined;
  readonly instance: string;
  readonly draft: t.Ue["draft"];
  readonly #timers: Profile["timers"];
  readonly #station: Station;
  readonly #registration: Registrations;
  readonly #requests: Requests;
  readonly #calls: Calls;
  readonly #subscriptions: Subscriptions;

  constructor(setup: t.UeSetup, { subscriber, identity, isim, protection, info }: Parts) {
    this.subscriber = subscriber;
    this.identity = identity;
    this.isim = isim;
    if (isim) ISIMS.set(this, isim);
    const { clock, drive, random, profile, options = {} } = setup;
    const timers = this.#timers = setup.timers ?? profile.timers;
    const wished = options.outbound ?? protection.tls !== undefined;
    const outbound = typeof wished === "object" ? wished : { regId: 1 };
    this.instance = outbound.instance ?? `urn:uuid:${uuid(random)}`;

    const sender: Sender = { protection, random, accessNetworkInfo: info };
    const means: Means = { isim, password: options.secrets?.password ?? subscriber.digest?.password };
    const automatic = new Set(options.automatic ?? ["OPTIONS", "NOTIFY"]);
    this.#station = new Station(
      {
        protection,
        clock,
        drive,
        timers,
        random,
        contact: () => this.#registration.dialogContact,
        accessNetworkInfo: info,
      },
      (arrived) => automatic.has(arrived.request.method) && answerByItself(arrived),
    );
    this.#registration = new Registrations({
      station: this.#station,
      clock,
      sender,
      identity,
      means,
      outbound: wished ? { instance: this.instance, regId: outbound.regId } : undefined,
      bundled: isBundled(subscriber),
    });
    this.#requests = new Requests({
      station: this.#station,
      sender,
      identity,
      means,
      registration: this.#registration,
    });
    this.#calls = new Calls(this.#requests, clock, timers);
    this.#subscriptions = new Subscriptions(this.#requests, clock, timers);
    this.draft = {
      register: (options) => this.#registration.draft(options),
      request: (method, target, options) => this.#requests.draft(method, target, options),
    };
  }

  get local(): Endpoint {
    return this.#station.protection.local;
  }

  get transport(): TransportName {
    return this.#station.protection.transport;
  }

  get registered(): boolean {
    return !this.#station.closed && this.#registration.registered &&
      (this.#station.protection.alive ?? true);
  }

  get contact(): string {
    return this.#registration.contact;
  }

  get ipsec(): t.Ue["ipsec"] {
    return this.#station.protection.ipsec;
  }

  get tls(): t.Ue["tls"] {
    return this.#station.protection.tls;
  }

  get malformed(): t.Ue["malformed"] {
    return this.#station.malformed;
  }

  register(options?: t.RegisterOptions & { answer?: t.AnswerOptions }): Promise<t.Registered> {
    return quiet(this.#registration.register(options));
  }

  challenge(options?: t.RegisterOptions): Promise<t.ReceivedChallenge> {
    return quiet(this.#registration.challenge(options));
  }

  attempt(options?: t.RegisterOptions): Promise<SipResponse> {
    return quiet(this.#registration.attempt(options));
  }

  answer(challenge: t.ReceivedChallenge, options?: t.AnswerOptions): Promise<t.Registered> {
    return quiet(this.#registration.answer(challenge, options));
  }

  deregister(options?: t.RegisterOptions): Promise<t.Registered> {
    return quiet(this.#registration.deregister(options));
  }

  request(method: string, target: string, options?: t.RequestOptions): Promise<t.Exchange> {
    return begin(() => this.#requests.start(method, target, options));
  }

  takeApart(response: SipResponse, request: SipRequest): t.ReceivedChallenge {
    return this.#requests.takeApart(response, request);
  }

  again(challenge: t.ReceivedChallenge, options?: t.AnswerOptions): Promise<t.Exchange> {
    return begin(() => this.#requests.again(challenge, options));
  }

  credentials(...[challenge, request, options]: Parameters<t.Ue["credentials"]>): string {
    return formatCredentials(this.#requests.credentials(challenge, request, options));
  }

  invite(target: string, options?: t.InviteOptions): Promise<t.Call> {
    return begin(() => this.#calls.invite(target, options));
  }

  message(target: string, text: string, options: t.RequestOptions = {}): Promise<SipResponse> {
    const body = { type: "text/plain;charset=UTF-8", content: text };
    return quiet(
      begin(() => this.#requests.start("MESSAGE", target, { body, ...options })).then((exchange) =>
        exchange.final()
      ),
    );
  }

  subscribe(
    target: string,
    event: string,
    options?: t.RequestOptions & { expires?: number },
  ): Promise<t.Subscription> {
    return quiet(this.#subscriptions.subscribe(target, event, options));
  }

  subscribeReg(options: t.RequestOptions = {}): Promise<t.Subscription> {
    const headers = { Accept: "application/reginfo+xml", ...options.headers };
    return this.subscribe(this.#registration.impu, "reg", { ...options, headers });
  }

  incoming(method?: string, within: number = this.#timers.answer): Promise<t.IncomingRequest> {
    return this.#station.unclaimed.take(methodIs(method), within);
  }

  acceptCall(options: t.AcceptOptions = {}): Promise<t.IncomingCall> {
    const invite = this.#station.unclaimed.take(methodIs("INVITE"), options.within ?? this.#timers.answer);
    return quiet(invite.then((arrived) => this.#calls.accept(arrived, options)));
  }

  silent(method?: string, within: number = this.#timers.silence): Promise<boolean> {
    return quiet(this.#station.unclaimed.look(methodIs(method), within).then(() => false, orSilence(true)));
  }

  send(request: SipRequest, how: SendingOptions = {}): Promise<t.Exchange> {
    const step = request.method === "REGISTER" ? "register" : "request";
    return begin(() => this.#station.exchange(request, { ...waysOf(how), step }));
  }

  sendRaw(bytes: Uint8Array, how: SendingOptions = {}): Promise<void> {
    return begin(() => this.#station.sendRaw(bytes, { ...waysOf(how), step: "request" }));
  }

  stray(within: number = this.#timers.silence): Promise<SipRequest | SipResponse | undefined> {
    const anything = { what: "a message outside any transaction", fits: () => true };
    return quiet(this.#station.strays.take(anything, within).catch(orSilence(undefined)));
  }

  keepAlive(within: number = this.#timers.answer, how: SendingOptions = {}): Promise<boolean> {
    const anything = { what: "the answer to a keep-alive", fits: () => true };
    const sent = begin(() => this.#station.sendRaw(CRLF_CRLF, { ...waysOf(how), step: "request" }));
    return quiet(
      sent.then(() => this.#station.pongs.take(anything, within)).then(() => true, orSilence(false)),
    );
  }

  close(): Promise<void> {
    this.#calls.close();
    this.#subscriptions.close();
    return this.#station.close();
  }
}

/** RFC 5626 4.4.1 */
const CRLF_CRLF = new TextEncoder().encode("\r\n\r\n");

/** What the network says to a UE without a case having to think of it (RFC 3261 11.2, RFC 6665 4.1.3). */
function answerByItself(arrived: Arrived): void {
  if (arrived.request.method === "NOTIFY") arrived.respondAutomatically(481);
  else arrived.respondAutomatically(200);
}

function identityOf({ impi, impus }: Subscriber, { profile, options }: t.UeSetup): t.Identity {
  return { impi, impus, homeDomain: options?.home?.domain ?? profile.home.domain };
}

/** Version 4 (RFC 9562 5.4), from the run's seed. */
function uuid(random: t.Random): string {
  const octets = random.bytes(16);
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  return octets.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
