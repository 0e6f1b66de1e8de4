/**
 * Authentication of REGISTER in the S-CSCF: TS 33.203 6.1 (AKA), Annex N.2 (Digest), R.3 (NBA) and T.4 (GIBA). Per IMPI
 * at most one challenge is open; its answer, or a later one on the nonce of the last success, authenticates.
 */
import type { Params, SipRequest } from "sip-codec";
import { homeCredentials } from "../credentials.ts";
import type {
  AkaVector,
  AuthenticationData,
  BoundAddress,
  Cx,
  DigestVector,
  MultimediaAuthRequest,
} from "../cx.ts";
import type { RegistrationIdentity } from "../identity.ts";
import type { Alarm } from "../scheduler.ts";
import type { BoxContext } from "../types.ts";
import { answerAka } from "./aka.ts";
import { byAddress, byLine } from "./bundled.ts";
import { akaNonce, challengeField, digestNonce, type OpenChallenge } from "./challenge.ts";
import { answerDigest } from "./digest.ts";
import { DigestSecrets } from "./digest_secrets.ts";
import type { AwareProxies, Hops } from "./hops.ts";
import { withRandOf, wronglyAccepted } from "./lenience.ts";
import { protection, type RequestedScheme } from "./scheme.ts";
import { vectorFor } from "./vector.ts";

export type AuthenticationResult =
  | Accepted
  /** 401 with this WWW-Authenticate. */
  | { readonly type: "challenged"; readonly field: string }
  | FailedAuthentication
  /** No authentication took place. */
  | { readonly type: "refused"; readonly status: number };

export interface Accepted {
  readonly type: "accepted";
  readonly scheme: Scheme;
  readonly authenticationInfo?: string;
  /** With GIBA: the address of the user. */
  readonly bound?: BoundAddress;
}

/** The answer is wrong, or the network could not be authenticated: SM10 of 6.1.2.2. */
export interface FailedAuthentication {
  readonly type: "failed";
  readonly open: OpenChallenge | undefined;
}

export type Scheme = "aka" | "digest" | "tna" | "giba" | "nba";

/** What the S-CSCF remembers of the authentication of one IMPI. */
export interface AuthenticationState {
  open: OpenChallenge | undefined;
  readonly awaitAuth: Alarm;
  /** Challenges that a newer one replaced before they were answered (6.1.2.3, N.2.2.3); the last few. */
  superseded: OpenChallenge[];
  /** The last challenge that was answered rightly, and the nonce-count it was answered with (N.2.3). */
  used: { readonly challenge: OpenChallenge; nc: number } | undefined;
  secrets: DigestSecrets | undefined;
  /** AKA vectors that the HSS has given and that are not used yet, in its order (6.1.1). */
  vectors: AkaVector[];
  /** The one used last; only a fault uses it again. */
  lastVector: AkaVector | undefined;
}

/** What the registrar knows about the user and the request already. */
export interface KnownUser {
  /** Scheme of the registration, which does not change (P.4.1). */
  readonly scheme: Scheme | undefined;
  /** By P.4.2. */
  readonly requested: RequestedScheme;
  readonly hops: Hops;
}

/** The same, where a challenge leads to the next one. */
export type Known = Pick<KnownUser, "scheme"> & Partial<KnownUser>;

export class Authentication {
  readonly #states = new Map<string, AuthenticationState>();
  /** Digest nonces that were given out, for whom it does not matter; only faults note and ask for them. */
  readonly #issued = new Set<string>();

  constructor(
    readonly context: BoxContext,
    readonly cx: Cx,
    readonly serverName: string,
    readonly aware: AwareProxies,
  ) {}

  get realm(): string {
    return this.context.home.domain;
  }

