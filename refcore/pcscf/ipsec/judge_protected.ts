/** A REGISTER that came under an SA: TS 33.203 6.1.5, 7.1 rules 2 to 4, 7.2, 7.4.2a. */
import type { ServerTransaction } from "../../stack.ts";
import { dropReported } from "./judge_clear.ts";
import { readOffer } from "./judge_offer.ts";
import { type Judgement, refuse, terminalOf } from "./judgement.ts";
import type { RegisterFacts } from "./register_facts.ts";
import { type IntegrityFlag, SecuredRegistration } from "./registration.ts";
import type { SaSet } from "./sa_set.ts";
import type { PcscfSecurity } from "./security.ts";
import { agrees } from "./verify.ts";
import { unbracketed, viaNames } from "./via_address.ts";

export function judgeProtected(
  security: PcscfSecurity,
  server: ServerTransaction,
  facts: RegisterFacts,
  set: SaSet,
): Judgement {
  const { request } = server;
  const { faults } = security.context;
  // 7.1 rule 2: the UE's address in Via is the one that the packet came from.
  if (!viaNames(request, set.ueAddress, security.context)) {
    const foreign = set.mode === "trans" ? "pcscf/ipsec-via-mismatch-tolerated" : "pcscf/nat-foreign-via";
    if (!faults.has(foreign)) return refuse(403);
  }
  // 7.1 rule 4.
  const anybody = faults.has("pcscf/ipsec-passes-ue-asserted-identity") ||
    faults.has("pcscf/sec-agree-by-source-address") || faults.has("pcscf/nat-user-by-address");
  if (facts.impi !== set.impi && !anybody) return refuse(403);
  const common = {
    server,
    facts,
    set,
    terminal: set.setup.terminal,
    sentBy: unbracketed(request.via?.host ?? ""),
  };
  if (set.state === "registration" && facts.kind === "answer") {
    const otherUser = facts.impu !== set.setup.impu && !faults.has("pcscf/sec-agree-by-source-address");
    if (otherUser || !agrees(request, set, faults)) {
      // 7.2, 7.3.2.3: the registration is aborted.
      const refused = otherUser
        ? refuse(403)
        : refuse(494, { "Security-Server": set.setup.serverLine, "Require": "sec-agree" });
      security.life.failed(set);
      return refused;
    }
    const setup = { ...common, flag: "yes", offer: again(set) } as const;
    return { type: "secured", run: new SecuredRegistration(security, setup) };
  }
  const reported = facts.kind === "report" ? security.table.challenged(facts.nonce) : undefined;
  if (reported) dropReported(security, reported);
  const path = { natted: false, tunnelled: set.mode === "UDP-enc-tun", source: set.ueAddress };
  // An answer that is taken for one of these SAs offers nothing new.
  const late = facts.kind === "answer" && faults.has("pcscf/flags-answer-on-old-sa");
  const offer = request.has("Security-Client") && !late
    ? readOffer(security, request, path, { facts, set })
    : undefined;
  if (offer && "type" in offer) return offer;
  const setup = { ...common, terminal: terminalOf(request), flag: flagFor(security, facts, set), offer };
  return { type: "secured", run: new SecuredRegistration(security, setup) };
}

/** Should the network challenge SM7 anew, the offer is that of SM1. */
function again(set: SaSet) {
  const { client: proposal, pair, mode } = set.setup;
  return { proposal, pair, mode };
}

/**
 * 6.1.5: protected is what answers a challenge under its SAs, and what answers none under those of the latest
 * successful authentication.
 */
function flagFor(
  { table, context: { faults } }: PcscfSecurity,
  facts: RegisterFacts,
  set: SaSet,
): IntegrityFlag {
  if (facts.kind === "answer") {
    const taken = faults.has("pcscf/ipsec-sm7-on-old-changes-state") ||
      faults.has("pcscf/ipsec-forwards-sm7-from-old") || faults.has("pcscf/ipsec-sa-unseen-by-sip") ||
      faults.has("pcscf/flags-answer-on-old-sa");
    return taken && table.challenged(facts.nonce) ? "yes" : "no";
  }
  if (faults.has("pcscf/flags-any-sa")) return "yes";
  const unfinished = faults.has("pcscf/ipsec-refresh-on-incomplete") ||
    faults.has("pcscf/ipsec-any-sa-for-sm1");
  return set.state === "current" || set.state === "registration" && unfinished ? "yes" : "no";
}
