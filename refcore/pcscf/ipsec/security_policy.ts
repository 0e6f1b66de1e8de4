/** What TS 33.203 leaves to the operator of a P-CSCF with IPsec, as data, and the list of algorithms that follows. */
import { type EspPair, isAllowedPair } from "../../../harness/wire/esp.ts";
import type { FaultSet } from "../../faults.ts";

export interface SecurityPolicy {
  /** Algorithm pairs by priority: the first that the UE has as well is taken (7.2). */
  readonly pairs: readonly EspPair[];
  /** Encrypt always, where the UE can, or never (7.2). */
  readonly confidentiality: "required" | "preferred" | "never";
  /** Annex M is there: UDP-encapsulated tunnel mode for UEs behind a NAT. */
  readonly natTraversal: boolean;
}

/** Those that encrypt first: M.7.2 ranks what Release 6 brought above Release 5. */
export const DEFAULT_SECURITY: SecurityPolicy = {
  pairs: [
    { integrity: "null", encryption: "aes-gcm" },
    { integrity: "hmac-sha-1-96", encryption: "aes-cbc" },
    { integrity: "aes-gmac", encryption: "null" },
    { integrity: "hmac-sha-1-96", encryption: "null" },
  ],
  confidentiality: "preferred",
  natTraversal: true,
};

/** Withdrawn by Annex H; what a P-CSCF accepts that has not heard of it. */
const WITHDRAWN: readonly EspPair[] = [
  { integrity: "hmac-sha-1-96", encryption: "des-ede3-cbc" },
  { integrity: "hmac-md5-96", encryption: "des-ede3-cbc" },
  { integrity: "hmac-md5-96", encryption: "aes-cbc" },
  { integrity: "hmac-md5-96", encryption: "null" },
];

/** The pairs that this P-CSCF supports, by priority: the list of SM6, whatever a UE has offered (7.2). */
export function supportedPairs(policy: SecurityPolicy, faults: FaultSet): readonly EspPair[] {
  let pairs = policy.pairs.filter(isAllowedPair);
  // 7.2: configured never to encrypt, it names no cipher; configured always to, nothing without one.
  const ciphersToo = faults.has("pcscf/sec-agree-lists-unused-cipher");
  if (policy.confidentiality === "never" && !ciphersToo || faults.has("pcscf/sec-agree-never-encrypts")) {
    pairs = pairs.filter(isClear);
  }
  const nullToo = faults.has("pcscf/sec-agree-null-under-mandatory");
  if (policy.confidentiality === "required" && !nullToo) pairs = pairs.filter((pair) => !isClear(pair));
  if (faults.has("pcscf/nat-prefers-null")) pairs = [...pairs.filter(isClear), ...pairs.filter(isCipher)];
  if (faults.has("pcscf/sec-agree-lists-withdrawn")) pairs = [...pairs, ...WITHDRAWN];
  return pairs;
}

/** The pairs that may be chosen, by priority: an honest P-CSCF has one list for both. */
export function acceptablePairs(
  policy: SecurityPolicy,
  faults: FaultSet,
  disabled: readonly EspPair[],
): readonly EspPair[] {
  const pairs = [...supportedPairs(policy, faults)];
  if (faults.has("pcscf/sec-agree-lists-unused-cipher") && policy.confidentiality === "never") {
    return pairs.filter(isClear);
  }
  if (faults.has("pcscf/sec-agree-disabled-algorithm-works")) pairs.push(...disabled);
  if (faults.has("pcscf/sec-agree-accepts-3des")) {
    pairs.push(...WITHDRAWN.filter(({ integrity }) => integrity === "hmac-sha-1-96"));
  }
  if (faults.has("pcscf/sec-agree-accepts-md5")) {
    pairs.push(...WITHDRAWN.filter(({ encryption }) => encryption !== "des-ede3-cbc"));
  }
  if (faults.has("pcscf/sec-agree-null-null")) pairs.push({ integrity: "null", encryption: "null" });
  return pairs;
}

export function samePair(one: EspPair, other: EspPair): boolean {
  return one.integrity === other.integrity && one.encryption === other.encryption;
}

export function isClear({ encryption }: EspPair): boolean {
  return encryption === "null";
}

function isCipher(pair: EspPair): boolean {
  return !isClear(pair);
}
