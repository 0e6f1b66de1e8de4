/** What the home network's S-CSCF and HSS know of a user's proof: challenges, and what their answers are worth. */
import {
  type Challenge,
  type Credentials,
  formatAuthenticationInfo,
  Params,
  type SipRequest,
} from "sip-codec";
import {
  akaPassword,
  AkaSyntaxError,
  AuthenticationCentre,
  type AuthVector,
  buildAkaNonce,
  digestResponse,
  parseAuts,
  parseDigestAlgorithm,
  type Password,
  type Qop,
  rspauth,
  toHex,
} from "../../crypto/mod.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { akaFunctionsOf } from "../aka_keys.ts";
import { lenient } from "../ue/lenient.ts";
import type { Random } from "../ue/types.ts";
import type { ChallengeOptions, Proof } from "./types.ts";

/** Of one user. */
export class Authentication {
  readonly #user: Subscriber;
  readonly #domain: string;
  readonly #random: Random;
  readonly #centre: AuthenticationCentre | undefined;
  #open: Open | undefined;
  /** What was right last. */
  #proved: Fields | undefined;

  constructor(user: Subscriber, domain: string, random: Random) {
    this.#user = user;
    this.#domain = domain;
    this.#random = random;
    const { aka } = user;
    if (aka) {
      const { amf, sqn, ind } = aka;
      this.#centre = new AuthenticationCentre({ functions: akaFunctionsOf(aka), amf, sqn, indBits: ind });
    }
  }

  /** The next challenge; earlier ones count no more. */
  challenge(options: ChallengeOptions): { readonly challenge: Challenge; readonly vector?: AuthVector } {
    const vector = this.#centre?.generate({ rand: this.#random.bytes(16) });
    const { keys = true, realm = this.#domain, qop = "auth", stale } = options;
    const algorithm = options.algorithm ?? this.#user.aka?.digest ?? this.#user.digest?.algorithm ?? "MD5";
    const nonce = options.nonce ?? (vector ? buildAkaNonce(vector) : toHex(this.#random.bytes(16)));
    const parameters = new Params({ realm, nonce, algorithm });
    if (qop !== null) parameters.set("qop", qop);
    if (stale) parameters.set("stale", "true");
    if (vector && keys !== false) {
      if (keys !== "ik") parameters.set("ck", toHex(vector.ck));
      if (keys !== "ck") parameters.set("ik", toHex(vector.ik));
    }
    const made: Challenge = { scheme: "Digest", parameters };
    this.#open = { nonce, ...(vector ? { vector } : {}), count: 0 };
    return { challenge: options.change?.(made) ?? made, ...(vector ? { vector } : {}) };
  }

  /** Uses up what it takes for right: an AKA vector serves once, a nonce of Digest each count once. */
  judge(request: SipRequest, { parameters }: Credentials): Proof {
    const get = (name: string) => lenient(() => parameters.get(name));
    const [nonce, response, auts] = [get("nonce") ?? "", get("response"), get("auts")];
    if (nonce === "" || (response === undefined && auts === undefined)) return "none";
    const open = this.#open;
    if (nonce !== open?.nonce) return "wrong";
    if (auts !== undefined) return this.#resynchronise(auts, open) ? "resynchronise" : "wrong";
    if (response === "") return "failure";
    const password = this.#password(get("algorithm"), open);
    const fields = password === undefined ? undefined : fieldsOf(get, password);
    if (!fields || response !== computed(fields, request)) return "wrong";
    const count = Number.parseInt(get("nc") ?? "1", 16);
    if (open.vector) this.#open = undefined;
    else if (count <= open.count) return "wrong";
    else this.#open = { ...open, count };
    this.#proved = fields;
    return "right";
  }

  /** Field value of Authentication-Info for what was proved last with a password (RFC 2617 3.2.3); else undefined. */
  get info(): string | undefined {
    const proved = this.#proved;
    if (!proved || this.#centre) return undefined;
    const { qop, cnonce, nc } = proved;
    const parameters = { rspauth: rspauth(proved) };
    return formatAuthenticationInfo(qop === "none" ? parameters : { ...parameters, qop, cnonce, nc });
  }

  #resynchronise(auts: string, { vector }: Open): boolean {
    if (!vector || !this.#centre) return false;
    try {
      return this.#centre.resynchronise(vector.rand, parseAuts(auts)).ok;
    } catch (error) {
      if (error instanceof AkaSyntaxError) return false;
      throw error;
    }
  }

  #password(algorithm: string | undefined, { vector }: Open): Password | undefined {
    if (!vector) return this.#user.digest?.password;
    if (parseDigestAlgorithm(algorithm)?.akaVersion === undefined) return undefined;
    return akaPassword(algorithm ?? "", { res: vector.xres, ck: vector.ck, ik: vector.ik });
  }
}

interface Open {
  readonly nonce: string;
  readonly vector?: AuthVector;
  /** The highest that has come. */
  readonly count: number;
}

interface Fields {
  readonly username: string;
  readonly realm: string;
  readonly password: Password;
  readonly nonce: string;
  readonly uri: string;
  readonly algorithm: string;
  readonly qop: Qop;
  readonly nc: string;
  readonly cnonce: string;
}

function fieldsOf(get: (name: string) => string | undefined, password: Password): Fields {
  const qop = get("qop");
  return {
    username: get("username") ?? "",
    realm: get("realm") ?? "",
    password,
    nonce: get("nonce") ?? "",
    uri: get("uri") ?? "",
    algorithm: get("algorithm") ?? "MD5",
    qop: qop === "auth" || qop === "auth-int" ? qop : "none",
    nc: get("nc") ?? "",
    cnonce: get("cnonce") ?? "",
  };
}

/** Undefined where the algorithm is unknown. */
function computed(fields: Fields, { method, body }: SipRequest): string | undefined {
  if (!parseDigestAlgorithm(fields.algorithm)) return undefined;
  return digestResponse({ ...fields, method, body });
}
