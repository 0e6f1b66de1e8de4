/**
 * Whether a message came by the way that TS 33.203 has for it: rule 4 of 7.1 for what came in the clear, 7.4.1a for
 * what came under an SA.
 */
import { SipRequest, type SipResponse } from "sip-codec";
import type { Association } from "./association.ts";
import type { Begun } from "./transactions.ts";

/** In words why it is to be discarded; undefined where it is not. `set`: what it came under. */
export function objection(
  message: SipRequest | SipResponse,
  set: Association | undefined,
  begun: Begun | undefined,
): string | undefined {
  return message instanceof SipRequest ? toRequest(message, set) : toResponse(message, set, begun);
}

function toRequest({ method }: SipRequest, set: Association | undefined): string | undefined {
  if (!set) return `${method} came in the clear, needs an SA (7.1)`;
  switch (set.phase) {
    case "new":
      return `${method} came under ${named(set)}, before SM12 (7.4.1a)`;
    case "deleted":
      return `${method} came under ${named(set)}, which was deleted (7.4.1a)`;
  }
  return undefined;
}

function toResponse(
  response: SipResponse,
  set: Association | undefined,
  begun: Begun | undefined,
): string | undefined {
  // No request of ours: nobody waits for it, and it is shown as a stray message.
  if (!begun || begun.set === set || reportsFailure(response, set, begun)) return undefined;
  return `${response.status} came ${how(set)}, needs to come ${how(begun.set)} as its request went (7.4.1a)`;
}

/**
 * A failure after SM7: in the clear where SM1 was, else under the old SAs; only that of the user's authentication is
 * said to come under the new ones, which is let in for all.
 */
function reportsFailure({ status }: SipResponse, set: Association | undefined, { first }: Begun): boolean {
  return status >= 300 && first !== undefined && first.set === set;
}

function how(set: Association | undefined): string {
  return set ? `under ${named(set)}` : "in the clear";
}

function named({ name, phase }: Association): string {
  return `"${name}" (${phase})`;
}
