/** REGISTER in the S-CSCF: whether it must be authenticated, and what it changes (TS 24.229 5.4.1.2, 33.203 6.1). */
import { formatNameAddr, type NameAddr, type SipRequest } from "sip-codec";
import { bindingKey } from "../contact.ts";
import { homeCredentials } from "../credentials.ts";
import type { Cx, UserProfile } from "../cx.ts";
import { type RegistrationIdentity, registrationIdentity } from "../identity.ts";
import type { ServerTransaction } from "../stack.ts";
import type { BoxContext } from "../types.ts";
import type { Authentication, AuthenticationResult, FailedAuthentication, Scheme } from "./authentication.ts";
import { failureResponse } from "./failure.ts";
import type { RegisteredSet, Registrations } from "./registrations.ts";
import { protection, requestedScheme } from "./scheme.ts";

export interface RegistrarOptions {
  readonly cx: Cx;
  readonly serverName: string;
  /** URI that UEs come back by (RFC 3608). */
  readonly serviceRoute: string;
  readonly authentication: Authentication;
  readonly registrations: Registrations;
}

/** A REGISTER read once. */
interface Registration {
  readonly request: SipRequest;
  readonly who: RegistrationIdentity;
  readonly set: RegisteredSet | undefined;
  readonly contacts: readonly NameAddr[];
  /** Contact: * with Expires: 0. */
  readonly all: boolean;
  /** Everything in it is to be removed. */
  readonly removal: boolean;
}

export class Registrar {
  /** IMPUs that were registered once; for "scscf/skips-challenge-for-known-impu" alone. */
  readonly #seen = new Set<string>();

  constructor(readonly context: BoxContext, readonly options: RegistrarOptions) {}

  async register(server: ServerTransaction): Promise<void> {
    const registration = this.#read(server.request);
    if (typeof registration === "number") return void server.reply(registration);
    if (this.#refusesOverBinding(registration)) return void server.reply(403);
    const result = await this.#authenticated(registration);
    if (result.type === "accepted") return await this.#accept(server, registration, result);
    if (result.type === "challenged") {
      if (
        this.context.faults.has("scscf/drops-binding-on-challenge") && registration.set?.scheme === "digest"
      ) {
        this.options.registrations.drop(registration.set, "unregistered");
      }
      return void server.reply(401, { headers: { "WWW-Authenticate": result.field } });
    }
    if (result.type === "refused") return void server.reply(result.status);
    await this.#fail(server, registration, result);
  }

  reset(): void {
    this.#seen.clear();
  }

  #read(request: SipRequest): Registration | number {
    const credentials = homeCredentials(request);
    const realm = credentials?.get("realm");
    // 8.0: another home domain than ours is none of our subscribers'.
    const foreign = realm !== undefined && realm !== "" && realm !== this.context.home.domain;
    if (foreign && !this.context.faults.has("pcscf/serves-foreign-home-domain")) return 403;
    const who = registrationIdentity(request, this.context.faults);
    const all = request.contacts.includes("*");
    const contacts = request.contacts.filter((contact) => contact !== "*");
    if (all && (contacts.length > 0 || request.expires !== 0)) return 400; // RFC 3261 10.2.2
    const removal = all || contacts.length > 0 &&
        contacts.every((contact) => requestedExpiry(request, contact) === 0);
    const set = this.options.registrations.find(who.impu);
    return { request, who, set, contacts, all, removal };
  }

