/** The user's side of AKA: what a USIM or ISIM answers to AUTHENTICATE (TS 33.102 clause 6.3.3, TS 33.203 8). */
import { type AkaFunctions, needLength } from "./aka_functions.ts";
import { concat, equalBytes, xor } from "../wire/bytes.ts";
import { SqnArray, sqnFromBytes, type SqnPolicy, sqnToBytes } from "./sqn.ts";

/** What the card makes of a challenge. */
export type AkaVerdict =
  | {
    readonly ok: true;
    readonly res: Uint8Array;
    readonly ck: Uint8Array;
    readonly ik: Uint8Array;
    readonly sqn: bigint;
  }
  | { readonly ok: false; readonly failure: "mac" }
  | { readonly ok: false; readonly failure: "sync"; readonly auts: Uint8Array };

/** A challenge taken apart; `sqn` means nothing where `macOk` is false. */
export interface AkaInspection {
  readonly macOk: boolean;
  readonly sqnOk: boolean;
  readonly sqn: bigint;
  readonly amf: Uint8Array;
  readonly mac: Uint8Array;
  readonly xmac: Uint8Array;
  readonly res: Uint8Array;
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
  readonly ak: Uint8Array;
}

export interface UsimOptions extends SqnPolicy {
  readonly functions: AkaFunctions;
  /** Highest SQN already used; 0 for a new card. */
  readonly sqn?: bigint;
}

/** A USIM or an ISIM: the two differ in the identities they hold, not in AKA (TS 33.203 clause 8). */
export class Usim {
  readonly functions: AkaFunctions;
  readonly #sqns: SqnArray;

  constructor(options: UsimOptions) {
    this.functions = options.functions;
    this.#sqns = new SqnArray(options.sqn ?? 0n, options);
  }

  /** SQN_MS, the highest accepted. */
  get sqn(): bigint {
    return this.#sqns.highest;
  }

  /**
   * Judges a challenge as the card does: MAC first, then SQN, which is used up on success. RAND and AUTN have
   * 16 octets each; throws RangeError otherwise.
   */
  verify(rand: Uint8Array, autn: Uint8Array): AkaVerdict {
    const seen = this.inspect(rand, autn);
    if (!seen.macOk) return { ok: false, failure: "mac" };
    if (!this.#sqns.accept(seen.sqn)) return { ok: false, failure: "sync", auts: this.auts(rand) };
    return { ok: true, res: seen.res, ck: seen.ck, ik: seen.ik, sqn: seen.sqn };
  }

  /** The same judgement in all its parts, and without using up the SQN. */
  inspect(rand: Uint8Array, autn: Uint8Array): AkaInspection {
    const { concealedSqn, amf, mac } = splitAutn(autn);
    const { res, ck, ik, ak } = this.functions.f2345(rand);
    const sqnBytes = xor(concealedSqn, ak);
    const xmac = this.functions.f1(rand, sqnBytes, amf);
    const sqn = sqnFromBytes(sqnBytes);
    return {
      macOk: equalBytes(mac, xmac),
      sqnOk: this.#sqns.fresh(sqn),
      sqn,
      amf,
      mac,
      xmac,
      res,
      ck,
      ik,
      ak,
    };
  }

  /** AUTS for the card's SQN_MS, or for another one that a test wants to report. 14 octets. */
  auts(rand: Uint8Array, sqn: bigint = this.sqn): Uint8Array {
    return buildAuts(this.functions, rand, sqn);
  }
}

/** AMF in the computation of MAC-S: the dummy value of all zeros (TS 33.102 clause 6.3.3). */
export const AUTS_AMF: Uint8Array = new Uint8Array(2);

/** AUTS = SQN_MS xor AK* || MAC-S (TS 33.102 clause 6.3.3), 14 octets. */
export function buildAuts(functions: AkaFunctions, rand: Uint8Array, sqnMs: bigint): Uint8Array {
  const sqn = sqnToBytes(sqnMs);
  return concat(xor(sqn, functions.f5star(rand)), functions.f1star(rand, sqn, AUTS_AMF));
}

/** Opens AUTS. `macOk` says whether MAC-S is right; without it the SQN means nothing. */
export function openAuts(
  functions: AkaFunctions,
  rand: Uint8Array,
  auts: Uint8Array,
): { readonly macOk: boolean; readonly sqnMs: bigint } {
  needLength("AUTS", auts, 14);
  const sqn = xor(auts.subarray(0, 6), functions.f5star(rand));
  const macOk = equalBytes(auts.subarray(6), functions.f1star(rand, sqn, AUTS_AMF));
  return { macOk, sqnMs: sqnFromBytes(sqn) };
}

/** AUTN = SQN xor AK || AMF || MAC (TS 33.102 clause 6.3.2), 16 octets. */
export function buildAutn(
  functions: AkaFunctions,
  rand: Uint8Array,
  sqn: bigint,
  amf: Uint8Array,
): Uint8Array {
  const sqnBytes = sqnToBytes(sqn);
  return concat(xor(sqnBytes, functions.f2345(rand).ak), amf, functions.f1(rand, sqnBytes, amf));
}

function splitAutn(autn: Uint8Array) {
  needLength("AUTN", autn, 16);
  return { concealedSqn: autn.slice(0, 6), amf: autn.slice(6, 8), mac: autn.slice(8) };
}
