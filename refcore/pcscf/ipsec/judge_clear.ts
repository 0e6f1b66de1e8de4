/** SM1 in the clear, and what else comes so: TS 33.203 7.2, 7.3.2, M.7.2, P.3; RFC 3329 2.3. */
import type { ServerTransaction } from "../../stack.ts";
import { readOffer } from "./judge_offer.ts";
import { type Judgement, refuse, terminalOf } from "./judgement.ts";
import { demandsAgreement, type RegisterFacts } from "./register_facts.ts";
import { SecuredRegistration } from "./registration.ts";
import type { PcscfSecurity } from "./security.ts";
import { agrees } from "./verify.ts";
import { unbracketed, viaNames } from "./via_address.ts";

export function judgeClear(
  security: PcscfSecurity,
  server: ServerTransaction,
  facts: RegisterFacts,
): Judgement {
  const { request, flow } = server;
  const { faults } = security.context;
  const source = flow.remote.address;
  const demanded = security.protects(source);
  // P.3: where it is the UE's choice, what cannot be selected counts for nothing.
  if (!demanded && !(security.offers(source) && request.has("Security-Client"))) return { type: "clear" };
  if (faults.has("pcscf/sec-agree-refused-on-3gpp2")) {
    if (request.accessNetworkInfo.some(({ accessType }) => /^3gpp2/i.test(accessType))) {
      return { type: "clear" };
    }
  }
  const report = facts.kind === "report" ? security.table.challenged(facts.nonce) : undefined;
  const sm7 = facts.kind === "answer" ? security.table.challenged(facts.nonce) : undefined;
  const common = {
    server,
    facts,
    terminal: terminalOf(request),
    sentBy: unbracketed(request.via?.host ?? ""),
  };
  // Only with a fault does it get this far.
  if (sm7 && agrees(request, sm7, faults)) {
    const flag = faults.has("pcscf/ipsec-unopened-sm7-as-clear") ? "no" : "yes";
    const setup = { ...common, flag, set: undefined, offer: undefined } as const;
    return { type: "secured", run: new SecuredRegistration(security, setup) };
  }
  const hasClient = request.has("Security-Client");
  if (!report) {
    if (!hasClient && faults.has("pcscf/sec-agree-optional")) return { type: "clear" };
    // 7.2: there is no IMS AKA without a set-up line (RFC 3329 2.3.1).
    if (!hasClient || !demandsAgreement(request)) {
      return demanded ? refuse(421, security.listing(source)) : { type: "clear" };
    }
  } else dropReported(security, report);
  const natted = !viaNames(request, source, security.context);
  const path = { natted, tunnelled: false, source };
  const offer = hasClient ? readOffer(security, request, path, { facts, set: undefined }) : undefined;
  if (offer && "type" in offer) return demanded ? offer : { type: "clear" };
  const setup = { ...common, flag: "no", set: undefined, offer } as const;
  return { type: "secured", run: new SecuredRegistration(security, setup) };
}

/** 7.3.1.2, 7.3.1.3: the new SAs are deleted as soon as the report has come. */
export function dropReported(
  { context: { faults }, table }: PcscfSecurity,
  reported: NonNullable<ReturnType<PcscfSecurity["table"]["challenged"]>>,
): void {
  if (faults.has("pcscf/ipsec-mac-failure-removes-old")) {
    for (const old of table.ofImpi(reported.impi)) if (old.established) table.delete(old);
    return;
  }
  if (faults.has("pcscf/ipsec-resync-keeps-first-sas")) return;
  if (faults.has("pcscf/ipsec-new-sas-survive-failure")) return void (reported.state = "current");
  table.delete(reported);
}
