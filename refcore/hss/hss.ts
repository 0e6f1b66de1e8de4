/** The HSS behind Cx: TS 29.228 clause 6, for the subscribers of a profile. */
import { ha1 } from "../../harness/crypto/mod.ts";
import type { Subscriber } from "../../profiles/types.ts";
import type {
  AuthenticationData,
  Cx,
  CxError,
  CxListener,
  CxRefusal,
  DigestVector,
  LocationInfoAnswer,
  MultimediaAuthAnswer,
  MultimediaAuthRequest,
  ServerAssignmentAnswer,
  ServerAssignmentRequest,
  UserAuthorizationAnswer,
  UserAuthorizationRequest,
} from "../cx.ts";
import type { FaultSet } from "../faults.ts";
import { AkaCredentials } from "./aka_credentials.ts";
import { type ContextAddress, type ImplicitSet, Subscription } from "./subscription.ts";

export interface HssOptions {
  readonly subscribers: readonly Subscriber[];
  /** Realm of SIP Digest: the home domain. */
  readonly realm: string;
  readonly faults: FaultSet;
  readonly random: (length: number) => Uint8Array;
}

export class Hss implements Cx {
  readonly #options: HssOptions;
  readonly #byImpi = new Map<string, Subscription>();
  readonly #byImpu = new Map<string, Subscription>();
  readonly #byImsi = new Map<string, Subscription>();
  /** S-CSCFs by name, for what the HSS says unasked. */
  readonly #listeners = new Map<string, CxListener>();

  constructor(options: HssOptions) {
    this.#options = options;
    this.reset();
  }

  listen(serverName: string, listener: CxListener): void {
    this.#listeners.set(serverName, listener);
  }

  /** Does an S-CSCF with this name listen? */
  hears(serverName: string): boolean {
    return this.#listeners.has(serverName);
  }

  /** Back to what was provisioned: passwords, SQN, registration states. */
  reset(): void {
    this.#byImpi.clear();
    this.#byImpu.clear();
    this.#byImsi.clear();
    for (const subscriber of this.#options.subscribers) {
      const subscription = new Subscription(subscriber);
      this.#byImpi.set(subscription.impi, subscription);
      if (subscription.imsi !== undefined) this.#byImsi.set(subscription.imsi, subscription);
      for (const set of subscription.sets) {
        for (const { impu } of set.identities) this.#byImpu.set(impu, subscription);
      }
    }
  }

  /** TS 29.228 6.1.1.1. */
  userAuthorization(request: UserAuthorizationRequest): Promise<UserAuthorizationAnswer> {
    const { set, refusal } = this.#pair(request.impi, request.impu);
    if (!set) return Promise.resolve(refusal);
    // Step 4: a barred IMPU may register only along with one that is not.
    if (set.identities.every(({ barred }) => barred)) return refuse("authorization-rejected");
    if (request.type === "deregistration" && set.serverName === undefined) {
      return refuse("identity-not-registered");
    }
    return Promise.resolve({
      result: "success",
      ...(set.serverName === undefined ? {} : { serverName: set.serverName }),
    });
  }

  /** TS 29.228 6.3.1. */
  multimediaAuth(request: MultimediaAuthRequest): Promise<MultimediaAuthAnswer> {
    const { subscription, set, refusal } = this.#pair(request.impi, request.impu);
    if (!subscription || !set) return Promise.resolve(refusal);
    const vector = this.#vector(subscription, request);
    if (typeof vector === "string") return refuse(vector);
    set.serverName = request.serverName;
    // TS 33.203 6.1.1: an IMPU that is registered stays so while it is challenged.
    if (set.state === "not-registered") set.state = "pending";
    return Promise.resolve({ result: "success", vector });
  }

  /** TS 29.228 6.1.2.1. */
  serverAssignment(request: ServerAssignmentRequest): Promise<ServerAssignmentAnswer> {
    const { subscription, set, refusal } = this.#pair(request.impi, request.impu);
    if (!subscription || !set) return Promise.resolve(refusal);
    if (request.type === "registration" || request.type === "re-registration") {
      set.state = "registered";
      set.serverName = request.serverName;
    } else if (request.type === "no-assignment" || request.type === "unregistered-user") {
      // Nothing changes: services of who is not registered are none of this HSS's.
    } else if (!request.type.startsWith("authentication-") || set.state !== "registered") {
      // TS 33.203 6.1.2.2: a failed authentication clears the S-CSCF only of a set that is not registered.
      set.state = "not-registered";
      set.serverName = undefined;
    }
    const { impi, traits, sets } = subscription;
    const otherSets = this.#options.faults.has("scscf/delivers-to-any-contact-of-impi")
      ? { otherSets: sets.flatMap(({ identities }) => identities.map(({ impu }) => impu)) }
      : {};
    return Promise.resolve({
      result: "success",
      profile: { impi, traits, identities: set.identities, ...otherSets },
    });
  }

