/** A challenge to a re-registration, which it is for the home network to give or not (TS 33.203 6.1.1). */
import { PeerViolation } from "../../harness/errors.ts";
import type { ReceivedChallenge, RegisterOptions, Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";

/**
 * For a check of the P-CSCF to await. A home network that grants it unasked says nothing of the P-CSCF: then the case is
 * inconclusive. An error and silence are left to the check.
 */
export async function challengedAgain(
  { given }: Pick<CaseContext, "given">,
  ue: Ue,
  options?: RegisterOptions,
): Promise<ReceivedChallenge> {
  try {
    return await ue.challenge(options);
  } catch (error) {
    const granted = error instanceof PeerViolation && error.status !== undefined && error.status < 300;
    if (granted) await given("the home network challenges a re-registration", Promise.reject(error));
    throw error;
  }
}
