/**
 * The authentication functions f1…f5* of TS 33.102 clause 6.3 as one object, whatever algorithm set computes
 * them (Milenage, TUAK). Everything is octets: RAND 16, SQN 6, AMF 2, AK and AK* 6; MAC, RES, CK and IK as long
 * as the algorithm set says.
 */
export interface AkaFunctions {
  readonly name: "milenage" | "tuak";
  /** MAC-A for AUTN. */
  f1(rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array;
  /** MAC-S for AUTS. */
  f1star(rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array;
  f2345(rand: Uint8Array): { res: Uint8Array; ck: Uint8Array; ik: Uint8Array; ak: Uint8Array };
  /** AK* for AUTS. */
  f5star(rand: Uint8Array): Uint8Array;
}

/** Everything that the functions make of one input; the shape of published test sets. */
export interface AkaOutputs {
  readonly macA: Uint8Array;
  readonly macS: Uint8Array;
  readonly res: Uint8Array;
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
  readonly ak: Uint8Array;
  readonly akStar: Uint8Array;
}

/** One call for all functions. */
export function allFunctions(
  functions: AkaFunctions,
  input: { readonly rand: Uint8Array; readonly sqn: Uint8Array; readonly amf: Uint8Array },
): AkaOutputs {
  const { rand, sqn, amf } = input;
  return {
    macA: functions.f1(rand, sqn, amf),
    macS: functions.f1star(rand, sqn, amf),
    ...functions.f2345(rand),
    akStar: functions.f5star(rand),
  };
}

/** Throws RangeError unless the octet string has the length the clause gives. */
export function needLength(name: string, bytes: Uint8Array, ...lengths: readonly number[]): void {
  if (lengths.includes(bytes.length)) return;
  throw new RangeError(`${name} has ${bytes.length} octets, needs ${lengths.join(" or ")}`);
}
