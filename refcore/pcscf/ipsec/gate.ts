/**
 * Which message may come by which way: TS 33.203 7.1 (unprotected ports, rule 4), 7.4.2a. What is not admitted is
 * discarded before SIP sees it; what may be answered with an error is left to those who answer.
 */
import type { SipMessage, SipRequest } from "sip-codec";
import type { Flow } from "../../../harness/net/types.ts";
import { factsOf, type RegisterFacts } from "./register_facts.ts";
import type { SaSet } from "./sa_set.ts";
import type { PcscfSecurity } from "./security.ts";

/** Throws SipSyntaxError for a message that cannot be judged. */
export function admits(security: PcscfSecurity, message: SipMessage, flow: Flow): boolean {
  const set = security.setOf(flow);
  if (flow.security !== undefined && !set) return false;
  if (!isOwner(security, message, set)) return false;
  if (!set) return inClear(security, message, flow);
  // 7.1: over UDP everything comes to port_ps.
  if (flow.transport === "udp" && flow.local.port === set.numbers.portPc) return false;
  return underSa(security, message, set);
}

/**
 * 7.1 rule 4, note 14: a response, an ACK or a CANCEL belongs to the user whose transaction it is, and comes under
 * her SAs.
 */
function isOwner(security: PcscfSecurity, message: SipMessage, set: SaSet | undefined): boolean {
  const tied = message.kind === "response" || message.method === "ACK" || message.method === "CANCEL";
  if (!tied || security.context.faults.has("pcscf/ipsec-dialog-without-user")) return true;
  const owner = security.table.all.find(({ pending }) => pending.holdsBranch(message));
  return !owner || set?.impi === owner.impi;
}

function inClear(security: PcscfSecurity, message: SipMessage, flow: Flow): boolean {
  const { faults } = security.context;
  const { address } = flow.remote;
  const register_ = message.kind === "request" && message.method === "REGISTER";
  if (!security.protects(address) && !(register_ && security.offers(address))) return true;
  if (!register_ && security.options.isBundled(address)) return true;
  // No request of ours goes to such a UE in the clear, so no response of its comes so.
  if (message.kind === "response") return false;
  if (message.method !== "REGISTER") return inClearOtherThanRegister(security, message);
  const hasSas = security.table.all.some(({ established, ueAddress }) =>
    established && ueAddress === flow.remote.address
  );
  if (hasSas && faults.has("pcscf/ipsec-drops-clear-register")) return false;
  const facts = factsOf(message);
  const asked = security.table.challenged(facts.nonce);
  // SM7 of a registration that is over, once more.
  if (!asked) return facts.kind !== "answer" || !security.table.isSpent(facts.nonce);
  if (facts.kind === "answer") {
    // SM7 comes on the new SAs and nowhere else (7.2, M.7.2).
    const taken = faults.has("pcscf/sec-agree-clear-sm7") ||
      asked.mode === "UDP-enc-tun" && faults.has("pcscf/nat-accepts-other-protection");
    return taken || faults.has("pcscf/ipsec-unopened-sm7-as-clear");
  }
  // 7.4.2a: a failure of what began on SAs is reported on them.
  return asked.setup.sm1Set === undefined || faults.has("pcscf/ipsec-clear-failure-ends-protected");
}

/** 7.1: requests are refused with an error; what takes none is dropped. */
function inClearOtherThanRegister({ context: { faults } }: PcscfSecurity, request: SipRequest): boolean {
  if (request.method !== "ACK" && request.method !== "CANCEL") return true;
  return faults.has("pcscf/ipsec-protection-optional") || faults.has("pcscf/serves-without-sa") ||
    faults.has("pcscf/ipsec-clear-bye-in-dialog");
}

function underSa(security: PcscfSecurity, message: SipMessage, set: SaSet): boolean {
  const { faults } = security.context;
  const register = message.kind === "request" && message.method === "REGISTER" ? factsOf(message) : undefined;
  if (set.state === "gone" || set.state === "failed") return false;
  if (faults.has("pcscf/ipsec-sa-unseen-by-sip")) return true;
  if (set.state === "registration") return onRegistrationSa(security, message, register, set);
  if (set.state === "draining") return set.pending.holds(message);
  if (!register) return true;
  if (set.state === "old" && faults.has("pcscf/ipsec-refuses-restart-on-old")) {
    return set.pending.holds(message);
  }
  return onEstablishedSa(security, register, set);
}

/** 7.4.2a: new SAs carry SM7 and nothing else before SM12. */
function onRegistrationSa(
  { context: { faults } }: PcscfSecurity,
  message: SipMessage,
  register: RegisterFacts | undefined,
  set: SaSet,
): boolean {
  if (!register) return message.kind === "request" && faults.has("pcscf/ipsec-service-on-new-before-sm12");
  if (register.kind === "answer") {
    return register.nonce === set.nonce || faults.has("pcscf/sec-agree-by-source-address");
  }
  if (register.kind === "report") return false;
  return faults.has("pcscf/ipsec-refresh-on-incomplete") || faults.has("pcscf/ipsec-any-sa-for-sm1");
}

function onEstablishedSa({ context: { faults }, table }: PcscfSecurity, register: RegisterFacts, set: SaSet) {
  const asked = table.challenged(register.nonce);
  if (!asked) return register.kind !== "answer" || !table.isSpent(register.nonce);
  if (register.kind === "answer") {
    return faults.has("pcscf/ipsec-sm7-on-old-changes-state") ||
      faults.has("pcscf/ipsec-forwards-sm7-from-old") || faults.has("pcscf/flags-answer-on-old-sa");
  }
  return asked.setup.sm1Set === set;
}
