/** Whether SM7 says again what SM1 and SM6 said: TS 33.203 7.2, 7.3.2.3, M.7.2, Annex H; RFC 3329 2.3.1. */
import type { SecurityMechanism, SipRequest } from "sip-codec";
import type { FaultSet } from "../../faults.ts";
import { readProposal } from "./proposal.ts";
import { demandsAgreement } from "./register_facts.ts";
import type { SaSet } from "./sa_set.ts";
import { canonical, sameLine } from "./set_up_line.ts";

const NUMBERS = ["spi-c", "spi-s", "port-c", "port-s"];

export function agrees(request: SipRequest, set: SaSet, faults: FaultSet): boolean {
  try {
    return demandsAgreement(request) && verifies(request.securityVerify, set, faults) &&
      repeats(request.securityClient, set, faults);
  } catch (error) {
    // What cannot be read is not the same.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Security-Verify is the Security-Server of SM6. */
function verifies(verify: readonly SecurityMechanism[], set: SaSet, faults: FaultSet): boolean {
  const { server, pair } = set.setup;
  if (verify.length === 0 && faults.has("pcscf/sec-agree-missing-verify")) return true;
  if (faults.has("pcscf/sec-agree-verifies-choice-only")) {
    return verify.some(({ params }) =>
      params.get("alg")?.toLowerCase() === pair.integrity &&
      (params.get("ealg")?.toLowerCase() ?? "null") === pair.encryption
    );
  }
  const without = [
    ...(faults.has("pcscf/sec-agree-verifies-algorithms-only") ? NUMBERS : []),
    ...(faults.has("pcscf/nat-verify-without-mode") ? ["mod"] : []),
  ];
  return sameLine(verify, server, without);
}

/** Annex H: Security-Client is that of SM1. */
function repeats(client: readonly SecurityMechanism[], set: SaSet, faults: FaultSet): boolean {
  const { mechanisms } = set.setup.client;
  if (client.length === 0) return faults.has("pcscf/sec-agree-missing-client");
  if (faults.has("pcscf/sec-agree-overwrites-client")) {
    const [one, other] = [client[0]!, mechanisms[0]!];
    return NUMBERS.every((name) => one.params.get(name) === other.params.get(name));
  }
  if (faults.has("pcscf/sec-agree-moves-ue-port") && sameLine(client, mechanisms, NUMBERS)) {
    return takesOver(client, set, faults);
  }
  return sameLine(client, mechanisms) && canonical(client[0]!) !== "";
}

/** The UE's ports as SM7 has them, in place of those of SM1. */
function takesOver(client: readonly SecurityMechanism[], set: SaSet, faults: FaultSet): boolean {
  const proposal = readProposal(client, faults);
  if (typeof proposal === "string") return false;
  set.numbers = { ...set.numbers, portUs: proposal.portS };
  return true;
}
