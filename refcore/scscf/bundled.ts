/**
 * Schemes in which the access network has authenticated the user: one REGISTER, one answer. GIBA (TS 33.203 Annex T) and
 * NBA (Annex R).
 */
import type { SipRequest } from "sip-codec";
import type { DigestVector, LineIdentifier } from "../cx.ts";
import type { RegistrationIdentity } from "../identity.ts";
import type { Authentication, AuthenticationResult, AuthenticationState, Known } from "./authentication.ts";
import { isAtBoundAddress } from "./bound_address.ts";
import type { Hops } from "./hops.ts";
import { isOnLine } from "./line.ts";

/** T.4, T.8.1: the HSS knows the address that the GGSN has given the user. */
export async function byAddress(
  { context, cx, serverName }: Authentication,
  request: SipRequest,
  { impi, impu }: RegistrationIdentity,
  hops: Hops,
): Promise<AuthenticationResult> {
  const { faults } = context;
  if (faults.has("scscf/assigns-before-comparison")) {
    await cx.serverAssignment({ impi, impu, serverName, type: "registration" });
  }
  const scheme = faults.has("scscf/asks-aka-for-giba") ? "Digest-AKAv1-MD5" : "Early-IMS-Security";
  const answer = await cx.multimediaAuth({ impi, impu, serverName, scheme });
  if (faults.has("scscf/any-answer-is-a-match")) return { type: "accepted", scheme: "giba" };
  if (answer.result !== "success") {
    // T.2: who has full security is not bid down.
    const other = answer.result === "auth-scheme-not-supported";
    const bidDown = other && faults.has("scscf/registers-aka-user-by-address");
    return bidDown ? { type: "accepted", scheme: "giba" } : { type: "refused", status: 403 };
  }
  const { vector } = answer;
  if (vector.scheme !== "giba") return { type: "refused", status: 403 };
  if (!isAtBoundAddress(vector, request, hops, faults)) return { type: "failed", open: undefined };
  const authenticationInfo = faults.has("scscf/authentication-info-in-giba")
    ? { authenticationInfo: `qop=auth, rspauth="${context.token()}"` }
    : {};
  return { type: "accepted", scheme: "giba", bound: vector, ...authenticationInfo };
}

/** Whether a request of a GIBA user comes from her address as the HSS has it now (T.4). */
export async function isAtAddress(
  engine: Authentication,
  request: SipRequest,
  who: { readonly impi: string; readonly impu: string },
  hops: Hops,
): Promise<boolean> {
  const bound = await engine.fetch({ ...who, scheme: "Early-IMS-Security" });
  return typeof bound !== "number" && bound.scheme === "giba" &&
    isAtBoundAddress(bound, request, hops, engine.context.faults);
}

/** R.3 steps 8 and 9. A user of NBA is never asked for a password, wherever she is (P.4.2, condition 3). */
export async function byLine(
  engine: Authentication,
  state: AuthenticationState,
  request: SipRequest,
  who: RegistrationIdentity,
  known: Known,
  line: LineIdentifier,
): Promise<AuthenticationResult> {
  const { context: { faults, home }, aware, realm } = engine;
  const hops = known.hops ?? { proxy: undefined, ue: undefined };
  const facts = { hops, aware, homeDomain: home.domain, registered: known.scheme === "nba" };
  const right = isOnLine(line, request, facts, faults);
  const asks = faults.has(right ? "scscf/challenges-nba-user" : "scscf/digest-after-wrong-line");
  if (asks) return await engine.challenge(state, request, who, known, { vector: emptyVector(realm) });
  return right ? { type: "accepted", scheme: "nba" } : { type: "failed", open: undefined };
}

/** For a user who has no password; only a fault challenges with it. */
export function emptyVector(realm: string): DigestVector {
  return { scheme: "digest", realm, algorithm: "MD5", qop: "auth", ha1: "" };
}