  /** TS 29.228 6.1.4.1. */
  locationInfo(request: { readonly impu: string }): Promise<LocationInfoAnswer> {
    const owner = this.#byImpu.get(request.impu);
    const own = owner?.setOf(request.impu);
    if (!owner || !own) return refuse("user-unknown");
    const anySet = this.#options.faults.has("scscf/delivers-to-any-contact-of-impi");
    const set = anySet ? owner.sets.find(({ state }) => state === "registered") ?? own : own;
    if (set.state !== "registered" || set.serverName === undefined) return refuse("identity-not-registered");
    return Promise.resolve({ result: "success", serverName: set.serverName });
  }

  /** The user has a new password; the S-CSCF that serves her is told (TS 33.203 N.2.5). False if unknown. */
  changePassword(impi: string, password: string): boolean {
    const subscription = this.#byImpi.get(impi);
    if (!subscription?.digest) return false;
    subscription.changePassword(password);
    const vector = this.#digestVector(subscription);
    for (const server of serversOf(subscription)) this.#listeners.get(server)?.pushDigest({ impi, vector });
    return true;
  }

  /** Administrative de-registration (RTR). False if there is no such subscriber. */
  terminateRegistration(impi: string): boolean {
    const subscription = this.#byImpi.get(impi);
    if (!subscription) return false;
    for (const server of serversOf(subscription)) {
      this.#listeners.get(server)?.terminateRegistration({ impi });
    }
    return true;
  }

  /** The GGSN reports a context, or another address of one (TS 33.203 T.4). False if nobody has this IMSI. */
  bind(
    context: ContextAddress & { readonly imsi: string; readonly session: string; readonly ggsn?: string },
  ): boolean {
    const { imsi, session, ggsn, address, prefix } = context;
    const subscription = this.#byImsi.get(imsi);
    if (!subscription) return false;
    const { faults } = this.#options;
    if (subscription.binding && faults.has("hss/keeps-first-address")) return true;
    if (subscription.hasContext(session) && faults.has("hss/ignores-modification")) return true;
    const at = { ...(address === undefined ? {} : { address }), ...(prefix === undefined ? {} : { prefix }) };
    subscription.bind(session, at, ggsn);
    return true;
  }

  /**
   * The GGSN reports the end of a context. With the last one the user has no address any more, and whoever was
   * registered at it is not. False if nobody has this IMSI.
   */
  unbind({ imsi, session }: { readonly imsi: string; readonly session: string }): boolean {
    const subscription = this.#byImsi.get(imsi);
    if (!subscription) return false;
    if (this.#options.faults.has("hss/keeps-address-after-stop")) return true;
    if (subscription.unbind(session)) this.#nowhere(subscription);
    return true;
  }

  /** A GGSN has begun anew, or is about to end: as if each of its contexts had. */
  unbindAll(ggsn: string): void {
    if (this.#options.faults.has("hss/keeps-address-after-stop")) return;
    for (const subscription of this.#byImsi.values()) {
      if (subscription.unbindAll(ggsn)) this.#nowhere(subscription);
    }
  }

  /** Whoever was registered by an address is not without one. */
  #nowhere({ giba, impi }: Subscription): void {
    if (giba && !this.#options.faults.has("hss/tells-no-s-cscf-of-the-stop")) {
      this.terminateRegistration(impi);
    }
  }

  has(impi: string): boolean {
    return this.#byImpi.has(impi);
  }

  /** TS 29.228 6.3.1: what the scheme that is asked for needs, if the subscription has it. */
  #vector(
    subscription: Subscription,
    request: MultimediaAuthRequest,
  ): AuthenticationData | CxError {
    const { faults } = this.#options;
    const { aka, digest, line } = subscription;
    switch (request.scheme) {
      case "SIP Digest":
        return digest ? this.#digestVector(subscription) : "auth-scheme-not-supported";
      case "NASS-Bundled":
        return line === undefined ? "auth-scheme-not-supported" : { scheme: "nba", line };
      case "Early-IMS-Security":
        return this.#boundAddress(subscription);
      case "Unknown":
        // R.3: NBA is for whom a line is provisioned for.
        if (faults.has("hss/line-for-everybody")) return { scheme: "nba", line: line ?? "" };
        if (line !== undefined) return { scheme: "nba", line };
        if (digest && !aka) return this.#digestVector(subscription);
        break;
      case "Digest-AKAv1-MD5":
        break;
    }
    return this.#akaVector(subscription, request);
  }