  /** 5.1.2, 6.1.5, N.2.1.1: what the P-CSCF vouches for may pass, everything else is authenticated. */
  async #authenticated(registration: Registration): Promise<AuthenticationResult> {
    const { request, who, set } = registration;
    const { policy } = this.context;
    const { authentication, registrations } = this.options;
    const scheme = requestedScheme(request, { giba: false });
    if (scheme === "tna") return { type: "accepted", scheme: "tna" }; // U.2: the trusted node has done it
    const flag = protection(request);
    const answered = (homeCredentials(request)?.get("response") ?? "") !== "";
    const known = set?.impi === who.impi && set.bindings.size > 0;
    const sets = registrations.ofImpi(who.impi);
    const reauthenticate = sets.some((one) => one.reauthenticate);
    // P.4.1: the scheme of a registration is that of the REGISTERs after it.
    const fixed: Scheme | undefined = set?.scheme ?? sets[0]?.scheme;
    const trusted = known && !reauthenticate && !answered &&
      (flag === "yes" || flag === "ip-assoc-yes" && policy.trustIpAssociation && fixed === "digest");
    if (trusted) return { type: "accepted", scheme: fixed ?? "digest" };
    const further = !set && sets.length > 0 && flag !== undefined && !reauthenticate && !answered;
    if (further && !policy.authenticateFurtherImpus) return { type: "accepted", scheme: fixed ?? "digest" };
    const wrongly = this.#wronglyAccepted(registration, fixed, sets);
    if (wrongly) return { type: "accepted", scheme: wrongly };
    return await authentication.run(request, who, { scheme: fixed });
  }

  /** N.2.2.2: a UE that rejected the network's proof may begin anew at once; only a fault keeps it from that. */
  #refusesOverBinding({ request, set }: Registration): boolean {
    if (!this.context.faults.has("scscf/refuses-register-over-binding")) return false;
    return [...set?.bindings.values() ?? []].some(({ callId }) => callId !== request.callId);
  }

  /** The switches that let a REGISTER through that should have been challenged. */
  #wronglyAccepted(
    { request, who, set, contacts, removal }: Registration,
    fixed: Scheme | undefined,
    sets: readonly RegisteredSet[],
  ): Scheme | undefined {
    const { faults } = this.context;
    const { authentication } = this.options;
    if (faults.size === 0) return undefined;
    const credentials = homeCredentials(request);
    const answered = (credentials?.get("response") ?? "") !== "";
    const { open } = authentication.state(who.impi);
    const bound = contacts.some((contact) => set?.bindings.has(bindingKey(contact)));
    if (answered) return undefined;
    // 5.1.1, 5.1.2: an initial registration is always authenticated.
    if (faults.has("scscf/registers-without-challenge") && !set && !open) return "aka";
    if (faults.has("scscf/skips-challenge-for-known-impu") && !set && this.#seen.has(who.impu)) return "aka";
    // 5.1.2: a REGISTER that was not protected counts as an initial one.
    if (faults.has("scscf/accepts-clear-refresh") && fixed === "aka" && bound && !removal) return "aka";
    // 7.4.0: with the nonce of the last run or without.
    const nonce = credentials?.get("nonce") ?? "";
    if (faults.has("scscf/accepts-clear-reregister") && fixed === "aka" && bound && nonce !== "") {
      return "aka";
    }
    // 7.4.0: whatever it asks for.
    if (faults.has("scscf/accepts-clear-deregistration") && fixed === "aka" && removal) return "aka";
    // 6.1.4, N.2.4: what was asked for is authenticated.
    if (set?.reauthenticate && bound) {
      if (fixed === "aka" && faults.has("scscf/accepts-requested-aka-reregistration")) return "aka";
      if (fixed === "digest" && faults.has("scscf/accepts-requested-digest-reregistration")) return "digest";
    }
    // N.2.1.1: without an answer a REGISTER only starts a new challenge.
    if (faults.has("scscf/accepts-second-register") && open?.callId === request.callId) return "digest";
    // N.1: another IMPU of the IMPI is the home's business, not anybody's.
    if (faults.has("scscf/second-impu-without-challenge") && !set && sets.length > 0) return "digest";
    // P.4.1: the scheme does not change.
    if (faults.has("scscf/changes-scheme") && fixed === "aka" && credentials === undefined) return "tna";
    return undefined;
  }

  async #accept(
    server: ServerTransaction,
    registration: Registration,
    result: { readonly scheme: Scheme; readonly authenticationInfo?: string },
  ): Promise<void> {
    const { request, who, contacts } = registration;
    const { cx, serverName, registrations } = this.options;
    const { faults, timers } = this.context;
    for (const contact of contacts) {
      const seconds = requestedExpiry(request, contact);
      if (seconds !== undefined && seconds > 0 && seconds * 1000 < timers.minExpires) {
        return void server.reply(423, {
          headers: { "Min-Expires": String(Math.ceil(timers.minExpires / 1000)) },
        });
      }
    }
    if (registration.removal || contacts.length === 0) {
      if (registration.removal) this.#remove(registration);
      return void this.#ok(server, registration, result.authenticationInfo);
    }
    const type = registration.set ? "re-registration" : "registration";
    const answer = await cx.serverAssignment({ impi: who.impi, impu: who.impu, serverName, type });
    if (answer.result !== "success") return void server.reply(403);
    const identities = faults.has("scscf/registers-explicit-impu-only")
      ? answer.profile.identities.filter(({ impu }) => impu === who.impu)
      : answer.profile.identities;
    const profile: UserProfile = { ...answer.profile, identities };
    if (faults.has("scscf/digest-evicts-aka") && result.scheme === "digest") {
      for (const other of [...registrations.all]) {
        if (other.scheme === "aka") registrations.drop(other, "unregistered");
      }
    }
    const set = registrations.find(who.impu) ??
      registrations.open({ impi: who.impi, profile, scheme: result.scheme, explicit: who.impu });
    set.profile = profile;
    set.reauthenticate = false;
    this.#seen.add(who.impu);
    if (!this.#bindAll(registration, set)) return void server.reply(500);
    this.#ok(server, { ...registration, set }, result.authenticationInfo);
  }

  /** RFC 3261 10.3 step 7: false if a contact's Call-ID and CSeq show that the request is out of order. */
  #bindAll({ request, contacts }: Registration, set: RegisteredSet): boolean {
    const { scheduler } = this.context;
    const callId = request.callId ?? "";
    const cseq = request.cseq?.seq ?? 0;
    for (const contact of contacts) {
      const known = set.bindings.get(bindingKey(contact));
      if (known && known.callId === callId && known.cseq >= cseq) return false;
    }
    const { maxExpires, defaultExpires } = this.context.policy;
    for (const contact of contacts) {
      const seconds = Math.min(requestedExpiry(request, contact) ?? defaultExpires, maxExpires);
      const key = bindingKey(contact);
      if (seconds === 0) this.options.registrations.unbind(set, key, "unregistered");
      else {
        const expiresAt = scheduler.now() + seconds * 1000;
        this.options.registrations.bind(set, {
          key,
          contact,
          path: request.values("Path"),
          callId,
          cseq,
          expiresAt,
        });
      }
    }
    return true;
  }

  #remove({ set, contacts, all }: Registration): void {
    if (!set) return;
    const { registrations } = this.options;
    if (all) return registrations.drop(set, "unregistered");
    for (const contact of contacts) registrations.unbind(set, bindingKey(contact), "unregistered");
  }

  /** TS 24.229 5.4.1.2.2F. */
  #ok(
    server: ServerTransaction,
    { request, set }: Registration,
    authenticationInfo: string | undefined,
  ): void {
    const { scheduler } = this.context;
    const bindings = [...set?.bindings.values() ?? []];
    const outbound = request.path.some(({ uri }) => uri.params.has("ob")) &&
      request.contact?.params.has("reg-id") === true;
    const identities = set?.profile.identities.filter(({ barred }) => !barred) ?? [];
    const headers: Record<string, string | string[]> = {
      Contact: bindings.map(({ contact, expiresAt }) => {
        const seconds = Math.max(0, Math.round((expiresAt - scheduler.now()) / 1000));
        return formatNameAddr({ ...contact, params: contact.params.clone().set("expires", seconds) });
      }),
      Path: request.all("Path"),
    };
    if (bindings.length > 0) {
      headers["Service-Route"] = `<${this.options.serviceRoute}>`;
      headers["P-Associated-URI"] = identities.map(({ impu }) => `<${impu}>`).join(", ");
    }
    if (outbound) headers["Require"] = "outbound"; // RFC 5626 6
    if (authenticationInfo !== undefined) headers["Authentication-Info"] = authenticationInfo;
    server.reply(200, { headers });
  }

  /** SM10 of 6.1.2: a failure never changes a registration that is there. */
  async #fail(
    server: ServerTransaction,
    { who, set }: Registration,
    { open }: FailedAuthentication,
  ): Promise<void> {
    const { faults } = this.context;
    const { cx, serverName, registrations } = this.options;
    const aka = open?.vector.scheme === "aka";
    if (set && faults.has(aka ? "scscf/wrong-answer-deregisters" : "scscf/failed-digest-deregisters")) {
      registrations.drop(set, "unregistered");
    }
    await cx.serverAssignment({ ...who, serverName, type: "authentication-failure" });
    if (!aka && faults.has("scscf/drops-wrong-response")) return;
    server.reply(403, failureResponse(this.context, open));
  }
}

/** Seconds: the Contact's own, else the header field's; undefined where the UE names none (RFC 3261 10.2.1.1). */
function requestedExpiry(request: SipRequest, contact: NameAddr): number | undefined {
  const own = contact.params.get("expires");
  if (own !== undefined && /^\d{1,10}$/.test(own)) return Number(own);
  return request.expires;
}
