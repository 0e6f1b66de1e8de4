/** What a REGISTER is authenticated with, out of the HSS's answer: TS 33.203 6.1.1, N.2.1.1, P.4.2. */
import type { SipRequest } from "sip-codec";
import { homeCredentials } from "../credentials.ts";
import type { AkaVector, AuthenticationData, DigestVector, LineIdentifier } from "../cx.ts";
import type { RegistrationIdentity } from "../identity.ts";
import { type Authentication, type AuthenticationState, isForIpsec, type Known } from "./authentication.ts";
import { emptyVector } from "./bundled.ts";
import { DigestSecrets } from "./digest_secrets.ts";
import { locationsOf } from "./line.ts";

/** The vector to challenge with, the line to compare, or a status. */
export async function vectorFor(
  engine: Authentication,
  state: AuthenticationState,
  request: SipRequest,
  who: RegistrationIdentity,
  known: Known,
): Promise<AkaVector | DigestVector | LineIdentifier | number> {
  const { context, realm } = engine;
  const { faults, policy } = context;
  if (known.scheme === "digest" && state.secrets) return state.secrets.current;
  const early = faults.has("scscf/challenges-before-asking") && known.requested !== "aka" && !state.secrets;
  if (early) return emptyVector(realm);
  const hint = homeCredentials(request)?.get("algorithm")?.toLowerCase() ?? "";
  const vector = await ask(engine, state, who, known, hint);
  if (typeof vector === "number") return vector;
  const secured = isForIpsec(request);
  switch (vector.scheme) {
    case "giba":
      // P.4.2 step 2 has said that this is no GIBA.
      return 403;
    case "nba":
      return secured ? 403 : vector;
    case "digest":
      // P.4.2 step 1: the flag says IMS AKA, and this user has none.
      if (secured && !faults.has("scscf/flag-no-is-digest") && !faults.has("scscf/leaves-aka-to-the-hss")) {
        return 403;
      }
      if (faults.has("scscf/refuses-plain-digest")) return 403;
      if (faults.has("scscf/line-is-proof")) {
        const [line] = locationsOf(request);
        if (line !== undefined) return { scheme: "nba", line };
      }
      if (state.secrets) state.secrets.take(vector);
      else state.secrets = new DigestSecrets(context, vector);
      return state.secrets.current;
  }
  if (!policy.akaWithoutSecAgree && !secured) return 403;
  // N.1, 6.1.0: an AKA subscriber is never bid down to a password.
  if (
    faults.has("scscf/password-for-aka-without-sec-agree") ||
    faults.has("scscf/password-for-aka-on-hint") && hint === "md5"
  ) {
    return emptyVector(realm);
  }
  return state.lastVector = vector;
}

/** 6.1.1: a vector that is here already, first in, first out, else what the HSS says. */
async function ask(
  engine: Authentication,
  state: AuthenticationState,
  who: RegistrationIdentity,
  known: Known,
  hint: string,
): Promise<AuthenticationData | number> {
  const { faults } = engine.context;
  const kept = state.vectors.shift();
  if (kept) return kept;
  const vector = await engine.fetch({ ...who, scheme: schemeToAskFor(known, hint, faults) }, state);
  if (typeof vector === "number") {
    const again = state.lastVector && faults.has("scscf/reuses-vector-without-hss");
    return again ? state.lastVector! : vector;
  }
  const last = faults.has("scscf/last-vector-first") ? state.vectors.pop() : undefined;
  if (!last || vector.scheme !== "aka") return vector;
  state.vectors = [...state.vectors.toReversed(), vector];
  return last;
}

/** P.4: by the network's marks and the subscription, never by what the UE asks for. */
function schemeToAskFor(
  { requested }: Known,
  hint: string,
  faults: Authentication["context"]["faults"],
): "Digest-AKAv1-MD5" | "SIP Digest" | "Unknown" {
  if (faults.has("scscf/follows-ue-algorithm") && hint.startsWith("akav")) return "Digest-AKAv1-MD5";
  // Step 1: an HSS of an earlier release has to be told (P.4.1).
  if (requested === "aka" && !faults.has("scscf/leaves-aka-to-the-hss")) return "Digest-AKAv1-MD5";
  const digest = faults.has("scscf/always-asks-digest") || faults.has("scscf/flag-no-is-digest");
  return digest ? "SIP Digest" : "Unknown";
}
