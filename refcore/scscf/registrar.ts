/** REGISTER in the S-CSCF: whether it must be authenticated, and what it changes (TS 24.229 5.4.1.2, 33.203 6.1). */
import { formatNameAddr, type NameAddr, type SipRequest } from "sip-codec";
import type { Endpoint, Flow } from "../../harness/net/types.ts";
import { bindingKey } from "../contact.ts";
import { homeCredentials } from "../credentials.ts";
import type { Cx, ServerAssignmentAnswer, ServerAssignmentRequest, UserProfile } from "../cx.ts";
import { isInside } from "../fabric.ts";
import { type RegistrationIdentity, registrationIdentity } from "../identity.ts";
import type { ServerTransaction } from "../stack.ts";
import type { BoxContext } from "../types.ts";
import { admit } from "./admission.ts";
import type {
  Accepted,
  Authentication,
  AuthenticationResult,
  FailedAuthentication,
} from "./authentication.ts";
import { holds } from "./bound_address.ts";
import { failureResponse } from "./failure.ts";
import { addressOf, type Hops, hopsOf } from "./hops.ts";
import type { RegisteredSet, Registrations } from "./registrations.ts";
import { protection } from "./scheme.ts";

export interface RegistrarOptions {
  readonly cx: Cx;
  readonly serverName: string;
  /** URI that UEs come back by (RFC 3608). */
  readonly serviceRoute: string;
  readonly authentication: Authentication;
  readonly registrations: Registrations;
  /** Of an I-CSCF outside this core. */
  readonly icscf?: Endpoint;
}

/** Option tags a REGISTER may require. */
const SUPPORTED: ReadonlySet<string> = new Set(["path", "outbound", "sec-agree"]);

/** A REGISTER read once. */
export interface Registration {
  readonly request: SipRequest;
  readonly hops: Hops;
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
    const unsupported = server.request.require.filter((tag) => !SUPPORTED.has(tag.toLowerCase()));
    if (unsupported.length > 0) {
      return void server.reply(420, { headers: { Unsupported: unsupported.join(", ") } }); // RFC 3261 8.2.2.3
    }
    const registration = this.#read(server);
    if (typeof registration === "number") return void server.reply(registration);
    if (this.#refusesOverBinding(registration)) return void server.reply(403);
    const result = await this.#authenticated(registration);
    if (result.type === "accepted") return await this.#accept(server, registration, result);
    if (result.type === "challenged") {
      await this.#assignEarly(registration);
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

  #read({ request, flow }: ServerTransaction): Registration | number {
    const credentials = homeCredentials(request);
    const realm = credentials?.get("realm");
    // 8.0: another home domain than ours is none of our subscribers'.
    const foreign = realm !== undefined && realm !== "" && realm !== this.context.home.domain;
    const { faults } = this.context;
    const lax = faults.has("pcscf/serves-foreign-home-domain") || faults.has("scscf/ignores-aka-realm");
    if (foreign && !lax) return 403;
    const who = registrationIdentity(request, faults);
    const all = request.contacts.includes("*");
    const contacts = request.contacts.filter((contact) => contact !== "*");
    if (all && (contacts.length > 0 || request.expires !== 0)) return 400; // RFC 3261 10.2.2
    const removal = all || contacts.length > 0 &&
        contacts.every((contact) => requestedExpiry(request, contact) === 0);
    const set = this.options.registrations.find(who.impu);
    const hops = hopsOf(request, this.#byIcscf(request, flow));
    return { request, hops, who, set, contacts, all, removal };
  }

  /** From within this core it has come by its I-CSCF, else by the one that is known, as its Via says. */
  #byIcscf({ via }: SipRequest, flow: Flow): boolean {
    if (isInside(flow)) return true;
    const { icscf } = this.options;
    return icscf !== undefined && flow.remote.address === icscf.address && (via?.port ?? 5060) === icscf.port;
  }

  async #authenticated(registration: Registration): Promise<AuthenticationResult> {
    const { authentication } = this.options;
    const { request, who, hops } = registration;
    const { scheme, fixed, requested, barred } = admit(this.context, this.options, registration, this.#seen);
    if (barred) return { type: "refused", status: 403 };
    if (scheme === "tna" && this.context.faults.has("scscf/vectors-for-trusted-node")) {
      await authentication.fetch({ ...who, scheme: "Unknown" });
    }
    if (scheme) return { type: "accepted", scheme };
    return await authentication.run(request, who, { scheme: fixed, requested, hops });
  }

  /** 6.1.1: the HSS hears of a registration when the response has been verified, not before. */
  async #assignEarly({ who: { impi, impu }, set }: Registration): Promise<void> {
    if (set || !this.context.faults.has("scscf/assigns-before-verification")) return;
    const { cx, serverName } = this.options;
    await cx.serverAssignment({ impi, impu, serverName, type: "registration" });
  }

