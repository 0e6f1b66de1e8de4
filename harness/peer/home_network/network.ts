/** A home network: puts the parts together that register users, call them and listen to them. */
import { type Credentials, type NameAddr, type SipRequest, type SipResponse } from "sip-codec";
import { LocalMisuseError } from "../../errors.ts";
import type { Endpoint } from "../../net/types.ts";
import type { Profile, Subscriber } from "../../../profiles/types.ts";
import { begin, orSilence, quiet } from "../no_answer.ts";
import { Front } from "../node/front.ts";
import { NodeRequests } from "../node/requests.ts";
import { literalNextHop, type NodeSockets, NodeWays, openNodeSockets } from "../node/ways.ts";
import * as build from "../ue/build.ts";
import { Calls } from "../ue/calls.ts";
import { Inbox } from "../ue/inbox.ts";
import type { Arrived } from "../ue/incoming.ts";
import { lenient } from "../ue/lenient.ts";
import { Station } from "../ue/station.ts";
import { newMemory } from "../ue/ue.ts";
import type * as ue from "../ue/types.ts";
import { Bindings } from "./bindings.ts";
import { RegEvents } from "./reg_event.ts";
import { LiveRegister } from "./register.ts";
import { Users } from "./users.ts";
import type * as t from "./types.ts";

/** @throws EnvironmentError if the seat's address is not this machine's, or its port is taken */
export async function createHomeNetwork(setup: t.HomeNetworkSetup): Promise<t.HomeNetwork> {
  const { net, clock, seat: { listen }, tap, options } = setup;
  const local = options?.listen === false ? { ...listen, port: 0 } : listen;
  return new LiveHomeNetwork(setup, await openNodeSockets({ net, clock, local, ...(tap ? { tap } : {}) }));
}

type Script = Parameters<t.HomeNetwork["script"]>[0];

class LiveHomeNetwork implements t.HomeNetwork {
  readonly seat: t.Seat;
  readonly domain: string;
  readonly memory = newMemory();
  readonly serviceRoute: string;
  readonly registers: LiveRegister[] = [];
  readonly challenges: t.SentChallenge[] = [];
  readonly #options: t.HomeNetworkOptions;
  readonly #timers: Profile["timers"];
  readonly #ways: NodeWays;
  readonly #station: Station;
  readonly #users: Users;
  readonly #bindings: Bindings;
  readonly #regEvents: RegEvents;
  readonly #requests: NodeRequests<t.HomeRequestOptions & { readonly binding?: t.HomeBinding }>;
  readonly #calls: Calls;
  readonly #front: Front;
  readonly #inbox: Inbox<LiveRegister>;
  #script: Script | undefined;
  #settled = false;

