/** The home network's side of AKA for one subscriber (TS 33.102 clauses 6.3.2 and 6.3.5, Annex C.1). */
import { type AkaFunctions, needLength } from "./aka_functions.ts";
import { DEFAULT_DELTA, DEFAULT_IND_BITS, joinSqn, splitSqn } from "./sqn.ts";
import { buildAutn, openAuts } from "./usim.ts";

/** RAND, AUTN, XRES, CK, IK (TS 33.102 clause 6.3.2), with the SQN that is in the AUTN. */
export interface AuthVector {
  readonly rand: Uint8Array;
  readonly autn: Uint8Array;
  readonly xres: Uint8Array;
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
  readonly sqn: bigint;
}

/** `reset` says whether SQN_HE had to be set back to SQN_MS. */
export type Resynchronisation =
  | { readonly ok: true; readonly sqnMs: bigint; readonly reset: boolean }
  | { readonly ok: false };

export interface AuthenticationCentreOptions {
  readonly functions: AkaFunctions;
  /** Two octets, default 0000: the separation bit is set for EPS and 5G vectors only (TS 33.102 Annex H). */
  readonly amf?: Uint8Array;
  /** SQN_HE: the last one given out. */
  readonly sqn?: bigint;
  readonly indBits?: number;
  readonly delta?: bigint;
}

export class AuthenticationCentre {
  readonly functions: AkaFunctions;
  readonly amf: Uint8Array;
  readonly #indBits: number;
  readonly #delta: bigint;
  #sqn: bigint;

  constructor(options: AuthenticationCentreOptions) {
    this.functions = options.functions;
    this.amf = options.amf ?? new Uint8Array(2);
    needLength("AMF", this.amf, 2);
    this.#indBits = options.indBits ?? DEFAULT_IND_BITS;
    this.#delta = options.delta ?? DEFAULT_DELTA;
    this.#sqn = options.sqn ?? 0n;
  }

  /** SQN_HE: the last one given out. */
  get sqn(): bigint {
    return this.#sqn;
  }

  /**
   * A vector for a RAND that is handed in (16 octets) and the next SQN. With `sqn` or `amf` given, those are used
   * as they are and the counter does not move: so a network that misbehaves is built.
   */
  generate(request: {
    readonly rand: Uint8Array;
    readonly sqn?: bigint;
    readonly amf?: Uint8Array;
  }): AuthVector {
    const { rand } = request;
    const sqn = request.sqn ?? (this.#sqn = this.#next());
    const { res, ck, ik } = this.functions.f2345(rand);
    return {
      rand,
      autn: buildAutn(this.functions, rand, sqn, request.amf ?? this.amf),
      xres: res,
      ck,
      ik,
      sqn,
    };
  }

  /**
   * Takes a synchronisation failure (TS 33.102 clause 6.3.5): `rand` is the one of the challenge, AUTS has 14
   * octets. The clause checks MAC-S only before a reset; here it is always checked, and nothing is learnt from an
   * AUTS that fails.
   */
  resynchronise(rand: Uint8Array, auts: Uint8Array): Resynchronisation {
    const { macOk, sqnMs } = openAuts(this.functions, rand, auts);
    if (!macOk) return { ok: false };
    const reset = !this.#wouldBeAccepted(sqnMs);
    if (reset) this.#sqn = sqnMs;
    return { ok: true, sqnMs, reset };
  }

  /** Annex C.1.1 without a clock (profile of C.3.2): SEQ and IND both go up by one, IND modulo the array's size. */
  #next(): bigint {
    const { seq, ind } = splitSqn(this.#sqn, this.#indBits);
    return joinSqn({ seq: seq + 1n, ind: (ind + 1) % 2 ** this.#indBits }, this.#indBits);
  }

  /** Whether a USIM with this SQN_MS is sure to take the next SQN, whatever else its array holds. */
  #wouldBeAccepted(sqnMs: bigint): boolean {
    const next = splitSqn(this.#next(), this.#indBits).seq;
    const seqMs = splitSqn(sqnMs, this.#indBits).seq;
    return next > seqMs && next - seqMs <= this.#delta;
  }
}
