/** Whether new SAs could be made of what a REGISTER offers: TS 33.203 7.1 rule 3, 7.2, 7.3.2.1, M.7.1 rule 3. */
import type { SipRequest } from "sip-codec";
import { type Judgement, refuse } from "./judgement.ts";
import { type Proposal, readProposal } from "./proposal.ts";
import type { RegisterFacts } from "./register_facts.ts";
import type { SaSet } from "./sa_set.ts";
import type { PcscfSecurity } from "./security.ts";
import { type Path, select, type Selection } from "./selection.ts";

export interface OfferPath extends Path {
  readonly source: string;
}

type Offer = Selection & { readonly proposal: Proposal };

export function readOffer(
  security: PcscfSecurity,
  request: SipRequest,
  path: OfferPath,
  { facts, set }: { readonly facts: RegisterFacts; readonly set: SaSet | undefined },
): Offer | Exclude<Judgement, { type: "secured" }> {
  const { faults } = security.context;
  const { policy, disabled } = security.policyFor(path.source);
  const oneLine = faults.has("pcscf/sec-agree-one-header-line");
  if (oneLine && request.all("Security-Client").length > 1) return refuse(400);
  const proposal = readProposal(request.securityClient, faults);
  if (proposal === "malformed") return unacceptable(security, path, 400);
  if (proposal === "none") return unacceptable(security, path, 494);
  const selection = select(proposal, path, policy, disabled, faults);
  if (selection === "discard") {
    // M.7.2: without an answer.
    return faults.has("pcscf/nat-answers-without-traversal") ? refuse(403) : { type: "discard" };
  }
  if (selection === "unacceptable") return unacceptable(security, path, 494);
  if (selection.mode === "trans" && faults.has("pcscf/passes-over-transport-mode")) return { type: "clear" };
  // Transport mode needs protocol 50, which this machine may not let us have.
  if (selection.mode === "trans" && !security.end.native) {
    return refuse(494, security.listing(path.source), "No IPsec Transport Mode");
  }
  // 7.4.0: port_us stays what it is as long as the UE is registered.
  const changed = set && proposal.portS !== set.numbers.portUs;
  if (changed && !faults.has("pcscf/nat-server-port-unchecked-when-protected")) {
    return refuse(400, {}, "Protected Server Port Changed");
  }
  const collision = collides(security, proposal, path, facts, set);
  if (collision === "silently") return { type: "discard" };
  if (collision) return refuse(400, {}, "Protected Port In Use");
  // What comes on SAs makes none, unless it is challenged: then it is asked again.
  if (!set && security.isFull(facts.impi)) {
    return refuse(403, {}, "Too Many Security Associations");
  }
  if (security.isBlocked(facts.impi)) return refuse(403);
  return { ...selection, proposal };
}

/** 7.3.2.1: an error, with what there is (RFC 3329 2.3.1). */
function unacceptable(
  security: PcscfSecurity,
  { source }: OfferPath,
  status: number,
): Exclude<Judgement, { type: "secured" }> {
  const { faults } = security.context;
  if (faults.has("pcscf/sec-agree-proceeds-unprotected")) return { type: "clear" };
  return refuse(status, status === 494 ? security.listing(source) : {});
}

/** 7.1 rule 3, M.7.1 rule 3. */
function collides(
  { table, context: { faults } }: PcscfSecurity,
  { portC, portS }: Proposal,
  { source, natted, tunnelled }: OfferPath,
  { impi }: RegisterFacts,
  set: SaSet | undefined,
): boolean | "silently" {
  const behindNat = natted || tunnelled;
  const found = table.holdsClientPort(source, portC)
    ? "client"
    : behindNat && table.holdsServerPort(source, portS, impi)
    ? "server"
    : undefined;
  if (!found) return false;
  if (found === "client") {
    const overwritten = faults.has("pcscf/sec-agree-no-port-check") ||
      behindNat && faults.has("pcscf/nat-overwrites-client-port");
    if (overwritten) {
      table.evict(source, portC);
      return false;
    }
  } else {
    const skipped = set
      ? faults.has("pcscf/nat-server-port-unchecked-when-protected")
      : faults.has("pcscf/nat-overwrites-server-port");
    if (skipped) return false;
  }
  return behindNat && faults.has("pcscf/nat-drops-collision") ? "silently" : true;
}
