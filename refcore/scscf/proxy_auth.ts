/**
 * SIP Digest for requests other than REGISTER: TS 33.203 N.2.1.2. An engine of its own: its nonces and their counts
 * have nothing to do with those of registration (note 1a).
 */
import { formatChallenge, Params, type SipRequest } from "sip-codec";
import { toHex } from "../../harness/crypto/mod.ts";
import { type ExpectedAnswer, homeCredentials, proves, readAnswer } from "../credentials.ts";
import type { DigestVector } from "../cx.ts";
import { canonicalImpu } from "../identity.ts";
import type { BoxContext } from "../types.ts";
import type { Authentication } from "./authentication.ts";
import type { RegisteredSet } from "./registrations.ts";

export type ProxyAuthResult =
  | { readonly type: "proved"; readonly impi: string }
  /** 407 with this Proxy-Authenticate. */
  | { readonly type: "challenged"; readonly field: string }
  | { readonly type: "rejected" };

interface IssuedNonce {
  readonly issuedAt: number;
  /** Of the request that was challenged. */
  readonly method: string;
  /** Highest count accepted. */
  nc: number;
}

export class ProxyAuthentication {
  readonly #nonces = new Map<string, IssuedNonce>();
  /** Wrong answers in a row per user; for "scscf/forwards-after-third-failure" alone. */
  readonly #failures = new Map<string, number>();

  constructor(readonly context: BoxContext, readonly authentication: Authentication) {}

  /** Whether policy wants this request authenticated: those that have a transaction and begin something. */
  applies(request: SipRequest, { impi, profile }: Pick<RegisteredSet, "impi" | "profile">): boolean {
    const { proxyAuthentication } = this.context.policy;
    if (!profile.traits.includes("proxy-auth") && !proxyAuthentication.includes(impi)) return false;
    // RFC 3261 22.1: neither ACK nor CANCEL can be challenged. In a dialog the route proves enough.
    if (request.method === "ACK" || request.method === "CANCEL" || request.to?.tag !== undefined) {
      return false;
    }
    return request.method !== "MESSAGE" || !this.context.faults.has("scscf/proxy-auth-skips-message");
  }

  /** `impi` is the served user, whose SD-AV a challenge is made of. */
  check(request: SipRequest, impi: string): ProxyAuthResult {
    const { faults, policy } = this.context;
    const answer = homeCredentials(request, "proxyAuthorization");
    const empty = (answer?.get("response") ?? "") === "";
    if (answer && empty && faults.has("scscf/passes-empty-proxy-response")) return { type: "proved", impi };
    if (!answer || empty) return this.#challenge(request, impi, false);
    const username = answer.get("username") ?? "";
    const verdict = this.#judge(request, answer, username);
    if (verdict === "right") {
      this.#failures.delete(impi);
      return { type: "proved", impi: username };
    }
    if (verdict === "stale") return this.#challenge(request, impi, true);
    const failures = (this.#failures.get(impi) ?? 0) + 1;
    this.#failures.set(impi, failures);
    if (faults.has("scscf/forwards-after-third-failure") && failures >= 3) return { type: "proved", impi };
    if (faults.has("scscf/forwards-wrong-proxy-response")) return { type: "proved", impi };
    if (verdict === "count" || policy.proxyAuthFailure === "reject") return { type: "rejected" };
    return this.#challenge(request, impi, false);
  }

  reset(): void {
    this.#nonces.clear();
    this.#failures.clear();
  }

  #judge(request: SipRequest, answer: Params, username: string): "right" | "wrong" | "stale" | "count" {
    const { faults, scheduler, timers } = this.context;
    const { secrets, used } = this.authentication.state(username);
    if (!secrets) return "wrong";
    const nonce = answer.get("nonce") ?? "";
    const issued = this.#nonces.get(nonce);
    const expected: ExpectedAnswer = {
      realm: this.authentication.realm,
      algorithm: secrets.current.algorithm,
      // A2 covers the method of this very request.
      method: faults.has("scscf/a2-of-challenged-method") ? issued?.method ?? request.method : request.method,
      uris: [request.requestUri],
    };
    const read = readAnswer(answer, expected, faults);
    if (typeof read === "string") return "wrong";
    const vector = secrets.vectors.find(({ ha1 }) => proves(read, { ha1 }, expected, faults));
    if (!vector) return "wrong";
    if (!issued) {
      const ofRegistration = faults.has("scscf/one-nonce-store") && used?.challenge.nonce === nonce;
      return ofRegistration && read.nc > used!.nc ? "right" : "stale";
    }
    // N.2.1.2: an aged nonce under a right digest is answered by a fresh challenge.
    if (scheduler.now() - issued.issuedAt > timers.nonceLifetime) {
      return faults.has("scscf/refuses-aged-proxy-nonce") ? "count" : "stale";
    }
    if (faults.has("scscf/refuses-nonce-count-above-one") && read.nc > 1) return "count";
    // RFC 2617 3.2.2: a count that was there before is a replay.
    if (read.nc <= issued.nc && !faults.has("scscf/forgets-proxy-nonce-count")) return "stale";
    issued.nc = read.nc;
    secrets.verified(vector);
    return "right";
  }

  /** All but the nonce is that of the SD-AV of the last successful registration. */
  #challenge(request: SipRequest, impi: string, stale: boolean): ProxyAuthResult {
    const { faults, scheduler } = this.context;
    const { secrets, used } = this.authentication.state(impi);
    if (!secrets) return { type: "rejected" };
    // N.2.1.2: vectors are fetched while registrations are handled, and at no other time.
    if (faults.has("scscf/asks-hss-for-proxy-authentication")) {
      const impu = request.assertedIdentities[0]?.uri;
      this.authentication.fetch({ impi, impu: impu ? canonicalImpu(impu) : "", scheme: "SIP Digest" })
        .catch((error) => this.context.problem(error));
    }
    const vector: DigestVector = secrets.current;
    const reused = faults.has("scscf/registration-nonce-in-407") ? used?.challenge.nonce : undefined;
    const nonce = reused ?? toHex(this.context.random.bytes(16));
    this.#prune();
    this.#nonces.set(nonce, { issuedAt: scheduler.now(), method: request.method, nc: 0 });
    const realm = faults.has("scscf/other-realm-in-407") ? `proxy.${vector.realm}` : vector.realm;
    // Note 1a: the nonces of one have nothing to do with those of the other.
    if (faults.has("scscf/proxy-nonce-registers")) this.authentication.noteIssued(nonce);
    const parameters = new Params({ realm, nonce, algorithm: vector.algorithm, qop: vector.qop });
    if (faults.has("scscf/no-qop-in-407")) parameters.delete("qop");
    if (stale) parameters.set("stale", "true");
    return { type: "challenged", field: formatChallenge({ scheme: "Digest", parameters }) };
  }

  #prune(): void {
    const oldest = this.context.scheduler.now() - this.context.timers.nonceLifetime;
    for (const [nonce, { issuedAt }] of this.#nonces) {
      if (issuedAt >= oldest) return;
      this.#nonces.delete(nonce);
    }
  }
}
