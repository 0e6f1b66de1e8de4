/** What becomes of a REGISTER, as far as its protection decides it. */
import type { ServerTransaction } from "../../stack.ts";
import { judgeClear } from "./judge_clear.ts";
import { judgeProtected } from "./judge_protected.ts";
import type { Judgement } from "./judgement.ts";
import { factsOf } from "./register_facts.ts";
import type { PcscfSecurity } from "./security.ts";

/** Throws SipSyntaxError for a REGISTER that cannot be read where it has to be. */
export function judge(security: PcscfSecurity, server: ServerTransaction): Judgement {
  const facts = factsOf(server.request);
  const set = security.setOf(server.flow);
  return set ? judgeProtected(security, server, facts, set) : judgeClear(security, server, facts);
}
