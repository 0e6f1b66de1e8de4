/** The HSS behind Cx: TS 29.228 clause 6, for the subscribers of a profile. */
import { ha1 } from "../../harness/crypto/mod.ts";
import type { Subscriber } from "../../profiles/types.ts";
import type {
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
import { type ImplicitSet, Subscription } from "./subscription.ts";

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
  /** S-CSCFs by name, for what the HSS says unasked. */
  readonly #listeners = new Map<string, CxListener>();

  constructor(options: HssOptions) {
    this.#options = options;
    this.reset();
  }

  listen(serverName: string, listener: CxListener): void {
    this.#listeners.set(serverName, listener);
  }

  /** Back to what was provisioned: passwords, SQN, registration states. */
  reset(): void {
    this.#byImpi.clear();
    this.#byImpu.clear();
    for (const subscriber of this.#options.subscribers) {
      const subscription = new Subscription(subscriber);
      this.#byImpi.set(subscription.impi, subscription);
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
    if (vector === undefined) return refuse("auth-scheme-not-supported");
    if (vector === "bad-auts") return refuse("unable-to-comply");
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

  has(impi: string): boolean {
    return this.#byImpi.has(impi);
  }

  #vector(subscription: Subscription, request: MultimediaAuthRequest) {
    const { faults, random } = this.#options;
    const { aka, digest } = subscription;
    if (request.scheme === "SIP Digest" ? digest : digest && !aka) return this.#digestVector(subscription);
    if (!aka || request.scheme === "SIP Digest") return undefined;
    const { resynchronisation } = request;
    if (resynchronisation) {
      const { rand, auts } = resynchronisation;
      if (!aka.resynchronise(rand, auts, faults)) return "bad-auts";
    }
    return aka.vector(random, faults);
  }

  #digestVector(subscription: Subscription): DigestVector {
    const { realm, faults } = this.#options;
    const { password, algorithm } = subscription.digest!;
    return {
      scheme: "digest",
      realm,
      algorithm,
      qop: "auth", // N.2.1.1
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
    const subscription = byImpu ? owner : this.#byImpi.get(impi);
    if (!subscription || !owner) return { refusal: { result: "user-unknown" } };
    const set = subscription.setOf(impu);
    if (set) return { subscription, set, refusal: { result: "user-unknown" } };
    const unchecked = faults.has("hss/serves-foreign-impu") ||
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
