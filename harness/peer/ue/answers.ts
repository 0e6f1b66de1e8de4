/**
 * Credentials for a challenge: right ones by default, wrong in exactly the fields a case names. What is altered is
 * altered consistently: the response is computed over the altered fields, so that the device has to notice the
 * field itself and not merely a digest that does not fit (TS 33.203 6.1.1, N.2.1.1; RFC 2617, RFC 3310).
 */
import {
  akaPassword,
  AUTS_PASSWORD,
  digestResponse,
  formatAuts,
  formatNonceCount,
  rspauth,
} from "../../crypto/mod.ts";
import { parseDigestAlgorithm, type Password, type Qop } from "../../crypto/mod.ts";
import { LocalMisuseError, PeerViolation } from "../../errors.ts";
import { type Credentials, Params, type SipResponse } from "sip-codec";
import { isAka, type Means } from "./challenge.ts";
import { lenient } from "./lenient.ts";
import type { NonceCounts } from "./nonce_counts.ts";
import type { AnswerOptions, Random, ReceivedChallenge } from "./types.ts";

/** Who answers, for which request. */
export interface AnswerContext extends Means {
  readonly impi: string;
  readonly method: string;
  /** The digest-uri: what the request's Request-URI is. */
  readonly uri: string;
  readonly body: Uint8Array;
  readonly counts: NonceCounts;
  readonly random: Random;
}

/** Credentials, and what is needed to verify that the network knows the secret as well. */
export interface Answer {
  readonly credentials: Credentials;
  /** rspauth as the network has to compute it (RFC 2617 3.2.3); undefined for answers that prove nothing. */
  readonly expectedRspauth: string | undefined;
}

/**
 * @throws PeerViolation if the challenge asks for what the subscriber does not have, and `options` do not give it
 * @throws LocalMisuseError for an AUTS that no ISIM can compute
 */
export function answerTo(
  received: ReceivedChallenge,
  options: AnswerOptions,
  context: AnswerContext,
): Answer {
  const fields = fieldsOf(received, options, context);
  const failure = failureOf(received, options, context);
  if (failure === "mac") return finish(macFailure(fields, received), undefined, options);

  const password = failure ? AUTS_PASSWORD : passwordOf(received, options, context, fields.algorithm);
  const secret = { username: fields.username, realm: fields.realm, password };
  const method = options.method ?? context.method;
  const hashed = { ...fields, ...secret, algorithm: computable(fields.algorithm, received) };
  const parameters = new Params(inOrder(fields, digestResponse({ ...hashed, method, body: context.body })));
  copyOpaque(received, parameters);
  if (failure) parameters.set("auts", failure.auts);
  else if (received.aka) context.isim?.accept(received.aka);
  return finish(parameters, rspauth(hashed), options);
}

/**
 * Whether Authentication-Info proves that the network knows the secret (TS 33.203 N.2.1.1: the UE shall compare).
 * Undefined where the response has no such field, or where no answer of ours was sent to compare it with.
 */
export function rspauthHolds(response: SipResponse, answer: Answer | undefined): boolean | undefined {
  if (!answer || !response.has("Authentication-Info")) return undefined;
  const given = lenient(() => response.authenticationInfo?.get("rspauth"));
  return given !== undefined && given.toLowerCase() === answer.expectedRspauth;
}

interface Fields {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly algorithm: string;
  /** Whether `algorithm` is written: RFC 2617 3.2.2 wants it if the challenge had it. */
  readonly namesAlgorithm: boolean;
  readonly qop: Qop;
  readonly nc: number;
  readonly cnonce: string;
  readonly explicit: { readonly nc: boolean; readonly cnonce: boolean };
}

function fieldsOf(received: ReceivedChallenge, options: AnswerOptions, context: AnswerContext): Fields {
  const { parameters } = received;
  const nonce = options.nonce ?? parameters.get("nonce") ?? "";
  const qop = options.qop ?? offeredQop(parameters.get("qop"));
  return {
    username: options.username ?? context.impi,
    realm: options.realm ?? parameters.get("realm") ?? "",
    nonce,
    uri: options.uri ?? context.uri,
    algorithm: options.algorithm ?? parameters.get("algorithm") ?? "MD5",
    namesAlgorithm: options.algorithm !== undefined || parameters.has("algorithm"),
    qop,
    // A count the case chose is its own business and leaves the UE's counter where it is.
    nc: options.nc ?? (qop === "none" ? 1 : context.counts.next(nonce)),
    cnonce: options.cnonce ?? context.random.token(16),
    explicit: { nc: options.nc !== undefined, cnonce: options.cnonce !== undefined },
  };
}

