/** Which defects the SAs of a set have: none in an honest core. */
import type { EspPair } from "../../../harness/wire/esp.ts";
import type { FaultSet } from "../../faults.ts";
import { expand, type SessionKeys, withNullCipher } from "./esp_keys.ts";
import type { EspDefects } from "./faulty_sa.ts";
import type { IpsecMode } from "./proposal.ts";
import { samePair } from "./security_policy.ts";

export interface DefectWishes {
  readonly pair: EspPair;
  readonly mode: IpsecMode;
  readonly keys: SessionKeys;
  /** Of the challenge before this one. */
  readonly aborted: SessionKeys | undefined;
  readonly listed: readonly EspPair[];
  /** The policy demands a cipher. */
  readonly mandatory: boolean;
}

export function defectsFor(wishes: DefectWishes, faults: FaultSet): EspDefects {
  if (faults.size === 0) return {};
  const { pair, mode, keys, aborted, listed, mandatory } = wishes;
  const gcm = pair.encryption === "aes-gcm";
  const ignoresIcv = faults.has("pcscf/ipsec-accepts-wrong-icv") ||
    mode === "UDP-enc-tun" && faults.has("pcscf/nat-accepts-wrong-icv") ||
    gcm && faults.has("pcscf/ipsec-gcm-ignores-tag");
  const otherKeys = [
    // 7.2: the first common pair and no other.
    ...(faults.has("pcscf/sec-agree-tries-all-algorithms")
      ? listed.filter((one) => !samePair(one, pair)).map((one) => expand(one, keys, faults))
      : []),
    // 6.2: what is not encrypted is not served.
    ...(mandatory && faults.has("pcscf/ipsec-null-under-mandatory-encryption")
      ? [withNullCipher(keys), expand({ integrity: "aes-gmac", encryption: "null" }, keys, faults)]
      : []),
    // 7.0: the keys are those of this very authentication.
    ...(aborted && faults.has("pcscf/ipsec-key-of-aborted-challenge") ? [expand(pair, aborted, faults)] : []),
  ];
  return {
    ignoresIcv,
    ...(otherKeys.length > 0 ? { otherKeys } : {}),
    shortTag: gcm && faults.has("pcscf/ipsec-short-gcm-tag"),
    gmacWithoutIv: faults.has("pcscf/ipsec-gmac-without-iv"),
    countsIvs: faults.has("pcscf/ipsec-cbc-counts-ivs"),
    chainsIvs: faults.has("pcscf/ipsec-cbc-chains-ivs"),
    countsGcmIvs: faults.has("pcscf/ipsec-gcm-ivs-per-sa"),
    anyProtocol: faults.has("pcscf/ipsec-selector-any-protocol"),
    ...(faults.has("pcscf/ipsec-repeats-sequence-numbers") ? { restartsAfter: 2 } : {}),
  };
}
