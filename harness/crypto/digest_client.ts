/** The client's side of one Digest relation: which nonce is current, how often it was used, who answered. */
import {
  digestResponse,
  type DigestSecret,
  formatNonceCount,
  type Password,
  type Qop,
  rspauth,
} from "./digest.ts";

/** The parameters of a challenge that matter here, unquoted. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm?: string;
  /** As offered: a comma-separated list. */
  readonly qop?: string;
  readonly opaque?: string;
}

export interface DigestRequest {
  readonly method: string;
  readonly uri: string;
  readonly body?: Uint8Array;
  /** What to use instead of the best that was offered. */
  readonly qop?: Qop;
}

/** The parameters of Authorization in order, unquoted. */
export type DigestAnswer = readonly (readonly [name: string, value: string])[];

/** The parameters of Authentication-Info, unquoted (RFC 2617 3.2.3). */
export interface AuthenticationInfo {
  readonly nextnonce?: string;
  readonly rspauth?: string;
  readonly qop?: string;
  readonly cnonce?: string;
  readonly nc?: string;
}

export interface DigestClientOptions {
  readonly username: string;
  /** Text or octets; a function where it depends on the challenge, as with AKA. */
  readonly password: Password | ((challenge: DigestChallenge) => Password);
  /** A fresh client nonce, quotable as it stands. */
  readonly cnonce: () => string;
}

export class DigestClient {
  readonly #options: DigestClientOptions;
  #challenge: DigestChallenge | undefined;
  #password: Password = "";
  #used = 0;
  #last: (DigestSecret & Parameters<typeof digestResponse>[0]) | undefined;

  constructor(options: DigestClientOptions) {
    this.#options = options;
  }

  /** The challenge that the next answer is for; undefined before the first. */
  get challenge(): DigestChallenge | undefined {
    return this.#challenge;
  }

  /** Takes a challenge. The nonce count starts again with a new nonce only (RFC 2617 3.2.2). */
  take(challenge: DigestChallenge): void {
    if (challenge.nonce !== this.#challenge?.nonce) this.#used = 0;
    const { password } = this.#options;
    this.#password = typeof password === "function" ? password(challenge) : password;
    this.#challenge = challenge;
  }

  /**
   * Answers the current challenge, be it fresh, reused or renewed by nextnonce. Throws RangeError without a
   * challenge or if its algorithm is unknown.
   */
  answer(request: DigestRequest): DigestAnswer {
    const challenge = this.#challenge;
    if (!challenge) throw new RangeError("there is no challenge to answer");
    const { realm, nonce, algorithm } = challenge;
    const { username } = this.#options;
    const qop = request.qop ?? bestQop(challenge.qop);
    const nc = formatNonceCount(++this.#used);
    const session = algorithm !== undefined && /-sess$/i.test(algorithm);
    const cnonce = qop !== "none" || session ? this.#options.cnonce() : undefined;
    const { method, uri, body } = request;
    const input = {
      username,
      realm,
      password: this.#password,
      nonce,
      nc,
      qop,
      method,
      uri,
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(cnonce === undefined ? {} : { cnonce }),
      ...(body === undefined ? {} : { body }),
    };
    this.#last = input;
    const answer: [string, string | undefined][] = [
      ["username", username],
      ["realm", realm],
      ["nonce", nonce],
      ["uri", uri],
      ["response", digestResponse(input)],
      ["algorithm", algorithm],
      ["cnonce", cnonce],
      ["opaque", challenge.opaque],
      ["qop", qop === "none" ? undefined : qop],
      ["nc", qop === "none" ? undefined : nc],
    ];
    return answer.filter((pair): pair is [string, string] => pair[1] !== undefined);
  }

  /**
   * Takes Authentication-Info of the answer to the last request. `proven`: whether rspauth is right, undefined
   * where there is none. A nextnonce is used from now on. `body` is that of the response, for auth-int.
   */
  info(info: AuthenticationInfo, body?: Uint8Array): { readonly proven: boolean | undefined } {
    const proven = info.rspauth === undefined ? undefined : this.#prove(info, body);
    if (info.nextnonce !== undefined && this.#challenge) {
      this.take({ ...this.#challenge, nonce: info.nextnonce });
    }
    return { proven };
  }

  /** RFC 2617 3.2.3: cnonce and nc must be those of the request; an echo that differs proves nothing. */
  #prove(info: AuthenticationInfo, body: Uint8Array | undefined): boolean {
    const last = this.#last;
    if (!last) return false;
    if (info.cnonce !== undefined && info.cnonce !== last.cnonce) return false;
    if (info.nc !== undefined && info.nc.toLowerCase() !== last.nc) return false;
    const qop = info.qop === "auth" || info.qop === "auth-int" ? info.qop : last.qop ?? "none";
    return rspauth({ ...last, qop, body: body ?? new Uint8Array() }) === info.rspauth;
  }
}

/** auth-int would break where a proxy changes a body, so auth goes first (RFC 3261 22.4 requires neither). */
function bestQop(offered: string | undefined): Qop {
  const values = offered?.toLowerCase().split(",").map((value) => value.trim()) ?? [];
  if (values.includes("auth")) return "auth";
  return values.includes("auth-int") ? "auth-int" : "none";
}
