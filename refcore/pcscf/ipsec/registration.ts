/** One REGISTER with security agreement, from the UE to the UE: TS 33.203 7.2, 7.3, 7.4.2a; RFC 3329 2.3. */
import type { SipResponse } from "sip-codec";
import { fromHex } from "../../../harness/crypto/mod.ts";
import type { ServerTransaction } from "../../stack.ts";
import type { SessionKeys } from "./esp_keys.ts";
import type { Proposal } from "./proposal.ts";
import type { RegisterFacts } from "./register_facts.ts";
import type { SaSet } from "./sa_set.ts";
import type { PcscfSecurity } from "./security.ts";
import type { Selection } from "./selection.ts";

/** What the P-CSCF says of the protection of a REGISTER (6.1.5). */
export type IntegrityFlag = "yes" | "no";

export interface RegistrationSetup {
  readonly server: ServerTransaction;
  readonly facts: RegisterFacts;
  readonly flag: IntegrityFlag;
  /** The SAs it came on. */
  readonly set: SaSet | undefined;
  /** What a challenge would be made of; absent where the REGISTER offers nothing. */
  readonly offer: (Selection & { readonly proposal: Proposal }) | undefined;
  /** Tells terminals of one IMPI apart. */
  readonly terminal: string;
  /** The address in the Via. */
  readonly sentBy: string;
}

export class SecuredRegistration {
  constructor(readonly security: PcscfSecurity, readonly setup: RegistrationSetup) {}

  get flag(): IntegrityFlag {
    return this.setup.flag;
  }

  /** SM7 on the SAs that its challenge has made. */
  get isAnswer(): boolean {
    const { set, facts } = this.setup;
    return set?.state === "registration" && facts.kind === "answer";
  }

  /** SM5: makes the SAs and says so in SM6. Gives a status where the challenge cannot be passed on. */
  challenged(response: SipResponse): number | undefined {
    const { security, setup } = this;
    const keys = keysIn(response);
    const nonce = response.wwwAuthenticate[0]?.parameters.get("nonce") ?? "";
    if (!keys) return 403; // without keys from AKA there is no IPsec (N.1)
    const { set, offer, server, facts, sentBy, terminal } = setup;
    if (!offer) return 421;
    if (set && !this.isAnswer && security.isFull(facts.impi)) return 403; // 7.1 rule 3
    const began = this.isAnswer ? set?.setup.sm1Set : set;
    if (this.isAnswer && set) security.life.failed(set); // it still carries the next challenge
    const kept = this.#firstOfResynchronisation();
    if (kept) {
      kept.nonce = nonce;
      response.set("Security-Server", kept.setup.serverLine);
      return undefined;
    }
    const made = security.makeSet({
      offer,
      keys,
      nonce,
      impi: facts.impi,
      impu: facts.impu,
      ueAddress: set?.ueAddress ?? server.flow.remote.address,
      sm1Set: began,
      clearFlow: server.flow.security === undefined ? server.flow : set?.setup.clearFlow,
      sentBy,
      terminal,
    });
    security.life.challenged(made);
    response.set("Security-Server", made.setup.serverLine);
    return undefined;
  }

  /** SM11 with a binding until then: SM12 confirms the SAs, or a refresh prolongs those in use. */
  succeeded(token: string, registeredUntil: number, response: SipResponse): void {
    const { security, setup: { set } } = this;
    const { faults } = security.context;
    if (set && faults.has("pcscf/sec-agree-server-in-200")) {
      response.set("Security-Server", set.setup.serverLine);
    }
    const answered = this.isAnswer ? set : this.#answeredElsewhere();
    if (answered) security.life.completed(answered, token, registeredUntil);
    else security.life.refreshed(token, registeredUntil);
  }

  /** SM11 to a REGISTER that changed no contact: new SAs take the place of those that SM1 came on, if it did. */
  confirmed(): void {
    const { security, setup: { set } } = this;
    if (!this.isAnswer || !set) return;
    const { sm1Set } = set.setup;
    if (!sm1Set?.established) return security.life.failed(set);
    security.life.completed(set, sm1Set.token, security.context.scheduler.now());
  }

  /** SM11 that reports a failure, or that the registration is over. */
  failed(): void {
    const { security, setup: { set } } = this;
    if (this.isAnswer && set) security.life.failed(set);
  }

  /** A fault took SM7 from another SA, or from none. */
  #answeredElsewhere(): SaSet | undefined {
    const { security, setup: { facts } } = this;
    return facts.kind === "answer" ? security.table.challenged(facts.nonce) : undefined;
  }

  /** 7.3.1.3: nothing is left of the first challenge; a fault keeps its SAs. */
  #firstOfResynchronisation(): SaSet | undefined {
    const { security, setup: { facts } } = this;
    if (facts.kind !== "report" || !security.context.faults.has("pcscf/ipsec-resync-keeps-first-sas")) {
      return undefined;
    }
    return security.table.challenged(facts.nonce);
  }
}

/** SM4 brings IK and CK for the P-CSCF (6.1.1). */
function keysIn(response: SipResponse): SessionKeys | undefined {
  for (const { parameters } of response.wwwAuthenticate) {
    const [ck, ik] = [parameters.get("ck"), parameters.get("ik")];
    if (ck !== undefined && ik !== undefined) return { ck: fromHex(ck), ik: fromHex(ik) };
  }
  return undefined;
}
