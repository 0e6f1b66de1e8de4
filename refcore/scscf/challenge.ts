/** The challenges of the S-CSCF, as data and as header fields (RFC 3310 3.2, RFC 2617 3.2.1, TS 24.229 5.4.1.2). */
import { formatChallenge, Params } from "sip-codec";
import { buildAkaNonce, parseDigestAlgorithm, toHex } from "../../harness/crypto/mod.ts";
import type { AkaVector, DigestVector } from "../cx.ts";
import type { FaultSet } from "../faults.ts";
import type { BoxContext } from "../types.ts";

/** A challenge that waits for its answer. */
export interface OpenChallenge {
  readonly nonce: string;
  readonly vector: AkaVector | DigestVector;
  /** Of the REGISTER that drew it. */
  readonly callId: string;
  readonly impu: string;
  /** How many synchronisation failures led here. */
  readonly resynchronisations: number;
  readonly stale: boolean;
}

/** nonce = base64(RAND || AUTN || server data) (RFC 3310 3.2). */
export function akaNonce(context: BoxContext, vector: AkaVector): string {
  const { rand, autn } = vector;
  const serverData = context.random.bytes(8);
  if (context.faults.has("scscf/autn-before-rand")) {
    return buildAkaNonce({ rand: autn, autn: rand, serverData });
  }
  return buildAkaNonce({ rand, autn, serverData });
}

/** N.2.1.1: random, for each challenge anew. */
export function digestNonce(context: BoxContext): string {
  if (context.faults.has("scscf/nonce-from-clock")) {
    return Math.floor(context.scheduler.now() / 1000).toString(16).padStart(16, "0");
  }
  return toHex(context.random.bytes(16));
}

/**
 * WWW-Authenticate. With AKA, ik and ck go along to the P-CSCF (6.1.1, SM4). `forIpsec`: the P-CSCF has said that it
 * makes SAs of them.
 */
export function challengeField(
  challenge: OpenChallenge,
  realm: string,
  faults: FaultSet,
  forIpsec = false,
): string {
  const { nonce, vector, stale } = challenge;
  // N.2.1.1: the qop of the SD-AV.
  const qop = vector.scheme === "digest" ? vector.qop : "auth";
  const parameters = new Params({ realm, nonce, algorithm: vector.algorithm, qop });
  // RFC 3310 3.2, TS 24.229 5.4.1.2.1: the realm is the home domain, whichever S-CSCF asks.
  if (vector.scheme === "aka" && faults.has("scscf/realm-is-own-name")) {
    parameters.set("realm", `scscf.${realm}`);
  }
  if (stale) parameters.set("stale", "true");
  if (vector.scheme === "aka") {
    // X.2.3.3: with AKAv2 inside TLS the keys stay where they are.
    if (forIpsec || parseDigestAlgorithm(vector.algorithm)?.akaVersion === 1) {
      if (!faults.has("scscf/omits-ck")) parameters.set("ck", toHex(vector.ck));
      parameters.set("ik", toHex(vector.ik));
    }
  } else {
    if (faults.has("scscf/omits-algorithm")) parameters.delete("algorithm");
    // RFC 2617 3.2.1: algorithm is a token, qop-options stands in quotes.
    if (faults.has("scscf/misquotes-challenge")) {
      parameters.setRaw("algorithm", `"${vector.algorithm}"`).setRaw("qop", "auth");
    }
  }
  return formatChallenge({ scheme: "Digest", parameters });
}
