/** HTTP Digest AKA: RFC 3310 (AKAv1), RFC 4169 (AKAv2), TS 33.203 clause 6.1 and Annex X. */
import { concat, utf8 } from "../wire/bytes.ts";
import { hmacOf, parseDigestAlgorithm } from "./digest_algorithm.ts";

/** The nonce, taken apart. */
export interface AkaNonce {
  readonly rand: Uint8Array;
  readonly autn: Uint8Array;
  /** Whatever the server put behind RAND and AUTN; often nothing. */
  readonly serverData: Uint8Array;
}

/** The nonce or `auts` is not what RFC 3310 says. */
export class AkaSyntaxError extends SyntaxError {
  override readonly name = "AkaSyntaxError";
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** nonce = base64(RAND || AUTN || server data) (RFC 3310 3.2). Throws AkaSyntaxError. */
export function parseAkaNonce(nonce: string): AkaNonce {
  const octets = fromBase64("nonce", nonce);
  if (octets.length < 32) {
    throw new AkaSyntaxError(`nonce has ${octets.length} octets, needs at least 32`, nonce.length);
  }
  return { rand: octets.slice(0, 16), autn: octets.slice(16, 32), serverData: octets.slice(32) };
}

export function buildAkaNonce(
  parts: { readonly rand: Uint8Array; readonly autn: Uint8Array; readonly serverData?: Uint8Array },
): string {
  return concat(parts.rand, parts.autn, parts.serverData ?? new Uint8Array()).toBase64();
}

/** `auts` of Authorization (RFC 3310 3.4): 14 octets in base64. Throws AkaSyntaxError. */
export function parseAuts(auts: string): Uint8Array {
  const octets = fromBase64("auts", auts);
  if (octets.length !== 14) {
    throw new AkaSyntaxError(`auts has ${octets.length} octets, needs 14`, auts.length);
  }
  return octets;
}

export function formatAuts(auts: Uint8Array): string {
  return auts.toBase64();
}

/**
 * The password that goes into A1, as octets. AKAv1: RES itself, which is binary (RFC 3310 3.3). AKAv2: base64 of
 * PRF(RES || IK || CK, label) where PRF is HMAC with the hash of the algorithm name (RFC 4169 3, TS 33.203 X.2.3.3).
 * Throws RangeError if the algorithm is not an AKA one.
 */
export function akaPassword(
  algorithm: string,
  keys: { readonly res: Uint8Array; readonly ik: Uint8Array; readonly ck: Uint8Array },
): Uint8Array {
  const { hash, akaVersion } = akaAlgorithm(algorithm);
  if (akaVersion === 1) return keys.res;
  const key = concat(keys.res, keys.ik, keys.ck);
  return utf8(hmacOf(hash, key, utf8(LABELS.password)).toBase64());
}

/**
 * The password when the answer reports a synchronisation failure: RFC 3310 3.4 has the client compute the
 * response with an empty one, since RES must not be given away.
 */
export const AUTS_PASSWORD: Uint8Array = new Uint8Array(0);

/** The session keys an application gets after AKAv2: CK and IK themselves are not reused (RFC 4169 3). */
export function akaV2SessionKeys(
  algorithm: string,
  keys: { readonly ik: Uint8Array; readonly ck: Uint8Array },
): { readonly ck: Uint8Array; readonly ik: Uint8Array } {
  const { hash } = akaAlgorithm(algorithm);
  return {
    ck: hmacOf(hash, keys.ck, utf8(LABELS.cipherKey)),
    ik: hmacOf(hash, keys.ik, utf8(LABELS.integrityKey)),
  };
}

// RFC 4169 3.
const LABELS = {
  password: "http-digest-akav2-password",
  cipherKey: "http-digest-akav2-cipherkey",
  integrityKey: "http-digest-akav2-integritykey",
} as const;

function akaAlgorithm(name: string) {
  const algorithm = parseDigestAlgorithm(name);
  if (algorithm?.akaVersion === undefined) throw new RangeError(`algorithm "${name}" is not an AKA one`);
  return algorithm;
}

function fromBase64(what: string, text: string): Uint8Array {
  const bad = text.search(/[^A-Za-z0-9+/=]/);
  if (bad >= 0) throw new AkaSyntaxError(`${what} has "${text[bad]}", which is not base64`, bad);
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw new AkaSyntaxError(`${what} is not base64`, text.length);
  }
}
