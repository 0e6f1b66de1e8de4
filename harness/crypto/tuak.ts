/** TUAK: TS 35.231, the second published algorithm set, on Keccak-f[1600]. */
import { keccakP } from "@noble/hashes/sha3.js";
import { type AkaFunctions, type AkaOutputs, allFunctions, needLength } from "./aka_functions.ts";
import { utf8 } from "../wire/bytes.ts";

/** K (16 or 32 octets) and either TOP (operator constant) or TOPc (derived from it), 32 octets each. */
export type TuakKeys =
  & { readonly k: Uint8Array; readonly lengths?: TuakLengths; readonly iterations?: number }
  & ({ readonly top: Uint8Array; readonly topc?: never } | {
    readonly topc: Uint8Array;
    readonly top?: never;
  });

/** Output lengths in octets (TS 35.231 clause 5.1). AUTN as TS 33.102 has it leaves room for a MAC of 8 only. */
export interface TuakLengths {
  readonly mac?: 8 | 16 | 32;
  readonly res?: 4 | 8 | 16 | 32;
  readonly ck?: 16 | 32;
  readonly ik?: 16 | 32;
}

/** All outputs for one input. Throws RangeError on a wrong length. */
export function tuak(
  input: TuakKeys & { readonly rand: Uint8Array; readonly sqn: Uint8Array; readonly amf: Uint8Array },
): AkaOutputs {
  return allFunctions(tuakFunctions(input), input);
}

/** The algorithm set of one subscriber. Throws RangeError on a wrong length. */
export function tuakFunctions(keys: TuakKeys): AkaFunctions {
  needLength("K", keys.k, 16, 32);
  const { k } = keys;
  const iterations = keys.iterations ?? 1;
  const { mac = 8, res = 8, ck = 16, ik = 16 } = keys.lengths ?? {};
  const topc = keys.topc ?? topcFrom(k, keys.top, iterations);
  needLength("TOPc", topc, 32);
  const keyBit = k.length === 32 ? INSTANCE.key256 : 0;

  const f1 = (star: 0 | 0x80, rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array) => {
    needLength("RAND", rand, 16);
    needLength("SQN", sqn, 6);
    needLength("AMF", amf, 2);
    const instance = star | MAC_LENGTH[mac] | keyBit;
    return take(permute({ top: topc, instance, rand, amf, sqn, k }, iterations), 0, mac);
  };

  return {
    name: "tuak",
    f1: (rand, sqn, amf) => f1(0, rand, sqn, amf),
    f1star: (rand, sqn, amf) => f1(INSTANCE.f1star, rand, sqn, amf),
    f2345(rand) {
      needLength("RAND", rand, 16);
      const instance = INSTANCE.f2345 | RES_LENGTH[res] | (ck === 32 ? INSTANCE.ck256 : 0) |
        (ik === 32 ? INSTANCE.ik256 : 0) | keyBit;
      const out = permute({ top: topc, instance, rand, k }, iterations);
      return {
        res: take(out, AT.res, res),
        ck: take(out, AT.ck, ck),
        ik: take(out, AT.ik, ik),
        ak: take(out, AT.ak, 6),
      };
    },
    f5star(rand) {
      needLength("RAND", rand, 16);
      return take(permute({ top: topc, instance: INSTANCE.f5star | keyBit, rand, k }, iterations), AT.ak, 6);
    },
  };
}

/** TOPc from TOP (TS 35.231 clause 6.1), 32 octets. `iterations`: how often Keccak-f is applied (clause 5.2). */
export function topcFrom(k: Uint8Array, top: Uint8Array, iterations = 1): Uint8Array {
  needLength("K", k, 16, 32);
  needLength("TOP", top, 32);
  const instance = k.length === 32 ? INSTANCE.key256 : 0;
  return take(permute({ top, instance, k }, iterations), 0, 32);
}

// TS 35.231 clauses 6.1 to 6.5. INSTANCE[0] is the most significant bit of the octet.
const INSTANCE = { f1star: 0x80, f2345: 0x40, f5star: 0xc0, ck256: 0x04, ik256: 0x02, key256: 0x01 } as const;
const MAC_LENGTH = { 8: 0x08, 16: 0x10, 32: 0x20 } as const;
const RES_LENGTH = { 4: 0x00, 8: 0x08, 16: 0x10, 32: 0x20 } as const;
const ALGONAME = utf8("TUAK1.0");

/** Where inputs and outputs lie in the 200 octets of INOUT (TS 35.231 clauses 6.1 to 6.5: bit numbers / 8). */
const AT = {
  top: 0,
  instance: 32,
  algoname: 33,
  rand: 40,
  amf: 56,
  sqn: 58,
  key: 64,
  padding: 96,
  lastPadding: 135,
  res: 0,
  ck: 32,
  ik: 64,
  ak: 96,
} as const;

interface Input {
  readonly top: Uint8Array;
  readonly instance: number;
  readonly k: Uint8Array;
  readonly rand?: Uint8Array;
  readonly amf?: Uint8Array;
  readonly sqn?: Uint8Array;
}

function permute(input: Input, iterations: number): Uint8Array {
  const state = new Uint8Array(200);
  put(state, AT.top, input.top);
  state[AT.instance] = input.instance;
  put(state, AT.algoname, ALGONAME);
  if (input.rand) put(state, AT.rand, input.rand);
  if (input.amf) put(state, AT.amf, input.amf);
  if (input.sqn) put(state, AT.sqn, input.sqn);
  put(state, AT.key, input.k);
  // Bits 768…772 and 1087 are one, as SHAKE256 would pad (TS 35.231 clause 6.1).
  state[AT.padding] = 0x1f;
  state[AT.lastPadding] = 0x80;
  return keccakF(state, iterations);
}

/** Keccak-f[1600], `iterations` times, on 200 octets. */
export function keccakF(state: Uint8Array, iterations = 1): Uint8Array {
  needLength("Keccak state", state, 200);
  const view = new DataView(state.buffer, state.byteOffset, 200);
  const words = Uint32Array.from({ length: 50 }, (_, i) => view.getUint32(4 * i, true));
  for (let i = 0; i < iterations; i++) keccakP(words);
  const out = new Uint8Array(200);
  const outView = new DataView(out.buffer);
  words.forEach((word, i) => outView.setUint32(4 * i, word, true));
  return out;
}

// Bit 0 of every string in the specification is its most significant, bit 0 of a Keccak lane the least: so each
// string lies in the state with its octets reversed.
function put(state: Uint8Array, at: number, value: Uint8Array): void {
  state.set(value.toReversed(), at);
}

function take(state: Uint8Array, at: number, length: number): Uint8Array {
  return state.slice(at, at + length).reverse();
}
