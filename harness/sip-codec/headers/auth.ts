/**
 * Challenges and credentials: WWW-Authenticate, Proxy-Authenticate, Authorization, Proxy-Authorization,
 * Authentication-Info (RFC 3261 20.6, 20.7, 20.27, 20.28, 20.44, 25.1; RFC 8760; RFC 3310; TS 24.229 7.2A).
 */
import { type Cursor, readAll } from "../cursor.ts";
import { is, isBlank, TOKEN } from "../grammar.ts";
import { NO_PARAMS, Params, type ParamsInit, paramsOf, type Quoting } from "../params.ts";
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
  /** What follows the scheme in place of parameters: a Bearer token (RFC 8898 2, RFC 7235 2.1). */
  readonly token68?: string;
}

export interface AuthInit {
  readonly scheme: string;
  readonly parameters: ParamsInit;
  readonly token68?: string;
}

/** challenge = auth-scheme LWS auth-param *( COMMA auth-param ); one per field (RFC 3261 7.3.1). */
export function parseChallenge(text: string, field = "WWW-Authenticate"): Challenge {
  return readAll(readChallenge, text, field);
}

export function parseCredentials(text: string, field = "Authorization"): Credentials {
  return readAll(readCredentials, text, field);
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

/** Scheme and parameters, of any scheme. */
export function readChallenge(cursor: Cursor): Challenge {
  return { scheme: readScheme(cursor), parameters: readCommaParams(cursor) };
}

/** Scheme and parameters, or scheme and token. */
export function readCredentials(cursor: Cursor): Credentials {
  const scheme = readScheme(cursor);
  const token = token68(cursor);
  if (token === undefined) return { scheme, parameters: readCommaParams(cursor) };
  return { scheme, parameters: NO_PARAMS, token68: token };
}

function readScheme(cursor: Cursor): string {
  const scheme = cursor.run(TOKEN, "an authentication scheme");
  if (!isBlank(cursor.code) || cursor.done) {
    cursor.fail(`found ${cursor.found()}, need white space after the scheme`);
  }
  cursor.blanks();
  return scheme;
}

/** 1*( ALPHA / DIGIT / "-._~+/" ) *"=" if that is all there is. */
function token68(cursor: Cursor): string | undefined {
  const { text, at: start, end } = cursor;
  let at = start;
  while (at < end && (is(text.charCodeAt(at), TOKEN) || text.charCodeAt(at) === 0x2f)) at++;
  while (at < end && text.charCodeAt(at) === 0x3d) at++;
  if (at !== end || at === start) return undefined;
  cursor.at = end;
  return text.slice(start, end);
}

function format(value: AuthInit, rule: (name: string) => Quoting): string {
  if (value.token68 !== undefined) return `${value.scheme} ${value.token68}`;
  return `${value.scheme} ${paramsOf(value.parameters).written(rule).join(", ")}`;
}
