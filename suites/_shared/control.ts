/**
 * Controls: what must go well beside what must not. Without one, a device that refuses or loses everything passes every
 * case in which something is refused. They are preconditions: where one fails the case is inconclusive.
 */
import { PeerViolation } from "../../harness/errors.ts";
import type { AkaChallenge, ReceivedChallenge, Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { call } from "./reach.ts";
import { asserted } from "./register.ts";

type Given = Pick<CaseContext, "given">;

/**
 * A call in order, from the caller's first identity: it gets to the callee, asserted as who it is from.
 *
 *     caller                network              callee
 *       |--- INVITE ---------->|--- INVITE -------->|   P-Asserted-Identity: the caller
 *       |<-- 486 --------------|<-- 486 ------------|
 */
export async function servedAsItself({ given }: Given, caller: Ue, callee: Ue): Promise<void> {
  const [own, target] = [caller.identity.impus[0]!, callee.identity.impus[0]!];
  const reaching = call(caller, target, callee);
  await given(`a call of ${own} arrives under its own name`, arrives(reaching, own));
}

async function arrives(reaching: ReturnType<typeof call>, identity: string): Promise<boolean> {
  return asserted((await reaching).invite).includes(identity);
}

/** RAND, AUTN and what the ISIM makes of them, of a challenge that must be one of IMS AKA. */
export function akaIn({ given }: Given, challenge: ReceivedChallenge): Promise<AkaChallenge> {
  const { aka, parameters } = challenge;
  return given(
    `a challenge of IMS AKA, not of ${parameters.get("algorithm") ?? "no algorithm"}, with RAND and AUTN`,
    aka ? aka : Promise.reject(new PeerViolation("the nonce holds no RAND and AUTN")),
  );
}
