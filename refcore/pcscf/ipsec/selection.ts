/** Which mode and which algorithms, out of what the UE offers: TS 33.203 7.2, M.7.1, M.7.2, P.3. */
import type { EspPair } from "../../../harness/wire/esp.ts";
import type { FaultSet } from "../../faults.ts";
import type { IpsecMode, Proposal } from "./proposal.ts";
import { acceptablePairs, isClear, samePair, type SecurityPolicy } from "./security_policy.ts";

export interface Selection {
  readonly pair: EspPair;
  readonly mode: IpsecMode;
}

/** What is known of the path of SM1. */
export interface Path {
  /** The source of the packet is not the address in the Via. */
  readonly natted: boolean;
  /** SM1 came in a tunnel: the new SAs are tunnels too (M.7.4.2a). */
  readonly tunnelled: boolean;
}

/** "discard": no answer at all (M.7.2); "unacceptable": an error (7.3.2.1). */
export function select(
  proposal: Proposal,
  path: Path,
  policy: SecurityPolicy,
  disabled: readonly EspPair[],
  faults: FaultSet,
): Selection | "discard" | "unacceptable" {
  const mode = modeFor(proposal, path, policy, faults);
  if (mode === "discard") return "discard";
  const pair = pairFor(proposal, mode, policy, disabled, faults);
  return pair ? { pair, mode } : "unacceptable";
}

function modeFor(
  { alternatives, modes: offered }: Proposal,
  { natted, tunnelled }: Path,
  policy: SecurityPolicy,
  faults: FaultSet,
): IpsecMode | "discard" {
  const tunnel = natted || tunnelled && !faults.has("pcscf/nat-forgets-mode");
  if (faults.has("pcscf/nat-unoffered-mode") && !offered.has("UDP-enc-tun")) return "UDP-enc-tun";
  // P.3: by the P-CSCF's own priorities, whatever comes first.
  if (faults.has("pcscf/sec-agree-first-mechanism") && alternatives[0]) return alternatives[0].mode;
  if (faults.has("pcscf/nat-encapsulates-always") && offered.has("UDP-enc-tun")) return "UDP-enc-tun";
  if (faults.has("pcscf/nat-default-mode-tunnel") && !offered.has("trans")) return "UDP-enc-tun";
  if (!tunnel) return "trans";
  const blind = faults.has("pcscf/nat-trans-behind-nat") || faults.has("pcscf/nat-native") ||
    faults.has("pcscf/nat-mode-by-preference");
  if (blind && offered.has("trans")) return "trans";
  // M.7.3.2.4: without the traversal of Annex M, on one side or the other, there are no SAs.
  if (!policy.natTraversal) return faults.has("pcscf/nat-falls-back-to-trans") ? "trans" : "discard";
  if (offered.has("UDP-enc-tun")) return "UDP-enc-tun";
  return faults.has("pcscf/nat-sas-without-traversal") ? "trans" : "discard";
}

/** 7.2: the first on the own list that the UE supports, too; its order and its q say nothing. */
function pairFor(
  { alternatives }: Proposal,
  mode: IpsecMode,
  policy: SecurityPolicy,
  disabled: readonly EspPair[],
  faults: FaultSet,
): EspPair | undefined {
  const own = acceptablePairs(policy, faults, disabled);
  const inMode = alternatives.filter((one) => one.mode === mode || faults.has("pcscf/nat-unoffered-mode"));
  const common = (pair: EspPair) => own.some((one) => samePair(one, pair));
  if (faults.has("pcscf/sec-agree-follows-ue-preference")) {
    return inMode.filter(({ pair }) => common(pair)).toSorted((a, b) => b.q - a.q)[0]?.pair;
  }
  const asOffered = faults.has("pcscf/sec-agree-first-mechanism") ||
    faults.has("pcscf/sec-agree-reorders-list");
  if (asOffered) return inMode.find(({ pair }) => common(pair))?.pair;
  const chosen = own.find((pair) => inMode.some((one) => samePair(one.pair, pair)));
  if (chosen) return chosen;
  // Ciphers that the UE has not offered: the list goes out, and the SAs do without.
  if (faults.has("pcscf/sec-agree-lists-unused-cipher") && policy.confidentiality === "never") {
    return own.find(isClear);
  }
  return faults.has("pcscf/sec-agree-challenges-unacceptable") ? own[0] : undefined;
}
