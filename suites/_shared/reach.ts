/** Is somebody reachable? The question behind every "the binding is untouched". */
import type { SipRequest, SipResponse } from "sip-codec";
import type { InviteOptions, Ue } from "../../harness/peer/ue/types.ts";
import { NoAnswer } from "../../harness/peer/no_answer.ts";

export interface Reach {
  /** The INVITE as it arrived at the callee, undefined where none came. */
  readonly invite: SipRequest | undefined;
  readonly delivered: boolean;
  /** What the caller was told, undefined where nothing came. */
  readonly final: SipResponse | undefined;
}

/**
 * Calls `impu` and looks for the INVITE at `callee`, who answers 486 so that no session is left behind.
 *
 *     caller          network          callee
 *       |--- INVITE ---->|--- INVITE ---->|
 *       |<----- 486 -----|<----- 486 -----|
 */
export async function call(
  caller: Ue,
  impu: string,
  callee: Ue,
  options: InviteOptions & { readonly within?: number } = {},
): Promise<Reach> {
  const { within, ...request } = options;
  const arriving = arrival(callee, within);
  const outgoing = await caller.invite(impu, request);
  const [invite, final] = await Promise.all([arriving, silenceIsUndefined(outgoing.answered())]);
  return { invite, delivered: invite !== undefined, final };
}

/** The next INVITE at `callee`, declined; undefined when none came in time. */
export async function arrival(
  callee: Pick<Ue, "incoming">,
  within?: number,
): Promise<SipRequest | undefined> {
  const incoming = await silenceIsUndefined(callee.incoming("INVITE", within));
  await incoming?.respond(486);
  return incoming?.request;
}

/** What the promise gives; undefined where the device stayed silent. */
export async function silenceIsUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}
