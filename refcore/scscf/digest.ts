/** Judging a Digest answer in REGISTER: TS 33.203 N.2.1.1, N.2.2.1, N.2.3, N.2.5. */
import { formatAuthenticationInfo, type Params, type SipRequest } from "sip-codec";
import { digestResponse, type DigestSecret, rspauth } from "../../harness/crypto/mod.ts";
import { type DigestAnswer, type ExpectedAnswer, proves, readAnswer } from "../credentials.ts";
import type { DigestVector } from "../cx.ts";
import { derivedImpi, type RegistrationIdentity } from "../identity.ts";
import type { Authentication, AuthenticationResult, AuthenticationState } from "./authentication.ts";
import type { OpenChallenge } from "./challenge.ts";
import { protection } from "./scheme.ts";

/** The answer may be to the open challenge, to the one that was last answered, or to a nonce nobody knows. */
export async function answerDigest(
  engine: Authentication,
  state: AuthenticationState,
  request: SipRequest,
  answer: Params,
  who: RegistrationIdentity,
): Promise<AuthenticationResult> {
  const { faults } = engine.context;
  const secrets = (await engine.secrets(state, who))!;
  const expected: ExpectedAnswer = {
    realm: engine.realm,
    algorithm: secrets.current.algorithm,
    method: request.method,
    uris: [`sip:${engine.realm}`],
  };
  const read = readAnswer(answer, expected, faults);
  if (read === "malformed") return { type: "refused", status: 400 };
  const { open, used } = state;
  const isOpen = answer.get("nonce") === open?.nonce;
  const isUsed = answer.get("nonce") === used?.challenge.nonce;
  const stored = used?.nc ?? 0;
  // N.2.3: the count of a success is stored, not that of an attempt.
  if (isUsed && read !== "mismatch" && faults.has("scscf/counts-before-verifying")) {
    used!.nc = Math.max(used!.nc, read.nc);
  }
  if (isOpen) engine.close(state);
  if (isOpen && open?.stale && faults.has("scscf/refuses-after-stale")) return { type: "failed", open };

  const vector = read === "mismatch"
    ? undefined
    : await verifying(engine, secrets.vectors, read, expected, who);
  if (read === "mismatch" || vector === undefined) {
    if (faults.has("scscf/stale-for-wrong-password")) return await stale(engine, state, request, who);
    return { type: "failed", open: isOpen ? open : undefined };
  }
  // Empty but for faults.
  const shared = engine.issuedBefore(read.nonce);
  const revived = isUsed && protection(request) === "tls-pending" &&
    faults.has("scscf/tls-pending-revives-nonce");
  if (!isOpen && !(isUsed && countFits(engine, read.nc, stored)) && !shared && !revived) {
    // N.2.3: the user knows the password, but the nonce or its count is out of date.
    return await stale(engine, state, request, who);
  }
  secrets.verified(vector);
  const challenge = isOpen ? open! : used?.challenge ?? { ...NO_CHALLENGE, nonce: read.nonce, vector };
  state.used = { challenge, nc: read.nc };
  const shown = faults.has("scscf/rspauth-of-newest-password") ? secrets.current : vector;
  return {
    type: "accepted",
    scheme: "digest",
    authenticationInfo: authenticationInfo(engine, state, read, expected, shown),
  };
}

const NO_CHALLENGE = { callId: "", impu: "", resynchronisations: 0, stale: false } as const;

/** N.2.3: the count of an answer on a nonce that was used is higher than the one of the last success. */
function countFits(engine: Authentication, nc: number, stored: number): boolean {
  return nc > stored || nc === stored && engine.context.faults.has("scscf/accepts-repeated-nonce-count");
}

/** The SD-AV under which the response is right, the newest first (N.2.5). */
async function verifying(
  engine: Authentication,
  vectors: readonly DigestVector[],
  read: DigestAnswer,
  expected: ExpectedAnswer,
  who: RegistrationIdentity,
): Promise<DigestVector | undefined> {
  const { faults } = engine.context;
  if (faults.has("scscf/accepts-any-impi-in-answer") && read.username !== derivedImpi(who.impu)) {
    const other = await engine.fetch({
      impi: read.username,
      impu: `sip:${read.username}`,
      scheme: "SIP Digest",
    });
    if (typeof other !== "number" && other.scheme === "digest" && proves(read, other, expected, faults)) {
      return other;
    }
  }
  return vectors.find((vector) => {
    const secret: DigestSecret = faults.has("scscf/ignores-username") && vector.password !== undefined
      ? { username: read.username, realm: vector.realm, password: vector.password }
      : { ha1: vector.ha1 };
    return proves(read, secret, expected, faults) || proves(read, { ha1: vector.ha1 }, expected, faults);
  });
}

async function stale(
  engine: Authentication,
  state: AuthenticationState,
  request: SipRequest,
  who: RegistrationIdentity,
): Promise<AuthenticationResult> {
  return await engine.challenge(state, request, who, { scheme: "digest" }, { stale: true });
}

/** RFC 2617 3.2.3; the UE authenticates the network by rspauth (N.2.1.1). */
function authenticationInfo(
  engine: Authentication,
  state: AuthenticationState,
  read: DigestAnswer,
  expected: ExpectedAnswer,
  vector: DigestVector,
): string {
  const { faults, policy } = engine.context;
  const { nonce, uri, cnonce, ncText, qop } = read;
  const input = { ha1: vector.ha1, algorithm: expected.algorithm, nonce, uri, cnonce, nc: ncText, qop };
  const proof = proofOf(input, expected.method, faults);
  const fields: Record<string, string> = { qop: "auth", rspauth: proof, cnonce, nc: ncText };
  if (policy.nextNonce) {
    const next: OpenChallenge = { ...NO_CHALLENGE, nonce: engine.context.token(), vector };
    state.used = { challenge: next, nc: 0 };
    fields["nextnonce"] = next.nonce;
  }
  return formatAuthenticationInfo(fields);
}

function proofOf(
  input: Parameters<typeof rspauth>[0],
  method: string,
  faults: ReadonlySet<string>,
): string {
  if (faults.has("scscf/empty-rspauth")) return "";
  // RFC 2617 3.2.3: A2 of the network's answer is ":" and the URI.
  return faults.has("scscf/rspauth-with-method") ? digestResponse({ ...input, method }) : rspauth(input);
}
