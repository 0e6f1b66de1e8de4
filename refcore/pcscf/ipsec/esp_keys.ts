/** The keys of each of the four SAs: TS 33.203 6.2, 6.3 and Annex I. An honest core has one set of keys for all. */
import { expandEspKeys, ts33220Kdf } from "../../../harness/crypto/mod.ts";
import { concat } from "../../../harness/wire/mod.ts";
import type { EspKeys, EspPair } from "../../../harness/wire/esp.ts";
import type { FaultSet } from "../../faults.ts";
import type { IpsecMode } from "./proposal.ts";

/** What one run of AKA gives. */
export interface SessionKeys {
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
}

export interface SetKeys {
  readonly inbound: { readonly pc: EspKeys; readonly ps: EspKeys };
  readonly outbound: { readonly uc: EspKeys; readonly us: EspKeys };
}

export interface KeyWishes {
  readonly pair: EspPair;
  readonly mode: IpsecMode;
  readonly keys: SessionKeys;
  /** Of the SAs that these replace; an honest core has no use for them. */
  readonly before: SessionKeys | undefined;
  /** Of the UE's server port; the same. */
  readonly spiUs: number;
}

export function keysOfSet({ pair, mode, keys, before, spiUs }: KeyWishes, faults: FaultSet): SetKeys {
  const all = expand(pair, keys, faults);
  const second = secondPair(all, before && expand(pair, before, faults), spiUs, faults);
  const outbound = (own: EspKeys): EspKeys => {
    const bare = mode === "trans" ? "pcscf/ipsec-outbound-null-cipher" : "pcscf/nat-null-cipher";
    if (faults.has(bare)) return withNullCipher(keys);
    if (faults.has("pcscf/ipsec-old-keys-on-new-spis") && before) return expand(pair, before, faults);
    if (faults.has("pcscf/sec-agree-unoffered-cipher") && pair.encryption === "null") {
      return expand({ integrity: "hmac-sha-1-96", encryption: "aes-cbc" }, keys, faults);
    }
    return own;
  };
  return { inbound: { pc: second, ps: all }, outbound: { uc: outbound(all), us: outbound(second) } };
}

/** Annex I. */
export function expand(pair: EspPair, keys: SessionKeys, faults: FaultSet): EspKeys {
  const right = expandEspKeys(pair, keys);
  const { ck, ik } = keys;
  const both = concat(ck, ik);
  if (pair.integrity === "hmac-sha-1-96" && faults.has("pcscf/ipsec-sha1-key-padding")) {
    return { ...right, integrityKey: concat(ik, ik.subarray(0, 4)) };
  }
  if (pair.integrity === "aes-gmac") {
    if (faults.has("pcscf/ipsec-gmac-key-ck")) return { ...right, integrityKey: ck };
    if (faults.has("pcscf/ipsec-gmac-salt-high-bits")) {
      return { ...right, integritySalt: ts33220Kdf(both, 0x58, ["AES_GMAC_SALT"]).slice(0, 4) };
    }
  }
  if (pair.encryption === "aes-cbc" && faults.has("pcscf/ipsec-cbc-key-ik")) {
    return { ...right, encryptionKey: ik };
  }
  if (pair.encryption === "aes-gcm") {
    if (faults.has("pcscf/ipsec-gcm-key-ik")) return { ...right, encryptionKey: ik };
    if (faults.has("pcscf/ipsec-gcm-salt-of-gmac")) {
      return { ...right, encryptionSalt: ts33220Kdf(both, 0x58, ["AES_GMAC_SALT"]).slice(28) };
    }
  }
  return right;
}

/** Integrity alone, with the IK that the cipher would have gone with. */
export function withNullCipher(keys: SessionKeys): EspKeys {
  return expandEspKeys({ integrity: "hmac-sha-1-96", encryption: "null" }, keys);
}

/** 6.2, 6.3: the pair of port_us and port_pc has the keys of the other one. */
function secondPair(
  all: EspKeys,
  before: EspKeys | undefined,
  spi: number,
  faults: FaultSet,
): EspKeys {
  if (faults.has("pcscf/ipsec-second-pair-other-cipher-key") && all.encryption !== "null") {
    const mixed = all.encryptionKey.slice();
    for (let i = 0; i < 4; i++) mixed[i] = (mixed[i] ?? 0) ^ (spi >>> 8 * i & 0xff);
    return { ...all, encryptionKey: mixed };
  }
  if (faults.has("pcscf/ipsec-second-pair-old-integrity-key") && before && all.integrity !== "null") {
    return { ...all, integrityKey: before.integrityKey, integritySalt: before.integritySalt };
  }
  return all;
}
