/** HTTP Digest as SIP uses it: RFC 2617, RFC 7616, RFC 3261 22.4, RFC 8760. Pure computation. */
import { concat, utf8 } from "../wire/bytes.ts";
import { type DigestAlgorithm, hashHex, parseDigestAlgorithm } from "./digest_algorithm.ts";

/** Text is taken as UTF-8; octets (the binary RES of AKA) are taken as they are. */
export type Password = string | Uint8Array;

export type Qop = "auth" | "auth-int" | "none";

/** Who answers: either H(A1) as an HSS stores it (never of the `-sess` kind), or user name, realm and password. */
export type DigestSecret =
  | { readonly ha1: string }
  | { readonly username: string; readonly realm: string; readonly password: Password };

export interface DigestFields {
  /** As in the challenge; default "MD5". Throws RangeError if unknown. */
  readonly algorithm?: string;
  readonly nonce: string;
  /** A count, or the eight hexadecimal digits as they stand in the message. */
  readonly nc?: number | string;
  readonly cnonce?: string;
  /** Default "none": the challenge offered no qop (RFC 2617 3.2.2.1). */
  readonly qop?: Qop;
  readonly method: string;
  /** digest-uri-value, exactly as in the `uri` parameter. */
  readonly uri: string;
  /** For auth-int: the entity body. */
  readonly body?: Uint8Array;
}

/** `response` of Authorization (RFC 2617 3.2.2.1), lower-case hexadecimal. */
export function digestResponse(input: DigestSecret & DigestFields): string {
  return compute(input, input.method);
}

/** `rspauth` of Authentication-Info (RFC 2617 3.2.3): as the response, but A2 has no method. */
export function rspauth(input: DigestSecret & Omit<DigestFields, "method">): string {
  return compute(input, "");
}

/** H(user:realm:password), lower-case hexadecimal: what Cx carries as H(A1) (TS 33.203 N.2.1.1). */
export function ha1(algorithm: string, username: string, realm: string, password: Password): string {
  const secret = typeof password === "string" ? utf8(password) : password;
  return hashHex(known(algorithm).hash, concat(utf8(`${username}:${realm}:`), secret));
}

/** nc-value of RFC 2617 3.2.2: eight lower-case hexadecimal digits. */
export function formatNonceCount(nc: number | string): string {
  return typeof nc === "string" ? nc : nc.toString(16).padStart(8, "0");
}

function compute(input: DigestSecret & Omit<DigestFields, "method">, method: string): string {
  const { nonce, uri, qop = "none" } = input;
  const algorithm = known(input.algorithm ?? "MD5");
  const h = (text: string) => hashHex(algorithm.hash, utf8(text));
  // RFC 2617 3.2.2.3; with auth-int the hash of the body joins.
  const a2 = `${method}:${uri}` +
    (qop === "auth-int" ? `:${hashHex(algorithm.hash, input.body ?? new Uint8Array())}` : "");
  const a1 = sessionHa1(input, algorithm);
  if (qop === "none") return h(`${a1}:${nonce}:${h(a2)}`);
  return h(`${a1}:${nonce}:${formatNonceCount(input.nc ?? 1)}:${input.cnonce ?? ""}:${qop}:${h(a2)}`);
}

/** RFC 2617 3.2.2.2; the inner hash goes in as hexadecimal text, as RFC 7616 3.4.2 has it. */
function sessionHa1(input: DigestSecret & Omit<DigestFields, "method">, algorithm: DigestAlgorithm): string {
  const name = input.algorithm ?? "MD5";
  const plain = "ha1" in input ? input.ha1 : ha1(name, input.username, input.realm, input.password);
  if (!algorithm.session) return plain;
  return hashHex(algorithm.hash, utf8(`${plain}:${input.nonce}:${input.cnonce ?? ""}`));
}

function known(name: string): DigestAlgorithm {
  const algorithm = parseDigestAlgorithm(name);
  if (!algorithm) throw new RangeError(`digest algorithm "${name}" is unknown`);
  return algorithm;
}