  constructor(setup: t.HomeNetworkSetup, sockets: NodeSockets) {
    const { clock, drive, profile: { timers }, seat, random, options = {} } = setup;
    this.seat = seat;
    this.domain = seat.domain;
    this.#options = options;
    this.#timers = timers;
    this.#users = new Users(options.users ?? ["aka"], seat.domain, random);
    this.#bindings = new Bindings(clock);
    this.#inbox = new Inbox(clock);
    const { local } = sockets.udp;
    this.serviceRoute = `<sip:orig@${build.hostPort(local)};lr>`;
    this.#ways = new NodeWays({
      sockets,
      transport: "udp",
      destination: (request) => literalNextHop(request, "udp") ?? this.#device(),
      usual: () => this.#device(),
    });
    const sender = { protection: this.#ways, random, accessNetworkInfo: undefined };
    const contact = `<sip:home@${build.hostPort(local)}>`;
    this.#station = new Station(
      {
        ...{ protection: this.#ways, clock, drive, timers, random },
        contact: () => contact,
        accessNetworkInfo: undefined,
      },
      (arrived) => this.#arrived(arrived),
    );
    const station = this.#station;
    station.claimants.add({ claim: (arrived) => this.#claim(arrived) });
    this.#regEvents = new RegEvents({
      sender,
      station: () => station,
      bindings: (user) => this.#bindings.of(user),
    });
    this.#requests = new NodeRequests({
      ...{ station, sender },
      uri: () => `sip:caller@${this.domain}`,
      contact: () => contact,
      complete: (request, options) => this.#complete(request, options),
      ready: (request, { to: remote }) => {
        if (remote) this.#ways.pin(request, { transport: "udp", remote });
      },
    });
    this.#calls = new Calls(this.#requests, clock, timers);
    this.#front = new Front(station, this.#calls, timers);
  }

  get users(): readonly Subscriber[] {
    return this.#users.all;
  }

  get bindings(): readonly t.HomeBinding[] {
    return this.#bindings.all;
  }

  get received(): readonly (SipRequest | SipResponse)[] {
    return this.#ways.arrivals;
  }

  nextRegister(within: number = this.#timers.answer): Promise<t.ArrivedRegister> {
    return this.#inbox.take(REGISTER, within);
  }

  script(answer: Script): void {
    this.#script = answer;
  }

  incoming(method?: string, within?: number): Promise<ue.IncomingRequest> {
    return this.#front.incoming(method, within);
  }

  acceptCall(options?: ue.AcceptOptions): Promise<ue.IncomingCall> {
    return this.#front.acceptCall(options);
  }

  silent(method?: string, within: number = this.#timers.silence): Promise<boolean> {
    const registers = () => quiet(this.#inbox.look(REGISTER, within).then(() => false, orSilence(true)));
    if (method === "REGISTER") return registers();
    const others = this.#front.silent(method, within);
    if (method !== undefined) return others;
    return quiet(Promise.all([others, registers()]).then((all) => all.every((silent) => silent)));
  }

  request(method: string, to?: t.HomeBinding, options: t.HomeRequestOptions = {}): Promise<ue.Exchange> {
    return begin(() => {
      const binding = this.#bindingOr(to);
      return this.#requests.start(method, binding.impu, { ...options, binding });
    });
  }

  invite(to?: t.HomeBinding, options: t.HomeRequestOptions & ue.InviteOptions = {}): Promise<ue.Call> {
    return begin(() => {
      const binding = this.#bindingOr(to);
      const told = { ...options, binding };
      return this.#calls.invite(binding.impu, told);
    });
  }

  notifyReg(
    user: Subscriber | undefined = this.users[0],
    state: "active" | "terminated" = "active",
  ): Promise<void> {
    if (!user) return Promise.reject(new LocalMisuseError("The home network has no users"));
    return quiet(this.#regEvents.notify(user, state));
  }

  settle(): void {
    this.#script = undefined;
    this.#settled = true;
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#inbox.close();
    await this.#station.close();
  }

  /** Where what leads nowhere by itself is sent: back to where the latest REGISTER came from. */
  #device(): { readonly transport: "udp" | "tcp"; readonly remote: Endpoint } {
    const flow = this.registers.at(-1)?.flow;
    if (flow) return { transport: flow.transport === "tcp" ? "tcp" : "udp", remote: flow.remote };
    throw new LocalMisuseError("The home network knows no way to the device: no REGISTER has come yet");
  }

  #bindingOr(told: t.HomeBinding | undefined): t.HomeBinding {
    const binding = told ?? this.bindings[0];
    if (binding) return binding;
    throw new LocalMisuseError("No user of the home network is registered, and the case names no binding");
  }

  /** TS 24.229 5.4.3.3: along the Path, to the Contact. */
  #complete(
    request: SipRequest,
    { binding, route }: t.HomeRequestOptions & { readonly binding?: t.HomeBinding },
  ): void {
    if (!binding) return;
    request.requestUri = binding.contact;
    request.set("P-Called-Party-ID", `<${binding.impu}>`);
    const routes = route ?? binding.path;
    if (routes.length > 0) request.set("Route", [...routes]);
  }

  #claim(arrived: Arrived): boolean {
    if (arrived.request.method !== "REGISTER") return false;
    const register = new LiveRegister(arrived, {
      serviceRoute: this.serviceRoute,
      userOf: (request, credentials) => this.#userOf(request, credentials),
      authentication: (user) => this.#users.authentication(user),
      challenged: (sent) => void this.challenges.push(sent),
      bind: (user, by, contact, seconds) => this.#bind(user, by.request, contact, seconds),
    });
    this.registers.push(register);
    const { automatic = true } = this.#options;
    if (automatic || this.#script || this.#settled) {
      // A script that goes wrong is the case's bug, told where the case waits; the device hears of a failure.
      this.#answer(register).catch((error) => {
        this.#inbox.fail(error);
        if (!register.answered) register.respond(500).catch(() => {});
      });
    }
    this.#inbox.put(register);
    return true;
  }

  async #answer(register: LiveRegister): Promise<void> {
    const script = this.#script;
    if (script) {
      await script(register);
      if (register.answered) return;
    }
    const { challenge, grant } = this.#settled ? {} : this.#options;
    const { user, proof, integrityProtected } = register;
    if (!user) return await register.respond(403);
    if (proof === "right") return await register.grant(grant);
    if (proof === "wrong" || proof === "failure") return await register.respond(403);
    const trusted = integrityProtected.length === 1 && PROTECTED.has(integrityProtected[0]!);
    if (proof === "none" && trusted && this.#bindings.of(user).length > 0) return await register.grant(grant);
    await register.challenge(challenge);
  }

  #arrived(arrived: Arrived): void {
    const { method } = arrived.request;
    const { answers = ["OPTIONS", "MESSAGE", "PUBLISH", "SUBSCRIBE"] } = this.#options;
    if (!answers.includes(method)) return;
    const user = method === "SUBSCRIBE" ? this.#users.byUri(arrived.request.requestUri) : undefined;
    if (user) this.#regEvents.subscribed(arrived, user);
    else arrived.respondAutomatically(200);
  }

  #userOf(request: SipRequest, credentials: Credentials | undefined): Subscriber | undefined {
    const username = lenient(() => credentials?.parameters.get("username"));
    if (username !== undefined && username !== "") return this.#users.byImpi(username);
    return this.#users.byUri(lenient(() => request.to?.uri.toString()) ?? "");
  }

  #bind(user: Subscriber, request: SipRequest, contact: NameAddr | undefined, seconds: number): void {
    if (!contact) return this.#bindings.forget(user);
    const impu = lenient(() => request.to?.uri.toString()) ?? user.impus[0]!;
    const binding = { user, impu, contact: contact.uri.toString(), path: request.values("Path") };
    this.#bindings.set(binding, seconds);
  }
}

const REGISTER = { what: 'a request "REGISTER"', fits: () => true };

/** Marks by which a P-CSCF says that a registered user has sent it (TS 24.229 5.4.1.2.2). */
const PROTECTED = new Set(["yes", "tls-yes", "ip-assoc-yes"]);
