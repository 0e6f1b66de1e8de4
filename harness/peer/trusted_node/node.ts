/** A trusted node: puts the parts together that register, call, subscribe and listen on Mw. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Endpoint } from "../../net/types.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { begin, quiet } from "../no_answer.ts";
import { Front } from "../node/front.ts";
import { NodeRequests } from "../node/requests.ts";
import { NodeWays, openNodeSockets } from "../node/ways.ts";
import { isBundled } from "../ue/access.ts";
import * as build from "../ue/build.ts";
import { Calls } from "../ue/calls.ts";
import { type Means, takeApart } from "../ue/challenge.ts";
import { isSuccess } from "../ue/exchange.ts";
import { applyHeaders, type Arrived } from "../ue/incoming.ts";
import { type Isim, isimOf } from "../ue/isim.ts";
import { Registrations } from "../ue/registration.ts";
import { Station } from "../ue/station.ts";
import { Subscriptions } from "../ue/subscriptions.ts";
import { newMemory } from "../ue/ue.ts";
import type * as ue from "../ue/types.ts";
import { Entries } from "./entries.ts";
import * as fields from "./fields.ts";
import { Dress } from "./dress.ts";
import type * as t from "./types.ts";

/** @throws EnvironmentError if the profile has no such entry point, or the sockets cannot be opened */
export async function createTrustedNode(setup: t.TrustedNodeSetup): Promise<t.TrustedNode> {
  const { net, clock, profile, address, tap, options = {} } = setup;
  const entries = new Entries(profile, options.entry ?? "i-cscf", options.transport);
  const sockets = await openNodeSockets({ net, clock, local: { address, port: 0 }, ...(tap ? { tap } : {}) });
  return new LiveTrustedNode(setup, entries, sockets);
}

