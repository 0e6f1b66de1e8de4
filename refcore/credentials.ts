/** Digest credentials of a request, and whether they prove what they claim (RFC 2617 3.2.2, TS 33.203 N.2.1.1). */
import { type Params, parseUri, type SipRequest } from "sip-codec";
import { digestResponse, type DigestSecret } from "../harness/crypto/mod.ts";
import type { FaultSet } from "./faults.ts";

/**
 * The parameters of the Digest credentials in Authorization (or Proxy-Authorization), undefined without any.
 * Throws SipSyntaxError where they cannot be read: a parameter that comes twice, for instance.
 */
export function homeCredentials(
  request: SipRequest,
  field: "authorization" | "proxyAuthorization" = "authorization",
): Params | undefined {
  return request[field].find(({ scheme }) => scheme.toLowerCase() === "digest")?.parameters;
}

/** What the answer has to agree with, beyond the secret. */
export interface ExpectedAnswer {
  readonly realm: string;
  readonly algorithm: string;
  readonly method: string;
  /** The URIs that `uri` may name. */
  readonly uris: readonly string[];
}

export interface DigestAnswer {
  readonly username: string;
  readonly nonce: string;
  readonly response: string;
  readonly uri: string;
  readonly cnonce: string;
  /** The count and how it was written. */
  readonly nc: number;
  readonly ncText: string;
  /** Others than "auth" only where a fault lets them pass. */
  readonly qop: "auth" | "auth-int" | "none";
}

/** Why an answer cannot be taken: the parameters are incomplete, or do not fit the challenge. */
export type AnswerDefect = "malformed" | "mismatch";

/**
 * Reads an answer to a challenge with qop "auth". N.2.1.1 lists what SM7 carries: user name, realm, nonce, response,
 * cnonce, qop, nonce-count, algorithm, digest-uri; one that lacks any of it is malformed.
 */
export function readAnswer(
  params: Params,
  expected: ExpectedAnswer,
  faults: FaultSet,
): DigestAnswer | AnswerDefect {
  const text = (name: string) => params.get(name) ?? "";
  const register = expected.method === "REGISTER";
  const legacy = register && faults.has("scscf/accepts-legacy-response") && !params.has("qop");
  const required = ["username", "realm", "nonce", "response", "algorithm", "uri"];
  if (!legacy) required.push("cnonce", "qop", "nc");
  if (required.some((name) => text(name) === "")) return "malformed";
  const ncText = text("nc");
  const nc = parseInt(ncText, 16);
  const zero = nc === 0 && !(register && faults.has("scscf/accepts-nonce-count-zero"));
  if (!legacy && (!/^[0-9a-f]{8}$/i.test(ncText) || zero)) return "malformed";
  const integrity = text("qop").toLowerCase() === "auth-int" && register &&
    faults.has("scscf/accepts-auth-int");
  if (!legacy && !integrity && text("qop").toLowerCase() !== "auth") return "mismatch";
  if (text("realm") !== expected.realm) return "mismatch";
  if (text("algorithm").toLowerCase() !== expected.algorithm.toLowerCase()) return "mismatch";
  // RFC 2617 3.2.2.5: the resource that the digest is for must be the one asked for.
  const anyUri = register &&
    (faults.has("scscf/ignores-digest-uri") || faults.has("pcscf/serves-foreign-home-domain"));
  if (!anyUri && !expected.uris.some((uri) => sameUri(uri, text("uri")))) return "mismatch";
  return {
    username: text("username"),
    nonce: text("nonce"),
    response: text("response"),
    uri: text("uri"),
    cnonce: text("cnonce"),
    nc,
    ncText,
    qop: legacy ? "none" : integrity ? "auth-int" : "auth",
  };
}

/** Whether the response is the one that the owner of the secret computes for this method. */
export function proves(
  answer: DigestAnswer,
  secret: DigestSecret,
  expected: ExpectedAnswer,
  faults: FaultSet,
): boolean {
  const { nonce, uri, cnonce, ncText, qop } = answer;
  const { algorithm, method } = expected;
  const right = digestResponse({ ...secret, algorithm, method, nonce, uri, cnonce, nc: ncText, qop });
  const given = answer.response.toLowerCase();
  if (faults.has("scscf/compares-response-prefix") && method === "REGISTER") {
    return given.slice(0, 8) === right.slice(0, 8);
  }
  return given === right;
}

function sameUri(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return parseUri(one).equals(other);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
