/**
 * The card in the terminal: judges AKA challenges for a case without using up sequence numbers, and takes part in
 * an authentication when the UE answers one (TS 33.102 6.3.3, TS 33.203 6.1.1).
 */
import { parseAkaNonce, Usim } from "../../crypto/mod.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { akaFunctionsOf, type AkaKeys } from "../aka_keys.ts";
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

function newUsim(aka: AkaKeys): Usim {
  return new Usim({ functions: akaFunctionsOf(aka), sqn: aka.sqn, indBits: aka.ind });
}

function parse(nonce: string) {
  try {
    return parseAkaNonce(nonce);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
