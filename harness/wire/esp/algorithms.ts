/** The algorithms of ESP in IMS, by the names of TS 33.203 Annex H, and a pair of them with its keys. */

/** Values of `alg`. "hmac-md5-96" was removed from Annex H; older equipment still offers it. */
export const INTEGRITY_ALGORITHMS = ["hmac-sha-1-96", "aes-gmac", "null", "hmac-md5-96"] as const;
export type IntegrityAlgorithm = typeof INTEGRITY_ALGORITHMS[number];

/** Values of `ealg`. "des-ede3-cbc" was removed from Annex H; older equipment still offers it. */
export const ENCRYPTION_ALGORITHMS = ["aes-cbc", "aes-gcm", "null", "des-ede3-cbc"] as const;
export type EncryptionAlgorithm = typeof ENCRYPTION_ALGORITHMS[number];

/** What Annex H took away: to be offered and accepted only on purpose. */
export const DEPRECATED_ALGORITHMS: ReadonlySet<IntegrityAlgorithm | EncryptionAlgorithm> = new Set([
  "hmac-md5-96",
  "des-ede3-cbc",
]);

/** An algorithm pair, whatever its keys. */
export interface EspPair {
  readonly integrity: IntegrityAlgorithm;
  readonly encryption: EncryptionAlgorithm;
}

/** An algorithm pair with its keys. Key and salt are empty where an algorithm has none. */
export interface EspKeys extends EspPair {
  readonly integrityKey: Uint8Array;
  readonly integritySalt: Uint8Array;
  readonly encryptionKey: Uint8Array;
  readonly encryptionSalt: Uint8Array;
}

/**
 * Annex H: integrity "null" only with "aes-gcm" and "aes-gcm" only with integrity "null". AES-GMAC with an
 * encryption algorithm is not excluded by its words; RFC 4543 has the NULL cipher built in, so we count it out.
 */
export function isAllowedPair({ integrity, encryption }: EspPair): boolean {
  if (integrity === "aes-gmac") return encryption === "null";
  return (integrity === "null") === (encryption === "aes-gcm");
}