  state(impi: string): AuthenticationState {
    // P.2: users and their schemes do not disturb each other.
    const key = this.context.faults.has("scscf/one-authentication-state") ? "all" : impi;
    const known = this.#states.get(key);
    if (known) return known;
    const state: AuthenticationState = {
      open: undefined,
      awaitAuth: this.context.scheduler.alarm(() => this.#timeout(impi)),
      superseded: [],
      used: undefined,
      secrets: undefined,
      vectors: [],
      lastVector: undefined,
    };
    this.#states.set(key, state);
    return state;
  }

  /** The user is gone: nothing of her secrets is kept. */
  forget(impi: string): void {
    const state = this.#states.get(impi);
    if (!state) return;
    state.secrets = undefined;
    state.used = undefined;
    state.vectors = [];
  }

  /** Whether somebody is being challenged for this IMPU. */
  isChallenged(impu: string): boolean {
    return [...this.#states.values()].some(({ open }) => open?.impu === impu);
  }

  reset(): void {
    for (const { awaitAuth } of this.#states.values()) awaitAuth.set(undefined);
    this.#states.clear();
    this.#issued.clear();
  }

  /** A REGISTER that needs authentication: judges the answer it brings, or challenges. */
  async run(request: SipRequest, who: RegistrationIdentity, known: KnownUser): Promise<AuthenticationResult> {
    const state = this.state(who.impi);
    // P.4.1: GIBA is for who has begun with it, and who has goes on with it.
    if (known.requested === "giba" && (known.scheme ?? "giba") === "giba") {
      return await byAddress(this, request, who, known.hops);
    }
    if (known.scheme === "giba") return { type: "refused", status: 403 };
    const answer = homeCredentials(request);
    const nonce = answer?.get("nonce") ?? "";
    const answered = (answer?.get("response") ?? "") !== "" || answer?.has("auts") === true;
    const { open } = state;
    const wrongly = await wronglyAccepted(this, request, who, known, answered);
    if (wrongly) return wrongly;
    // 6.1.5: where the P-CSCF has IPsec, an answer counts only under the SAs that its challenge has made. Failures are
    // reported in the clear, too (7.4.2a).
    const bare = protection(request) === "no" && answered && answer?.has("auts") !== true;
    if (bare) return await this.challenge(state, request, who, known);
    const refused = protection(request) === "tls-yes" && answered;
    if (refused && this.context.faults.has("scscf/tls-refresh-never-accepted")) {
      return await this.challenge(state, request, who, known);
    }
    if (answer && nonce !== "" && open?.nonce === nonce) {
      if (open.vector.scheme === "aka") {
        const result = await answerAka(this, state, open, request, answer, who);
        const other = result.type === "failed" && this.context.faults.has("scscf/giba-after-wrong-response");
        return other ? await byAddress(this, request, who, known.hops) : result;
      }
      if (answered) return await answerDigest(this, state, request, answer, who);
    }
    const forged = answer && open && withRandOf(answer, open, this.context.faults);
    if (forged) return await answerAka(this, state, forged, request, answer, who);
    if (answer && answered && nonce !== "") {
      const late = await this.#answerToAnother(state, request, answer, who, known);
      if (late) return late;
    }
    return await this.challenge(state, request, who, known);
  }

  /** Challenges anew; a challenge that was open counts as failed from now on (6.1.2.3, N.2.2.3). */
  async challenge(
    state: AuthenticationState,
    request: SipRequest,
    who: RegistrationIdentity,
    known: Known,
    more: { stale?: boolean; resynchronisations?: number; vector?: AkaVector | DigestVector } = {},
  ): Promise<AuthenticationResult> {
    const vector = more.vector ?? await vectorFor(this, state, request, who, known);
    if (vector === 200) return { type: "accepted", scheme: "digest" };
    if (typeof vector === "number") {
      // T.7, cases 4, 8 and 9: a SIM that begins with full security is in error.
      const sim = known.requested === "aka" && this.context.faults.has("scscf/giba-after-refused-vectors");
      if (sim && known.hops) return await byAddress(this, request, who, known.hops);
      return { type: "refused", status: vector };
    }
    if (vector.scheme === "nba") return await byLine(this, state, request, who, known, vector);
    const { faults } = this.context;
    const repeated = vector.scheme === "aka" && faults.has("scscf/repeats-open-nonce") &&
      state.open !== undefined;
    const open: OpenChallenge = repeated ? state.open! : {
      nonce: vector.scheme === "aka"
        ? akaNonce(this.context, vector)
        : this.#digestNonce(state, more.stale === true),
      vector,
      callId: request.callId ?? "",
      impu: who.impu,
      resynchronisations: more.resynchronisations ?? 0,
      stale: more.stale ?? false,
    };
    if (state.open && state.open !== open) state.superseded = [state.open, ...state.superseded].slice(0, 16);
    state.open = open;
    const forEver = vector.scheme === "digest" && faults.has("scscf/challenge-never-expires");
    const akaForEver = vector.scheme === "aka" && faults.has("scscf/aka-challenge-never-expires");
    // TS 24.229 table 7.7.2B: reg-await-auth.
    state.awaitAuth.set(
      forEver || akaForEver ? undefined : this.context.scheduler.now() + this.context.timers.regAwaitAuth,
    );
    const forIpsec = isForIpsec(request);
    return { type: "challenged", field: challengeField(open, this.realm, faults, forIpsec) };
  }

  /** The run is over, rightly or wrongly answered. */
  close(state: AuthenticationState): void {
    state.open = undefined;
    state.awaitAuth.set(undefined);
  }

  /** SD-AVs of the user, from the HSS if they are not here. */
  async secrets(state: AuthenticationState, who: RegistrationIdentity): Promise<DigestSecrets | undefined> {
    if (state.secrets) return state.secrets;
    const vector = await this.fetch({ ...who, scheme: "SIP Digest" });
    if (typeof vector === "number" || vector.scheme !== "digest") return undefined;
    return state.secrets = new DigestSecrets(this.context, vector);
  }

  /**
   * MAR. A refusal comes as the status that TS 24.229 gives it. Further AKA vectors of the answer are kept in `state`
   * for later challenges.
   */
  async fetch(
    ask: { impi: string; impu: string } & Pick<MultimediaAuthRequest, "scheme" | "resynchronisation">,
    state?: AuthenticationState,
  ): Promise<AuthenticationData | number> {
    const { impi, impu, scheme, resynchronisation } = ask;
    const answer = await this.cx.multimediaAuth({
      impi,
      impu,
      serverName: this.serverName,
      scheme,
      count: countFor(scheme, this.context.faults),
      ...(resynchronisation ? { resynchronisation } : {}),
    });
    // P.4.2: what this S-CSCF does not know authenticates nobody.
    if (answer.result === "unable-to-comply" && this.context.faults.has("scscf/unknown-scheme-registers")) {
      return 200;
    }
    if (answer.result !== "success") return 403;
    if (state && answer.further) state.vectors.push(...answer.further);
    return answer.vector;
  }

  noteIssued(nonce: string): void {
    this.#issued.add(nonce);
  }

  issuedBefore(nonce: string): boolean {
    return this.#issued.has(nonce);
  }

  /** An answer to something else than the open challenge. Undefined: it is worth no more than none. */
  async #answerToAnother(
    state: AuthenticationState,
    request: SipRequest,
    answer: Params,
    who: RegistrationIdentity,
    known: KnownUser,
  ): Promise<AuthenticationResult | undefined> {
    const { faults } = this.context;
    const nonce = answer.get("nonce");
    const old = state.superseded.find((challenge) => challenge.nonce === nonce);
    if (old) {
      // Its data is deleted: no answer to it registers, and the newer challenge stays as it is.
      const kept = old.vector.scheme === "aka"
        ? faults.has("scscf/accepts-superseded-challenge") ||
          faults.has("scscf/completes-overlapping-registrations") ||
          faults.has("scscf/accepts-earlier-vector")
        : faults.has("scscf/keeps-all-digest-nonces");
      if (!kept) return { type: "failed", open: old };
      const asOpen = { ...state, open: old, awaitAuth: { set: () => {} } };
      if (old.vector.scheme === "aka") return await answerAka(this, asOpen, old, request, answer, who);
      return await answerDigest(this, asOpen, request, answer, who);
    }
    const scheme = known.scheme ?? state.used?.challenge.vector.scheme;
    if (scheme === "aka") {
      const { used } = state;
      // 6.1.1: a vector is good for one authentication.
      if (!faults.has("scscf/nonce-valid-after-use") || used?.challenge.nonce !== nonce) return undefined;
      return await answerAka(this, state, used!.challenge, request, answer, who);
    }
    if (!await this.secrets(state, who)) return undefined;
    return await answerDigest(this, state, request, answer, who);
  }

  #digestNonce(state: AuthenticationState, stale: boolean): string {
    const { faults } = this.context;
    // N.2.3: "using a new nonce".
    const before = state.used?.challenge.nonce;
    if (stale && faults.has("scscf/repeats-nonce-when-stale") && before !== undefined) return before;
    const nonce = digestNonce(this.context);
    if (faults.has("scscf/accepts-any-issued-nonce")) this.noteIssued(nonce);
    return nonce;
  }

  /** 6.1.2.3, N.2.2.3: no answer within reg-await-auth is a failure; the HSS learns it. */
  #timeout(impi: string): void {
    const state = this.state(impi);
    const impu = state.open?.impu;
    state.open = undefined;
    if (impu === undefined) return;
    const { serverName, context } = this;
    this.cx.serverAssignment({ impi, impu, serverName, type: "authentication-timeout" })
      .catch((error) => context.problem(error));
  }
}

/** The P-CSCF has agreed on IPsec with the UE: only then these values are used (6.1.5, P.4.2). */
export function isForIpsec(request: SipRequest): boolean {
  const flag = protection(request);
  return flag === "yes" || flag === "no";
}

/** 6.1.1: at least one; N.2.1.1: one SD-AV. */
function countFor(scheme: MultimediaAuthRequest["scheme"], faults: BoxContext["faults"]): number {
  if (faults.has("scscf/asks-for-no-vectors") && scheme !== "SIP Digest") return 0;
  return faults.has("scscf/asks-five-digest-vectors") ? 5 : 1;
}
