/** From CK and IK to the keys of ESP: TS 33.203 Annex I, with the names of Annex H. */
import { needLength } from "./aka_functions.ts";
import { concat } from "../wire/bytes.ts";
import type { EncryptionAlgorithm, EspKeys, EspPair, IntegrityAlgorithm } from "../wire/esp/algorithms.ts";
import { ts33220Kdf } from "./kdf.ts";

/**
 * IK_ESP, CK_ESP and their salts from CK_IM and IK_IM (16 octets each). They are the same for all SAs that one
 * registration sets up (clauses 6.2 and 6.3). Throws RangeError on a wrong length. Whether the pair is one that
 * Annex H allows is not asked here: see `isAllowedPair`.
 */
export function expandEspKeys(
  pair: EspPair,
  keys: { readonly ck: Uint8Array; readonly ik: Uint8Array },
): EspKeys {
  needLength("CK", keys.ck, 16);
  needLength("IK", keys.ik, 16);
  return {
    integrity: pair.integrity,
    encryption: pair.encryption,
    integrityKey: integrityKey(pair.integrity, keys.ik),
    integritySalt: pair.integrity === "aes-gmac" ? salt(keys, FC.gmacSalt, "AES_GMAC_SALT") : NOTHING,
    encryptionKey: encryptionKey(pair.encryption, keys.ck),
    encryptionSalt: pair.encryption === "aes-gcm" ? salt(keys, FC.gcmSalt, "AES_GCM_SALT") : NOTHING,
  };
}

/** Function codes of the salts (TS 33.203 Annex I). */
const FC = { gmacSalt: 0x58, gcmSalt: 0x59 } as const;
const NOTHING = new Uint8Array(0);

function integrityKey(algorithm: IntegrityAlgorithm, ik: Uint8Array): Uint8Array {
  switch (algorithm) {
    case "hmac-sha-1-96": // IK with 32 zero bits behind it: 160 bits
      return concat(ik, new Uint8Array(4));
    case "aes-gmac":
    case "hmac-md5-96": // Annex I of the releases that had it: IK as it is
      return ik;
    case "null":
      return NOTHING;
  }
}

function encryptionKey(algorithm: EncryptionAlgorithm, ck: Uint8Array): Uint8Array {
  switch (algorithm) {
    case "aes-cbc":
    case "aes-gcm":
      return ck;
    case "des-ede3-cbc": // Annex I of the releases that had it: CK1 || CK2 || CK1, adjusted for parity
      return concat(ck, ck.subarray(0, 8)).map(withOddParity);
    case "null":
      return NOTHING;
  }
}

/** The 32 least significant bits of KDF(CK || IK, FC || P0 || L0). */
function salt(
  keys: { readonly ck: Uint8Array; readonly ik: Uint8Array },
  fc: number,
  label: string,
): Uint8Array {
  return ts33220Kdf(concat(keys.ck, keys.ik), fc, [label]).slice(28);
}

function withOddParity(octet: number): number {
  let ones = 0;
  for (let bits = octet >> 1; bits > 0; bits >>= 1) ones += bits & 1;
  return (octet & 0xfe) | (ones % 2 === 0 ? 1 : 0);
}
