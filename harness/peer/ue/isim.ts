/**
 * The card in the terminal: judges AKA challenges for a case without using up sequence numbers, and takes part in
 * an authentication when the UE answers one (TS 33.102 6.3.3, TS 33.203 6.1.1).
 */
import { milenageFunctions, parseAkaNonce, tuakFunctions, Usim } from "../../crypto/mod.ts";
import { LocalMisuseError } from "../../errors.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import type { AkaChallenge, IsimView, UeMemory } from "./types.ts";

export class Isim implements IsimView {
  readonly #usim: Usim;

  constructor(usim: Usim) {
    this.#usim = usim;
  }

  get sqn(): bigint {
    return this.#usim.sqn;
  }

  auts(rand: Uint8Array, sqn?: bigint): Uint8Array {
    return this.#usim.auts(rand, sqn);
  }

  /** The nonce of an AKA challenge taken apart and judged; undefined if it is not RAND || AUTN in base64. */
  inspect(nonce: string): AkaChallenge | undefined {
    const parts = parse(nonce);
    if (!parts) return undefined;
    const { macOk, sqn, sqnOk, amf, res, ck, ik } = this.#usim.inspect(parts.rand, parts.autn);
    return { ...parts, macOk, sqn, sqnOk, amf, res, ck, ik };
  }

  /** Uses up the challenge's sequence number, as a card does that gives out RES. */
  accept(challenge: AkaChallenge): void {
    this.#usim.verify(challenge.rand, challenge.autn);
  }
}

/**
 * The ISIM of a subscriber: the one the memory has, so that its SQN lives on, or a new one at the profile's SQN.
 * With another `k` it is a forged card that nobody remembers. Undefined where the subscriber has no AKA keys.
 */
export function isimOf(subscriber: Subscriber, memory: UeMemory, k?: Uint8Array): Isim | undefined {
  const { aka, impi } = subscriber;
  if (!aka) return undefined;
  if (k) return new Isim(newUsim({ ...aka, k }));
  const usim = memory.isims.get(impi) ?? newUsim(aka);
  memory.isims.set(impi, usim);
  return new Isim(usim);
}

type AkaKeys = NonNullable<Subscriber["aka"]>;

function newUsim(aka: AkaKeys): Usim {
  return new Usim({ functions: functionsOf(aka), sqn: aka.sqn, indBits: aka.ind });
}

function functionsOf({ algorithm, k, op, opc, top, topc }: AkaKeys) {
  if (algorithm === "tuak" && topc) return tuakFunctions({ k, topc });
  if (algorithm === "tuak" && top) return tuakFunctions({ k, top });
  if (algorithm === "milenage" && opc) return milenageFunctions({ k, opc });
  if (algorithm === "milenage" && op) return milenageFunctions({ k, op });
  const needed = algorithm === "tuak" ? '"top" or "topc"' : '"op" or "opc"';
  throw new LocalMisuseError(`The subscriber's aka section has no ${needed}, which "${algorithm}" needs`);
}

function parse(nonce: string) {
  try {
    return parseAkaNonce(nonce);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
