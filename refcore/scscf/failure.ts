/** SM10: the answer to a failed authentication carries no security parameters (TS 33.203 6.1.2.2, N.2.2.1). */
import type { ResponseOptions } from "sip-codec";
import type { BoxContext } from "../types.ts";
import { challengeField, type OpenChallenge } from "./challenge.ts";

export function failureResponse(
  context: BoxContext,
  open: OpenChallenge | undefined,
): ResponseOptions {
  const { faults, home } = context;
  const headers: Record<string, string> = {};
  if (open?.vector.scheme === "aka" && faults.has("scscf/failure-carries-challenge")) {
    headers["WWW-Authenticate"] = challengeField(open, home.domain, faults);
  }
  if (open?.vector.scheme !== "aka" && faults.has("scscf/failure-carries-rspauth")) {
    headers["Authentication-Info"] = `qop=auth, rspauth="${context.token()}"`;
  }
  return { headers };
}
