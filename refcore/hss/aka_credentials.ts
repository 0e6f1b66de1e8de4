/** The AuC of one subscriber: vectors and resynchronisation (TS 33.102 6.3.2, 6.3.5; TS 33.203 6.1.0, 6.1.3). */
import {
  type AkaFunctions,
  AuthenticationCentre,
  milenageFunctions,
  openAuts,
  tuakFunctions,
} from "../../harness/crypto/mod.ts";
import type { Subscriber } from "../../profiles/types.ts";
import type { AkaVector } from "../cx.ts";
import type { FaultSet } from "../faults.ts";

type Provisioned = NonNullable<Subscriber["aka"]>;

export class AkaCredentials {
  readonly #provisioned: Provisioned;
  /** Made when first needed: deriving TOPc or OPc for every subscriber would slow the start of a core. */
  #centre: AuthenticationCentre | undefined;
  #given = 0;

  constructor(provisioned: Provisioned) {
    this.#provisioned = provisioned;
  }

  /** The next vector for a random RAND of 16 octets. */
  vector(random: (length: number) => Uint8Array, faults: FaultSet): AkaVector {
    const centre = this.#centre ??= newCentre(this.#provisioned, this.#provisioned.sqn);
    const count = this.#given++;
    // TS 33.102 6.3.2: RAND is unpredictable.
    const rand = faults.has("hss/predictable-rand") ? counter(count) : random(16);
    // TS 33.102 6.3.2: each vector has a fresh SQN.
    const repeated = faults.has("hss/repeats-sqn") && count % 2 === 1;
    const { autn, xres, ck, ik } = centre.generate(repeated ? { rand, sqn: centre.sqn } : { rand });
    return { scheme: "aka", algorithm: this.#provisioned.digest, rand, autn, xres, ck, ik };
  }

  /** Takes AUTS for the RAND that was sent. False if its MAC-S is wrong: then nothing has changed. */
  resynchronise(rand: Uint8Array, auts: Uint8Array, faults: FaultSet): boolean {
    const centre = this.#centre ??= newCentre(this.#provisioned, this.#provisioned.sqn);
    const { macOk, sqnMs } = openAuts(centre.functions, rand, auts);
    if (!macOk) {
      // TS 33.102 6.3.5: SQN_HE moves only for an AUTS whose MAC-S is right.
      if (!faults.has("hss/adopts-unverified-auts")) return false;
      this.#centre = newCentre(this.#provisioned, sqnMs);
      return true;
    }
    return centre.resynchronise(rand, auts).ok;
  }
}

function newCentre(aka: Provisioned, sqn: bigint): AuthenticationCentre {
  return new AuthenticationCentre({ functions: functionsOf(aka), amf: aka.amf, sqn, indBits: aka.ind });
}

function functionsOf(aka: Provisioned): AkaFunctions {
  const { k, op, opc, top } = aka;
  const topc = (aka as { readonly topc?: Uint8Array }).topc;
  if (aka.algorithm === "tuak") {
    if (topc) return tuakFunctions({ k, topc });
    if (top) return tuakFunctions({ k, top });
    throw new RangeError(`a TUAK subscriber needs "top" or "topc"`);
  }
  if (opc) return milenageFunctions({ k, opc });
  if (op) return milenageFunctions({ k, op });
  throw new RangeError(`a Milenage subscriber needs "op" or "opc"`);
}

/** 16 octets that count: what the RAND of a careless HSS looks like. */
function counter(value: number): Uint8Array {
  const octets = new Uint8Array(16);
  new DataView(octets.buffer).setUint32(12, value);
  return octets;
}