  /** T.4: the address that the GGSN has reported last. */
  #boundAddress({ giba, binding }: Subscription): AuthenticationData | CxError {
    const { faults } = this.#options;
    // T.2: the subscription says which of the two it is, GIBA or full security.
    const any = faults.has("hss/no-scheme-per-subscription") || faults.has("scscf/address-match-skips-aka");
    if (!giba && !any) return "auth-scheme-not-supported";
    return binding ? { scheme: "giba", ...binding } : "unable-to-comply";
  }

  #akaVector(
    { aka = this.#vectorsForAnybody() }: Subscription,
    { resynchronisation }: MultimediaAuthRequest,
  ): AuthenticationData | CxError {
    const { faults, random } = this.#options;
    // T.7, cases 4, 8 and 9: a SIM has no keys for AKA.
    if (!aka) return "auth-scheme-not-supported";
    if (resynchronisation) {
      const { rand, auts } = resynchronisation;
      if (!aka.resynchronise(rand, auts, faults)) return "unable-to-comply";
    }
    return aka.vector(random, faults);
  }

  /** Only a fault has keys for who has none. */
  #vectorsForAnybody(): AkaCredentials | undefined {
    if (!this.#options.faults.has("hss/no-scheme-per-subscription")) return undefined;
    const [k, opc, amf] = [new Uint8Array(16), new Uint8Array(16), new Uint8Array([0x80, 0])];
    return new AkaCredentials({ algorithm: "milenage", k, opc, amf, sqn: 0n, ind: 5, digest: "AKAv1-MD5" });
  }

  #digestVector(subscription: Subscription): DigestVector {
    const { realm, faults } = this.#options;
    const { password, algorithm } = subscription.digest!;
    return {
      scheme: "digest",
      realm,
      algorithm,
      qop: faults.has("hss/qop-auth-int") ? "auth-int" : "auth", // N.2.1.1
      ha1: ha1(algorithm, subscription.impi, realm, password),
      ...(faults.has("scscf/ignores-username") ? { password } : {}),
    };
  }

  /** The subscriber behind both identities (TS 33.203 6.1.1: they belong to the same user), or why not. */
  #pair(impi: string, impu: string): Pair {
    const { faults } = this.#options;
    const owner = this.#byImpu.get(impu);
    // 6.1.0: the long-term key is that of the IMPI.
    const byImpu = faults.has("hss/key-by-impu") || faults.has("scscf/vector-by-to-uri") ||
      faults.has("scscf/ignores-username");
    // T.5: the private identity is the one that follows from the public one in To, and there is no other way to it.
    const alone = faults.has("hss/user-by-impu-alone") ||
      faults.has("icscf/any-private-identity-with-auth-done");
    const otherwise = alone ? owner : undefined;
    const subscription = byImpu ? owner : this.#byImpi.get(impi) ?? otherwise;
    if (!subscription || !owner) return { refusal: { result: "user-unknown" } };
    const set = subscription.setOf(impu);
    if (set) return { subscription, set, refusal: { result: "user-unknown" } };
    const unchecked = faults.has("hss/serves-foreign-impu") ||
      faults.has("icscf/any-identity-pair-with-auth-done") ||
      (subscription.aka
        ? faults.has("hss/skips-impu-check")
        : faults.has("hss/digest-vector-for-foreign-impu"));
    if (!unchecked) return { refusal: { result: "identities-dont-match" } };
    return { subscription, set: owner.setOf(impu)!, refusal: { result: "user-unknown" } };
  }
}

interface Pair {
  readonly subscription?: Subscription;
  readonly set?: ImplicitSet;
  readonly refusal: CxRefusal;
}

function serversOf(subscription: Subscription): Set<string> {
  return new Set(subscription.sets.flatMap(({ serverName }) => serverName === undefined ? [] : [serverName]));
}

function refuse(result: CxError): Promise<CxRefusal> {
  return Promise.resolve({ result });
}
