/** A 401 or 407 taken apart: which of its challenges the UE would answer, and what the ISIM makes of it. */
import { parseDigestAlgorithm } from "../../crypto/mod.ts";
import { type Challenge, Params, type SipRequest, type SipResponse } from "sip-codec";
import { lenient } from "./lenient.ts";
import type { Isim } from "./isim.ts";
import type { AnswerOptions, ReceivedChallenge } from "./types.ts";

/** What the subscriber could answer with. */
export interface Means {
  readonly isim?: Isim | undefined;
  readonly password?: string | undefined;
}

/** Any response may be given: one without a usable challenge leaves `challenge` undefined. */
export function takeApart(response: SipResponse, request: SipRequest, means: Means): ReceivedChallenge {
  const challenge = preferred(challenges(response), means);
  const parts = {
    response,
    request,
    status: response.status,
    challenge,
    parameters: challenge?.parameters ?? new Params(),
  };
  const nonce = challenge?.parameters.get("nonce");
  const aka = isAka(challenge) && nonce !== undefined ? means.isim?.inspect(nonce) : undefined;
  return aka ? { ...parts, aka } : parts;
}

export function isChallenge(response: SipResponse): boolean {
  return response.status === 401 || response.status === 407;
}

/** RFC 2617 3.2.1: `stale` says that the answer was right and the nonce too old; any case. */
export function isStale(challenge: Challenge | undefined): boolean {
  return challenge?.parameters.get("stale")?.toLowerCase() === "true";
}

/**
 * Whether an answer can be made: with the subscriber's keys for AKA, a password for plain Digest, or with what
 * `options` bring along.
 */
export function canAnswer(received: ReceivedChallenge, means: Means, options: AnswerOptions = {}): boolean {
  if (!received.challenge) return false;
  const { password, res, auts, macFailure } = options;
  if (password !== undefined || res instanceof Uint8Array || auts instanceof Uint8Array || macFailure) {
    return true;
  }
  if (received.aka) return true;
  const algorithm = algorithmOf(received.challenge);
  return algorithm !== undefined && algorithm.akaVersion === undefined && means.password !== undefined;
}

export function isAka(challenge: Challenge | undefined): boolean {
  return algorithmOf(challenge)?.akaVersion !== undefined;
}

/**
 * RFC 8760 2.3: the first challenge the client can answer, since the server lists the best first. If it can answer
 * none, the first of all, so that a case still sees it.
 */
function preferred(offered: readonly Challenge[], means: Means): Challenge | undefined {
  const usable = offered.filter((challenge) => {
    const algorithm = algorithmOf(challenge);
    if (!algorithm) return false;
    return algorithm.akaVersion === undefined ? means.password !== undefined : means.isim !== undefined;
  });
  return usable[0] ?? offered[0];
}

function algorithmOf(challenge: Challenge | undefined) {
  if (challenge?.scheme.toLowerCase() !== "digest") return undefined;
  return parseDigestAlgorithm(challenge.parameters.get("algorithm"));
}

/** RFC 3261 20.27, 20.44. A malformed field is no challenge; the case still has the response. */
function challenges(response: SipResponse): readonly Challenge[] {
  return lenient(() => response.status === 407 ? response.proxyAuthenticate : response.wwwAuthenticate) ?? [];
}