  /** N.2.2.2: a UE that rejected the network's proof may begin anew at once; only a fault keeps it from that. */
  #refusesOverBinding({ request, set }: Registration): boolean {
    if (!this.context.faults.has("scscf/refuses-register-over-binding")) return false;
    return [...set?.bindings.values() ?? []].some(({ callId }) => callId !== request.callId);
  }

  async #accept(
    server: ServerTransaction,
    registration: Registration,
    result: Accepted,
  ): Promise<void> {
    const { request, who, contacts } = registration;
    const { registrations } = this.options;
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
      const kept = result.scheme === "tna" && faults.has("scscf/trusted-node-never-removes");
      if (registration.removal && !kept) this.#remove(registration);
      return void this.#ok(server, registration, result.authenticationInfo);
    }
    const answer = await this.#assign(registration, result);
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
    set.tlsProtected = protection(request)?.startsWith("tls-") === true ||
      // Without an indicator nothing is said of the protection (O.4.3).
      set.tlsProtected && protection(request) === undefined;
    this.#seen.add(who.impu);
    if (!this.#bindAll(registration, set)) return void server.reply(500);
    this.#releaseOthers(set, result);
    this.#ok(server, { ...registration, set }, result.authenticationInfo);
  }

  /** SAR: the user is registered, or registered again. */
  async #assign({ who, set }: Registration, { scheme }: Accepted): Promise<ServerAssignmentAnswer> {
    const { cx, serverName } = this.options;
    const { faults } = this.context;
    const { impi, impu } = who;
    if (scheme === "digest" && faults.has("scscf/registers-without-assignment")) {
      return { result: "success", profile: { impi, identities: [{ impu, barred: false }], traits: [] } };
    }
    const again = set !== undefined && !faults.has("scscf/refresh-is-registration");
    return await cx.serverAssignment({
      impi,
      impu,
      serverName,
      type: again ? "re-registration" : "registration",
    });
  }

  /** T.5: with GIBA one IMPI has one address; what is registered at another one belongs to a context that is over. */
  #releaseOthers(set: RegisteredSet, { bound }: Accepted): void {
    if (!bound || this.context.faults.has("scscf/two-giba-contacts")) return;
    for (const { key, address } of [...set.bindings.values()]) {
      const own = address !== undefined && holds(bound, address, this.context.faults);
      if (!own) this.options.registrations.unbind(set, key, "deactivated");
    }
  }

  /** RFC 3261 10.3 step 7: false if a contact's Call-ID and CSeq show that the request is out of order. */
  #bindAll({ request, hops, contacts }: Registration, set: RegisteredSet): boolean {
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
          address: addressOf(hops.ue),
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
    const { faults } = this.context;
    // TS 24.229 5.4.1.2.2F: all of the implicit set, but what is barred.
    const identities =
      set?.profile.identities.filter(({ impu, barred }) =>
        (!barred || faults.has("scscf/tells-barred-identities")) &&
        !(impu.startsWith("tel:") && faults.has("scscf/tells-sip-uris-only"))
      ) ?? [];
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
    const { registrations } = this.options;
    const aka = open?.vector.scheme === "aka";
    if (set && faults.has(aka ? "scscf/wrong-answer-deregisters" : "scscf/failed-digest-deregisters")) {
      registrations.drop(set, "unregistered");
    }
    if (set?.scheme === "giba" && faults.has("scscf/mismatch-deregisters")) {
      registrations.drop(set, "unregistered");
    }
    await this.#reportFailure(who, set, aka);
    if (!aka && faults.has("scscf/drops-wrong-response")) return;
    server.reply(403, failureResponse(this.context, open));
  }

  /** 6.1.2.2, N.2.2.1: the HSS forgets our name if the IMPU is not registered; else there is nothing to change. */
  async #reportFailure(
    { impi, impu }: RegistrationIdentity,
    set: RegisteredSet | undefined,
    aka: boolean,
  ): Promise<void> {
    const { faults } = this.context;
    const { cx, serverName } = this.options;
    const report = async (type: ServerAssignmentRequest["type"]) =>
      void await cx.serverAssignment({ impi, impu, serverName, type });
    if (set) {
      if (faults.has("scscf/failure-deregisters-at-hss")) await report("user-deregistration");
      return;
    }
    if (faults.has(aka ? "scscf/keeps-name-after-failure" : "scscf/leaves-pending-at-hss")) return;
    await report("authentication-failure");
  }
}

/** Seconds: the Contact's own, else the header field's; undefined where the UE names none (RFC 3261 10.2.1.1). */
function requestedExpiry(request: SipRequest, contact: NameAddr): number | undefined {
  const own = contact.params.get("expires");
  if (own !== undefined && /^\d{1,10}$/.test(own)) return Number(own);
  return request.expires;
}
