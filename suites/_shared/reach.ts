/** Is somebody reachable? The question behind every "the binding is untouched". */
import type { SipRequest, SipResponse } from "sip-codec";
import type { InviteOptions, Ue } from "../../harness/peer/ue/types.ts";
import { NoAnswer, quiet } from "../../harness/peer/no_answer.ts";

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
  const placed = placing(callee);
  const arriving = arrival(callee, within, placed);
  const outgoing = await caller.invite(impu, request);
  placed.as(outgoing.callId);
  const [invite, final] = await Promise.all([arriving, silenceIsUndefined(outgoing.answered())]);
  return { invite, delivered: invite !== undefined, final };
}

/** A call that is being placed to somebody: tells it from those placed before it. */
export interface Placed {
  as(callId: string): void;
  /** Whether an INVITE is of an earlier call, held up on its way. One under a Call-ID that nobody knows is not. */
  isLate(invite: SipRequest): Promise<boolean>;
}

/** By callee: Call-IDs of the calls that have been placed so far. */
const earlier = new WeakMap<object, Set<string>>();

export function placing(callee: object): Placed {
  const known = earlier.get(callee) ?? new Set();
  earlier.set(callee, known);
  const own = Promise.withResolvers<string>();
  return {
    as(callId) {
      own.resolve(callId);
      known.add(callId);
    },
    // The INVITE may arrive before its caller has told the Call-ID.
    isLate: async (invite) => {
      const callId = invite.get("Call-ID") ?? "";
      return known.has(callId) && callId !== await own.promise;
    },
  };
}

/**
 * The next INVITE at `callee`, declined; undefined when none came in time. Late ones are declined as well. What goes
 * wrong with it after a case has ended is nobody's business: a case that is thrown out of its call waits no more.
 */
export function arrival(
  callee: Pick<Ue, "incoming">,
  within?: number,
  placed?: Placed,
): Promise<SipRequest | undefined> {
  return quiet(declined(callee, within, placed));
}

async function declined(
  callee: Pick<Ue, "incoming">,
  within?: number,
  placed?: Placed,
): Promise<SipRequest | undefined> {
  for (;;) {
    const incoming = await silenceIsUndefined(callee.incoming("INVITE", within));
    await incoming?.respond(486);
    if (!incoming || !await placed?.isLate(incoming.request)) return incoming?.request;
  }
}

/** What the promise gives; undefined where the device stayed silent. May be left alone, as what peers give may be. */
export function silenceIsUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  return quiet(promise.catch((error) => {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }));
}
