/** What the UE says in Security-Client, and what it takes of Security-Server (TS 33.203 7.2, M.7.2, Annex H). */
import type { SipResponse } from "sip-codec";
import type { Profile } from "../../../../profiles/types.ts";
import { byPreference, formatIpsec3gpp, type Ipsec3gpp, readIpsec3gpp } from "../../../sip/mod.ts";
import { type EncryptionAlgorithm, type IntegrityAlgorithm, isAllowedPair } from "../../../wire/esp.ts";
import { lenient } from "../lenient.ts";
import type { Random } from "../types.ts";
import { isKnown } from "./association.ts";
import type { AlgorithmPair, IpsecMode } from "./types.ts";

/** One Security-Client, whole. */
export interface Offered {
  readonly modes: readonly IpsecMode[];
  readonly pairs: readonly AlgorithmPair[];
  readonly spiUc: number;
  readonly spiUs: number;
  readonly portUc: number;
  readonly portUs: number;
}

/** What the UE takes of SM6. */
export interface Chosen extends AlgorithmPair {
  readonly mode: IpsecMode;
  readonly server: Ipsec3gpp;
}

/** The field values: every pair in every mode, one after the other; one pair of SPIs and ports (7.2). */
export function securityClient({ modes, pairs, spiUc, spiUs, portUc, portUs }: Offered): string[] {
  const ours = { spiC: spiUc, spiS: spiUs, portC: portUc, portS: portUs };
  const elements = modes.flatMap((mode) =>
    pairs.map(({ alg, ealg }) => formatIpsec3gpp({ alg, ealg, mode, ...ours }))
  );
  return elements.length === 0 ? [] : [elements.join(", ")];
}

/**
 * The most preferred mechanism that the UE has (RFC 3329 2.2; 7.2: the first of the list), or in words why there is
 * none: then the registration is abandoned (7.3.2.2).
 */
export function choose(
  response: SipResponse,
  offered: Offered,
  behindNat: boolean,
  carried: (mode: IpsecMode) => boolean,
): Chosen | string {
  const proposals = proposalsOf(response);
  if (typeof proposals === "string") return proposals;
  const refused: string[] = [];
  for (const server of byPreference(proposals.filter((one) => typeof one !== "string"))) {
    const mode = offered.modes.find((mode) => mode === server.mode);
    const pair = offered.pairs.find((pair) =>
      pair.alg.toLowerCase() === server.alg && pair.ealg.toLowerCase() === server.ealg
    );
    if (server.protocol !== "esp") refused.push(`the protocol is "${server.protocol}"`);
    else if (!server.namesMode && behindNat) refused.push("no mode is named, and there is a NAT (M.7.2)");
    else if (!mode) refused.push(`the mode is "${server.mode}"`);
    else if (!carried(mode)) refused.push(`the mode is "${mode}", whose packets this UE does not carry`);
    else if (!pair || !isKnown(pair)) refused.push(`"${server.alg}" with "${server.ealg}" was not offered`);
    else return { ...pair, mode, server };
  }
  refused.push(...proposals.filter((one) => typeof one === "string"));
  return `Security-Server offers nothing that this UE can take: ${refused.join("; ")}`;
}

/** The first element with SPIs and ports, whatever else it says: for a case that says the rest. */
export function anyProposal(response: SipResponse): Ipsec3gpp | string {
  const proposals = proposalsOf(response);
  if (typeof proposals === "string") return proposals;
  return byPreference(proposals.filter((one) => typeof one !== "string"))[0] ?? proposals.join("; ");
}

/** All pairs of Annex H that the profile claims, those that encrypt first. */
export function claimedPairs({ capabilities }: Profile): AlgorithmPair[] {
  const algs = namesOf(capabilities["ipsec.alg"]) ?? ["hmac-sha-1-96", "aes-gmac", "null"];
  const ealgs = namesOf(capabilities["ipsec.ealg"]) ?? ["aes-cbc", "aes-gcm", "null"];
  return ealgs.flatMap((ealg) => algs.map((alg) => ({ alg, ealg }))).filter(({ alg, ealg }) =>
    isKnown({ alg, ealg }) &&
    isAllowedPair({ integrity: alg as IntegrityAlgorithm, encryption: ealg as EncryptionAlgorithm })
  );
}

/** Ten digits without padding, and none of those in use (7.1). */
export function newSpi(random: Random, used: ReadonlySet<number>): number {
  for (;;) {
    const spi = LEAST_SPI + random.integer(2 ** 32 - LEAST_SPI);
    if (!used.has(spi)) return spi;
  }
}

const LEAST_SPI = 1_000_000_000;

function proposalsOf(response: SipResponse): (Ipsec3gpp | string)[] | string {
  if (!response.has("Security-Server")) {
    return `The ${response.status} has no Security-Server, needs one with ipsec-3gpp`;
  }
  const mechanisms = lenient(() => response.securityServer);
  if (!mechanisms) return `Security-Server cannot be read: "${response.all("Security-Server").join(", ")}"`;
  return mechanisms.map((mechanism) =>
    lenient(() => readIpsec3gpp(mechanism)) ?? "a parameter cannot be read"
  );
}

function namesOf(claim: Profile["capabilities"][string] | undefined): readonly string[] | undefined {
  if (typeof claim === "string") return [claim];
  return typeof claim === "object" && claim.length > 0 ? claim : undefined;
}
