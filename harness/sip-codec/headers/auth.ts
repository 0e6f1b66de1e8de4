/**
 * Challenges and credentials: WWW-Authenticate, Proxy-Authenticate, Authorization, Proxy-Authorization,
 * Authentication-Info (RFC 3261 20.6, 20.7, 20.27, 20.28, 20.44, 25.1; RFC 8760; RFC 3310; TS 24.229 7.2A).
 */
import { type Cursor, readAll } from "../cursor.ts";
import { isBlank, TOKEN } from "../grammar.ts";
import { Params, type ParamsInit, paramsOf, type Quoting } from "../params.ts";
import { readCommaParams } from "../read_params.ts";

/** One field of WWW-Authenticate or Proxy-Authenticate: scheme as written ("Digest"). */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Params;
}

/** One field of Authorization or Proxy-Authorization. */
export interface Credentials {
  readonly scheme: string;
  readonly parameters: Params;
}

export interface AuthInit {
  readonly scheme: string;
  readonly parameters: ParamsInit;
}

/** challenge = auth-scheme LWS auth-param *( COMMA auth-param ); one per field (RFC 3261 7.3.1). */
export function parseChallenge(text: string, field = "WWW-Authenticate"): Challenge {
  return readAll(readAuth, text, field);
}

export function parseCredentials(text: string, field = "Authorization"): Credentials {
  return readAll(readAuth, text, field);
}

export function parseAuthenticationInfo(text: string, field = "Authentication-Info"): Params {
  return readAll(readCommaParams, text, field);
}

/** Parameters that were parsed stand as they stood; others by the quoting rules of a Digest challenge. */
export function formatChallenge(challenge: AuthInit): string {
  return format(challenge, (name) => CHALLENGE_PLAIN.has(name) ? "plain" : "quoted");
}

/** Parameters that were parsed stand as they stood; others by the quoting rules of Digest credentials. */
export function formatCredentials(credentials: AuthInit): string {
  return format(credentials, (name) => CREDENTIALS_PLAIN.has(name) ? "plain" : "quoted");
}

export function formatAuthenticationInfo(parameters: ParamsInit): string {
  return new Params(parameters).written((name) => INFO_PLAIN.has(name) ? "plain" : "quoted").join(", ");
}

/** Unquoted in a challenge (RFC 3261 25.1); everything else is quoted. */
const CHALLENGE_PLAIN = new Set(["stale", "algorithm"]);
/** Unquoted in credentials (RFC 3261 25.1); integrity-protected is quoted (TS 24.229 7.2A.2). */
const CREDENTIALS_PLAIN = new Set(["algorithm", "qop", "nc"]);
const INFO_PLAIN = new Set(["qop", "nc"]);

/** Scheme and parameters, of any scheme that has parameters. */
export function readAuth(cursor: Cursor): Challenge {
  const scheme = cursor.run(TOKEN, "an authentication scheme");
  if (!isBlank(cursor.code) || cursor.done) {
    cursor.fail(`found ${cursor.found()}, need white space after the scheme`);
  }
  cursor.blanks();
  return { scheme, parameters: readCommaParams(cursor) };
}

function format(value: AuthInit, rule: (name: string) => Quoting): string {
  return `${value.scheme} ${paramsOf(value.parameters).written(rule).join(", ")}`;
}
