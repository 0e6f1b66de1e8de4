/** Milenage: TS 35.205 (description) and TS 35.206 (specification), on AES-128 as kernel. */
import { ecb } from "@noble/ciphers/aes.js";
import { type AkaFunctions, type AkaOutputs, allFunctions, needLength } from "./aka_functions.ts";
import { concat, xor } from "../wire/bytes.ts";

/** K and either OP (operator constant) or OPc (derived from it), 16 octets each. */
export type MilenageKeys =
  & { readonly k: Uint8Array }
  & ({ readonly op: Uint8Array; readonly opc?: never } | { readonly opc: Uint8Array; readonly op?: never });

/** All outputs for one input. Throws RangeError on a wrong length. */
export function milenage(
  input: MilenageKeys & { readonly rand: Uint8Array; readonly sqn: Uint8Array; readonly amf: Uint8Array },
): AkaOutputs {
  return allFunctions(milenageFunctions(input), input);
}

/** The algorithm set of one subscriber. Throws RangeError on a wrong length. */
export function milenageFunctions(keys: MilenageKeys): AkaFunctions {
  needLength("K", keys.k, 16);
  const k = keys.k;
  const opc = keys.opc ?? opcFrom(k, keys.op);
  needLength("OPc", opc, 16);

  // TS 35.206 clause 4.1: TEMP = E_K[RAND xor OPc]
  const temp = (rand: Uint8Array) => {
    needLength("RAND", rand, 16);
    return encrypt(k, xor(rand, opc));
  };

  // TS 35.206 clause 4.1: OUT1 = E_K[TEMP xor rot(IN1 xor OPc, r1) xor c1] xor OPc, IN1 = SQN AMF SQN AMF
  const out1 = (rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array) => {
    needLength("SQN", sqn, 6);
    needLength("AMF", amf, 2);
    const in1 = concat(sqn, amf, sqn, amf);
    const block = xor(xor(temp(rand), rotate(xor(in1, opc), R[0])), constant(C[0]));
    return xor(encrypt(k, block), opc);
  };

  // The same clause: OUTi = E_K[rot(TEMP xor OPc, ri) xor ci] xor OPc, for i = 2…5
  const outs = (rand: Uint8Array, ...which: readonly (1 | 2 | 3 | 4)[]) => {
    const base = xor(temp(rand), opc);
    const blocks = which.map((i) => xor(rotate(base, R[i]), constant(C[i])));
    const encrypted = encrypt(k, concat(...blocks));
    return which.map((_, at) => xor(encrypted.subarray(16 * at, 16 * at + 16), opc));
  };

  return {
    name: "milenage",
    f1: (rand, sqn, amf) => out1(rand, sqn, amf).slice(0, 8),
    f1star: (rand, sqn, amf) => out1(rand, sqn, amf).slice(8, 16),
    f2345(rand) {
      const [out2, out3, out4] = outs(rand, 1, 2, 3) as [Uint8Array, Uint8Array, Uint8Array];
      return { res: out2.slice(8, 16), ck: out3, ik: out4, ak: out2.slice(0, 6) };
    },
    f5star: (rand) => (outs(rand, 4)[0] as Uint8Array).slice(0, 6),
  };
}

/** OPc = E_K[OP] xor OP (TS 35.206 clause 4.1). */
export function opcFrom(k: Uint8Array, op: Uint8Array): Uint8Array {
  needLength("K", k, 16);
  needLength("OP", op, 16);
  return xor(encrypt(k, op), op);
}

/** Rotation amounts r1…r5 in octets: 64, 0, 32, 64 and 96 bits (TS 35.206 clause 4.1). */
const R = [8, 0, 4, 8, 12] as const;
/** Constants c1…c5; only the last octet is not zero (TS 35.206 clause 4.1). */
const C = [0x00, 0x01, 0x02, 0x04, 0x08] as const;

function constant(last: number): Uint8Array {
  const block = new Uint8Array(16);
  block[15] = last;
  return block;
}

/** Cyclic rotation to the left. */
function rotate(block: Uint8Array, octets: number): Uint8Array {
  return concat(block.subarray(octets), block.subarray(0, octets));
}

/** One or more independent blocks under K. */
function encrypt(k: Uint8Array, blocks: Uint8Array): Uint8Array {
  return ecb(k, { disablePadding: true }).encrypt(blocks);
}
