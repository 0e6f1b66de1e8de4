/** Judging the answer to an AKA challenge: TS 33.203 6.1.1 to 6.1.3, RFC 3310 3.3 and 3.4, Annex X. */
import type { Params, SipRequest } from "sip-codec";
import { akaPassword, AkaSyntaxError, parseAuts } from "../../harness/crypto/mod.ts";
import { proves, readAnswer } from "../credentials.ts";
import type { AkaVector } from "../cx.ts";
import type { RegistrationIdentity } from "../identity.ts";
import type { Authentication, AuthenticationResult, AuthenticationState } from "./authentication.ts";
import type { OpenChallenge } from "./challenge.ts";

export async function answerAka(
  engine: Authentication,
  state: AuthenticationState,
  open: OpenChallenge,
  request: SipRequest,
  answer: Params,
  who: RegistrationIdentity,
): Promise<AuthenticationResult> {
  if (answer.has("auts")) return await resynchronise(engine, state, open, request, answer, who);
  const { faults } = engine.context;
  if ((answer.get("response") ?? "") === "") {
    // 6.1.2.2: neither a response nor AUTS: the UE could not authenticate the network.
    engine.close(state);
    if (faults.has("scscf/rechallenges-failure-report")) {
      return await engine.challenge(state, request, who, { scheme: "aka" });
    }
    return { type: "failed", open };
  }
  const vector = open.vector as AkaVector;
  // S.4.1: the credential is for one home domain.
  const realm = faults.has("scscf/ignores-aka-realm") ? answer.get("realm") ?? "" : engine.realm;
  const expected = {
    realm,
    algorithm: vector.algorithm,
    method: request.method,
    uris: [`sip:${engine.realm}`],
  };
  const read = readAnswer(answer, expected, faults);
  if (read === "malformed") return { type: "refused", status: 400 };
  const password = akaPassword(vector.algorithm, { res: vector.xres, ik: vector.ik, ck: vector.ck });
  const secret = { username: who.impi, realm, password };
  const right = read !== "mismatch" && proves(read, secret, expected, faults) ||
    faults.has("scscf/accepts-any-response");
  engine.close(state);
  if (right) {
    state.used = { challenge: open, nc: read === "mismatch" ? 1 : read.nc };
    return { type: "accepted", scheme: "aka" };
  }
  // 6.1.2.1: a wrong response ends the run.
  if (faults.has("scscf/rechallenges-after-wrong-response")) {
    return await engine.challenge(state, request, who, { scheme: "aka" });
  }
  return { type: "failed", open };
}

/** 6.1.3: new vectors with the AUTS and the RAND that was sent, and a new challenge. */
async function resynchronise(
  engine: Authentication,
  state: AuthenticationState,
  open: OpenChallenge,
  request: SipRequest,
  answer: Params,
  who: RegistrationIdentity,
): Promise<AuthenticationResult> {
  const { faults, policy } = engine.context;
  const auts = readAuts(answer.get("auts") ?? "");
  // TS 33.102 6.3.7: AUTS has 112 bits.
  if (auts === undefined) {
    if (faults.has("scscf/passes-malformed-auts")) {
      throw new RangeError("AUTS of another length reached the HSS");
    }
    return { type: "refused", status: 400 };
  }
  const count = open.resynchronisations + 1;
  engine.close(state);
  if (count > policy.maxResynchronisations && !faults.has("scscf/endless-resynchronisation")) {
    return { type: "failed", open };
  }
  const { rand } = open.vector as AkaVector;
  // The vectors from before the failure are deleted: the next one is of the new batch.
  const oldBatch = faults.has("scscf/continues-old-batch");
  if (!oldBatch) state.vectors = [];
  const vector = await engine.fetch({
    ...who,
    scheme: "Digest-AKAv1-MD5",
    ...(oldBatch ? {} : { resynchronisation: { rand, auts } }),
  }, state);
  if (typeof vector === "number" || vector.scheme !== "aka") return { type: "failed", open };
  return await engine.challenge(state, request, who, { scheme: "aka" }, {
    resynchronisations: count,
    vector,
  });
}

function readAuts(text: string): Uint8Array | undefined {
  try {
    return parseAuts(text);
  } catch (error) {
    if (error instanceof AkaSyntaxError) return undefined;
    throw error;
  }
}
