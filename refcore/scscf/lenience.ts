/** The switches that take something else for the proof that it should be. An honest S-CSCF has none of this. */
import type { Params, SipRequest } from "sip-codec";
import { AkaSyntaxError, parseAkaNonce } from "../../harness/crypto/mod.ts";
import type { FaultSet } from "../faults.ts";
import type { RegistrationIdentity } from "../identity.ts";
import type { Authentication, AuthenticationResult, KnownUser } from "./authentication.ts";
import { isAtAddress } from "./bundled.ts";
import type { OpenChallenge } from "./challenge.ts";
import { protection } from "./scheme.ts";

export async function wronglyAccepted(
  engine: Authentication,
  request: SipRequest,
  who: RegistrationIdentity,
  { requested, hops }: KnownUser,
  answered: boolean,
): Promise<AuthenticationResult | undefined> {
  const { faults } = engine.context;
  if (faults.size === 0) return undefined;
  const flag = protection(request);
  // 5.1.2: what nobody has asked for proves nothing.
  if (answered && !engine.state(who.impi).open && faults.has("scscf/accepts-answer-to-no-challenge")) {
    return { type: "accepted", scheme: "aka" };
  }
  // O.2.2, O.2.3: "authentication pending" means that there is a response, and a right one.
  if (flag === "tls-pending" && !answered && faults.has("scscf/tls-pending-is-proof")) {
    return { type: "accepted", scheme: "digest" };
  }
  const pending = flag === "tls-pending" || flag === "ip-assoc-pending";
  if (pending && answered && faults.has("scscf/pending-flag-skips-check")) {
    engine.close(engine.state(who.impi));
    return { type: "accepted", scheme: "digest" };
  }
  // T.7, cases 4 and 7 to 9: an AKA user is challenged wherever she is.
  if (requested === "aka" && !answered && faults.has("scscf/address-match-skips-aka")) {
    const matches = await isAtAddress(engine, request, who, hops);
    return matches ? { type: "accepted", scheme: "aka" } : undefined;
  }
  return undefined;
}

/** 6.1.3: the HSS is told the RAND that was sent, not the one that comes back. */
export function withRandOf(
  answer: Params,
  open: OpenChallenge,
  faults: FaultSet,
): OpenChallenge | undefined {
  if (!faults.has("scscf/resynchronises-with-rand-of-ue") || !answer.has("auts")) return undefined;
  if (open.vector.scheme !== "aka") return undefined;
  try {
    const { rand } = parseAkaNonce(answer.get("nonce") ?? "");
    return { ...open, vector: { ...open.vector, rand } };
  } catch (error) {
    if (error instanceof AkaSyntaxError) return undefined;
    throw error;
  }
}