class LiveTrustedNode implements t.TrustedNode {
  readonly subscriber: Subscriber;
  readonly identity: ue.Identity;
  readonly isim: Isim | undefined;
  readonly instance: string;
  readonly path: string;
  readonly draft: t.TrustedNode["draft"];
  readonly #ways: NodeWays;
  readonly #entries: Entries;
  readonly #means: Means;
  readonly #random: ue.Random;
  readonly #station: Station;
  readonly #registration: Registrations;
  readonly #dress: Dress;
  readonly #requests: NodeRequests<t.NodeRequestOptions>;
  readonly #calls: Calls;
  readonly #subscriptions: Subscriptions;
  readonly #front: Front;
  /** How the latest REGISTER was made that has succeeded. */
  #latest: { readonly trusted: boolean; readonly how: t.TrustedRegisterOptions } = {
    trusted: false,
    how: {},
  };
  /** How the latest REGISTER was made that was to be challenged. */
  #begun: t.NodeRegisterOptions = {};

  constructor(
    setup: t.TrustedNodeSetup,
    entries: Entries,
    sockets: Awaited<ReturnType<typeof openNodeSockets>>,
  ) {
    const { clock, drive, profile, subscriber, random, options = {}, remember = newMemory() } = setup;
    const { timers, home } = profile;
    this.subscriber = subscriber;
    const { impi, impus } = subscriber;
    this.identity = { impi, impus, homeDomain: home.domain, ...options.identity };
    this.isim = isimOf(subscriber, remember, options.secrets?.k);
    this.instance = fields.imeiUrn(random);
    this.#entries = entries;
    this.#random = random;
    this.#means = { isim: this.isim, password: options.secrets?.password ?? subscriber.digest?.password };
    const { address, port } = sockets.udp.local;
    const transport = entries.transport === "udp" ? "" : `;transport=${entries.transport}`;
    this.path = `<sip:${random.token(12)}@${build.hostPort({ address, port })}${transport};lr>`;
    this.#dress = new Dress({
      ...{ profile, subscriber, options, random, path: this.path },
      aka: this.isim !== undefined,
    });
    this.#ways = new NodeWays({
      sockets,
      transport: entries.transport,
      destination: (request) => entries.next(request),
      usual: () => entries.registrar,
      dress: (request, sending) => this.#dress.dress(request, sending),
    });
    const sender = { protection: this.#ways, random, accessNetworkInfo: undefined };
    const automatic = new Set(options.automatic ?? ["OPTIONS", "NOTIFY"]);
    this.#station = new Station(
      {
        ...{ protection: this.#ways, clock, drive, timers, random },
        contact: () => this.contact,
        accessNetworkInfo: undefined,
      },
      (arrived) => automatic.has(arrived.request.method) && answerByItself(arrived),
    );
    const station = this.#station;
    this.#registration = new Registrations({
      ...{ station, clock, sender, identity: this.identity, means: this.#means },
      outbound: undefined,
      bundled: isBundled(subscriber),
    });
    this.#requests = new NodeRequests<t.NodeRequestOptions>({
      ...{ station, sender },
      uri: () => this.#registration.impu,
      contact: () => this.contact,
      complete: (request, options) => this.#complete(request, options),
      ready: (request, { to, behind }) => this.#change(request, { to, behind }),
    });
    this.#calls = new Calls(this.#requests, clock, timers);
    this.#subscriptions = new Subscriptions(this.#requests, clock, timers);
    this.#front = new Front(station, this.#calls, timers);
    this.draft = {
      registerTrusted: (options = {}) => this.#draftRegister(this.#asTrusted(options)),
      register: (options = {}) => this.#draftRegister(options),
      request: (method, target, options = {}) => this.#requests.draft(method, target, options),
    };
  }

  get local(): Endpoint {
    return this.#ways.local;
  }

  get contact(): string {
    return this.#registration.contact;
  }

  get registered(): boolean {
    return !this.#station.closed && this.#registration.registered;
  }

  get malformed(): t.TrustedNode["malformed"] {
    return this.#station.malformed;
  }

  registerTrusted(options: t.TrustedRegisterOptions = {}): Promise<ue.Registered> {
    const first = this.#asTrusted(options);
    return quiet(
      this.#noting(options, true, this.#registration.register({ ...this.#told(first), answer: false })),
    );
  }

  register(options: t.NodeRegisterOptions & { answer?: t.NodeAnswerOptions } = {}): Promise<ue.Registered> {
    const { answer, ...first } = options;
    const answered = answer ? { answer: this.#told(answer) } : {};
    return quiet(
      this.#noting(first, false, this.#registration.register({ ...this.#told(first), ...answered })),
    );
  }

  attempt(options: t.NodeRegisterOptions = {}): Promise<SipResponse> {
    return quiet(
      this.#registration.attempt(this.#told(options)).then((response) => {
        if (isSuccess(response)) this.#latest = { trusted: false, how: lasting(options) };
        return response;
      }),
    );
  }

  challenge(options: t.NodeRegisterOptions = {}): Promise<ue.ReceivedChallenge> {
    this.#begun = lasting(options);
    return quiet(this.#registration.challenge(this.#told(options)));
  }

  answer(challenge: ue.ReceivedChallenge, options: t.NodeAnswerOptions = {}): Promise<ue.Registered> {
    return quiet(this.#noting(this.#begun, false, this.#registration.answer(challenge, this.#told(options))));
  }

  deregister(options: t.TrustedRegisterOptions = {}): Promise<ue.Registered> {
    const { trusted, how } = this.#latest;
    const gone = { ...how, ...options, expires: 0 };
    return trusted ? this.registerTrusted(gone) : this.register(gone);
  }

  request(method: string, target: string, options: t.NodeRequestOptions = {}): Promise<ue.Exchange> {
    return begin(() => this.#requests.start(method, target, options));
  }

  invite(target: string, options: t.NodeRequestOptions & ue.InviteOptions = {}): Promise<ue.Call> {
    return begin(() => this.#calls.invite(target, options));
  }

  subscribe(
    target: string,
    event: string,
    options: t.NodeRequestOptions & { readonly expires?: number } = {},
  ): Promise<ue.Subscription> {
    return quiet(this.#subscriptions.subscribe(target, event, options));
  }

  subscribeReg(options: t.NodeRequestOptions = {}): Promise<ue.Subscription> {
    const headers = { Accept: "application/reginfo+xml", ...options.headers };
    return this.subscribe(this.#registration.impu, "reg", { ...options, headers });
  }

  takeApart(response: SipResponse, request: SipRequest): ue.ReceivedChallenge {
    return takeApart(response, request, this.#means);
  }

  incoming(method?: string, within?: number): Promise<ue.IncomingRequest> {
    return this.#front.incoming(method, within);
  }

  acceptCall(options?: ue.AcceptOptions): Promise<ue.IncomingCall> {
    return this.#front.acceptCall(options);
  }

  silent(method?: string, within?: number): Promise<boolean> {
    return this.#front.silent(method, within);
  }

  stray(within?: number): Promise<SipRequest | SipResponse | undefined> {
    return this.#front.stray(within);
  }

  send(request: SipRequest, { to }: Pick<t.NodeOptions, "to"> = {}): Promise<ue.Exchange> {
    return begin(() => {
      if (to !== undefined) this.#ways.pin(request, this.#entries.at(to));
      return this.#station.exchange(request, { step: "request" });
    });
  }

  sendRaw(bytes: Uint8Array, { to }: Pick<t.NodeOptions, "to"> = {}): Promise<void> {
    return begin(() => {
      const { transport, remote } = to === undefined ? this.#entries.registrar : this.#entries.at(to);
      const flow = { transport, local: this.local, remote };
      this.#station.sendRaw(bytes, { step: "request" }, flow);
    });
  }

  close(): Promise<void> {
    this.#calls.close();
    this.#subscriptions.close();
    return this.#station.close();
  }

  /** What an MSC server says otherwise than a P-CSCF: it is the UE itself, and has authenticated the user. */
  #asTrusted({ instance = this.instance, ...options }: t.TrustedRegisterOptions): t.TrustedRegisterOptions {
    const urn = instance === null ? "" : `;+sip.instance="<${instance}>"`;
    return {
      contact: `${this.contact};+g.3gpp.ics="server"${urn}`,
      integrityProtected: "auth-done",
      behind: null,
      ...options,
    };
  }

  /** The options of a REGISTER as those know them who make it. */
  #told<O extends Changes & { readonly tamper?: ue.Tamper }>(
    { to, behind, integrityProtected, impi, tamper, ...options }: O,
  ): Omit<O, keyof Changes | "tamper"> & { tamper: ue.Tamper } {
    return {
      ...options,
      tamper: (request) => {
        this.#change(request, { to, behind, integrityProtected, impi });
        return tamper?.(request);
      },
    };
  }

  #draftRegister({ headers, tamper: _, ...options }: t.TrustedRegisterOptions): SipRequest {
    const { tamper, ...first } = this.#told(options);
    const request = applyHeaders(this.#registration.draft(first), headers);
    tamper(request);
    return request;
  }

  async #noting(
    options: t.TrustedRegisterOptions,
    trusted: boolean,
    registration: Promise<ue.Registered>,
  ): Promise<ue.Registered> {
    const registered = await registration;
    if (registered.ok) this.#latest = { trusted, how: lasting(options) };
    return registered;
  }

  /** TS 24.229 5.2.6.3: what leads to the S-CSCF, and who it is that asks. */
  #complete(request: SipRequest, options: t.NodeRequestOptions): void {
    const { serviceRoute, impu } = this.#registration;
    const route = options.route ??
      (serviceRoute.length > 0 ? serviceRoute : [this.#entries.originatingRoute]);
    if (route.length > 0) request.set("Route", [...route]);
    const asserted = options.assertedIdentity === undefined ? options.from ?? impu : options.assertedIdentity;
    if (asserted === null) request.remove("P-Asserted-Identity");
    else request.set("P-Asserted-Identity", `<${asserted}>`);
  }

  #change(request: SipRequest, { to, behind, integrityProtected, impi }: Changes): void {
    if (to !== undefined) this.#ways.pin(request, this.#entries.at(to));
    if (behind !== undefined) fields.standBefore(request, behind, this.#random);
    if (impi !== undefined) fields.changeUsername(request, impi);
    if (integrityProtected !== undefined) fields.markIntegrity(request, integrityProtected ?? undefined);
  }
}

/** What is true of a registration as long as it lasts. */
function lasting(options: t.TrustedRegisterOptions): t.TrustedRegisterOptions {
  const { tamper: _, authorization: __, fresh: ___, expires: ____, ...how } = options;
  return how;
}

/** What a case wants changed on a message that is right. */
type Changes = {
  readonly [Name in keyof (t.NodeOptions & t.Integrity & { impi?: string })]?:
    | (t.NodeOptions & t.Integrity & { impi?: string })[Name]
    | undefined;
};

/** RFC 3261 11.2, RFC 6665 4.1.3. */
function answerByItself(arrived: Arrived): void {
  if (arrived.request.method === "NOTIFY") arrived.respondAutomatically(481);
  else arrived.respondAutomatically(200);
}
