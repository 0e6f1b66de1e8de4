/** Field lengths that follow from an algorithm pair. */
import type { EncryptionAlgorithm, EspPair, IntegrityAlgorithm } from "./algorithms.ts";

/** All in octets. `align`: what payload, padding, pad length and next header together are a multiple of. */
export interface EspSizes {
  readonly iv: number;
  readonly align: number;
  readonly icv: number;
}

/**
 * Lengths of IV, alignment and ICV. Confidentiality without integrity is served too, though TS 33.203 Annex H
 * excludes it: a tester has to be able to offer it. Throws RangeError for the pairs that no document defines:
 * AES-GMAC with a cipher (RFC 4543 has the NULL cipher built in) and AES-GCM with a second integrity algorithm.
 */
export function espSizes(pair: EspPair): EspSizes {
  const { integrity, encryption } = pair;
  const gmac = integrity === "aes-gmac";
  const gcm = encryption === "aes-gcm";
  if ((gmac && encryption !== "null") || (gcm && integrity !== "null")) {
    throw new RangeError(`integrity "${integrity}" and encryption "${encryption}" do not go together`);
  }
  return {
    iv: gmac ? GCM_IV : IV[encryption],
    align: ALIGN[encryption],
    icv: gcm ? GCM_ICV : ICV[integrity],
  };
}

/** Explicit IV of GCM and GMAC (RFC 4106 3.1, RFC 4543 3.1). */
const GCM_IV = 8;
/** The long ICV, the only one TS 33.203 Annex H names (RFC 4106 6). */
const GCM_ICV = 16;
/** RFC 3602 2.1, RFC 4106 3.1, RFC 2451 3. */
const IV: Record<EncryptionAlgorithm, number> = {
  "aes-cbc": 16,
  "aes-gcm": GCM_IV,
  "des-ede3-cbc": 8,
  "null": 0,
};
/** Block size, and at least four octets (RFC 4303 2.4). */
const ALIGN: Record<EncryptionAlgorithm, number> = {
  "aes-cbc": 16,
  "aes-gcm": 4,
  "des-ede3-cbc": 8,
  "null": 4,
};
/** RFC 2404 3, RFC 2403 3: 96 bits; RFC 4543 3.4: 128 bits. */
const ICV: Record<IntegrityAlgorithm, number> = {
  "hmac-sha-1-96": 12,
  "hmac-md5-96": 12,
  "aes-gmac": 16,
  "null": 0,
};