/** RFC 2617 3.2.1: a client picks one; TS 33.203 N.2.1.1 has only "auth". */
function offeredQop(offered: string | undefined): Qop {
  const values = (offered ?? "").toLowerCase().split(",").map((value) => value.trim());
  if (values.includes("auth")) return "auth";
  return values.includes("auth-int") ? "auth-int" : "none";
}

/** What a case told us to report, else what the ISIM says of the challenge. */
function failureOf(
  received: ReceivedChallenge,
  options: AnswerOptions,
  context: AnswerContext,
): "mac" | { readonly auts: string } | undefined {
  if (options.macFailure) return "mac";
  const { aka } = received;
  if (options.auts instanceof Uint8Array) return { auts: formatAuts(options.auts) };
  if (options.auts) {
    if (!context.isim) throw new LocalMisuseError('"auts" needs a subscriber with an ISIM');
    if (!aka) throw unanswerable(received, context);
    return { auts: formatAuts(context.isim.auts(aka.rand, options.auts.sqn)) };
  }
  if (!aka || options.res !== undefined || options.password !== undefined || options.macFailure === false) {
    return undefined;
  }
  if (!aka.macOk) return "mac"; // TS 33.203 6.1.2.2
  if (!aka.sqnOk && context.isim) return { auts: formatAuts(context.isim.auts(aka.rand)) }; // 6.1.3
  return undefined;
}

function passwordOf(
  received: ReceivedChallenge,
  options: AnswerOptions,
  context: AnswerContext,
  algorithm: string,
): Password {
  if (options.password !== undefined) return options.password;
  const { aka } = received;
  if (aka) {
    const res = options.res === "wrong" ? flipped(aka.res) : options.res ?? aka.res;
    // Another algorithm than an AKA one was asked for by the case: RES then serves as the password as it is.
    const version = parseDigestAlgorithm(algorithm)?.akaVersion;
    return version === undefined ? res : akaPassword(algorithm, { res, ck: aka.ck, ik: aka.ik });
  }
  if (options.res instanceof Uint8Array) return options.res;
  const { password } = context;
  if (password === undefined || !received.challenge || isAka(received.challenge)) {
    throw unanswerable(received, context);
  }
  return options.res === "wrong" ? `${password}!` : password;
}

/** The network asked for something that this subscriber does not have: that is its mistake, not the case's. */
function unanswerable({ status, challenge }: ReceivedChallenge, { impi }: AnswerContext): PeerViolation {
  const algorithm = challenge?.parameters.get("algorithm") ?? "MD5";
  const found = challenge ? `asks for "${algorithm}"` : "carries no challenge that can be read";
  return new PeerViolation(`The ${status} ${found}, which "${impi}" has no secret to answer`);
}

/** An algorithm no one knows, sent by a case on purpose, is computed as the one that was asked for. */
function computable(algorithm: string, received: ReceivedChallenge): string {
  if (parseDigestAlgorithm(algorithm)) return algorithm;
  const asked = received.parameters.get("algorithm");
  return parseDigestAlgorithm(asked) ? asked ?? "MD5" : "MD5";
}

/** TS 33.203 6.1.2.2 with RFC 3310 3.3: an empty response and no AUTS. */
function macFailure(fields: Fields, received: ReceivedChallenge): Params {
  const { username, realm, nonce, uri } = fields;
  const parameters = new Params({ username, realm, nonce, uri, response: "" });
  if (fields.namesAlgorithm) parameters.set("algorithm", fields.algorithm);
  copyOpaque(received, parameters);
  return parameters;
}

function inOrder(fields: Fields, response: string): [string, string][] {
  const { username, realm, nonce, uri, qop, explicit } = fields;
  const pairs: [string, string][] = [
    ["username", username],
    ["realm", realm],
    ["nonce", nonce],
    ["uri", uri],
    ["response", response],
  ];
  if (fields.namesAlgorithm) pairs.push(["algorithm", fields.algorithm]);
  if (qop !== "none") pairs.push(["qop", qop]);
  if (qop !== "none" || explicit.cnonce) pairs.push(["cnonce", fields.cnonce]);
  if (qop !== "none" || explicit.nc) pairs.push(["nc", formatNonceCount(fields.nc)]);
  return pairs;
}

/** RFC 2617 3.2.1: returned unchanged. */
function copyOpaque(received: ReceivedChallenge, parameters: Params): void {
  const opaque = received.parameters.get("opaque");
  if (opaque !== undefined) parameters.set("opaque", opaque);
}

function finish(parameters: Params, expectedRspauth: string | undefined, options: AnswerOptions): Answer {
  const credentials: Credentials = { scheme: "Digest", parameters };
  const last = options.credentials?.(credentials);
  return { credentials: last ?? credentials, expectedRspauth };
}

function flipped(res: Uint8Array): Uint8Array {
  const wrong = res.slice();
  wrong[0] = (wrong[0] ?? 0) ^ 0x01;
  return wrong;
}
