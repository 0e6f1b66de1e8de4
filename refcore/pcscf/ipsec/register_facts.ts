/** What a REGISTER says that decides where it belongs: TS 33.203 6.1.5, 7.4.1a. */
import type { SipRequest } from "sip-codec";
import { homeCredentials } from "../../credentials.ts";
import { canonicalImpu, derivedImpi } from "../../identity.ts";

export interface RegisterFacts {
  readonly impi: string;
  readonly impu: string;
  readonly nonce: string;
  /**
   * "answer": SM7, a response to a challenge; "report": the network could not be authenticated, or the sequence
   * number is out of range (6.1.2.2, 6.1.3); "plain": SM1, or anything else.
   */
  readonly kind: "answer" | "report" | "plain";
}

/** Throws SipSyntaxError where it cannot be read. */
export function factsOf(request: SipRequest): RegisterFacts {
  const credentials = homeCredentials(request);
  const impu = canonicalImpu(request.to!.uri);
  const username = credentials?.get("username") ?? "";
  const nonce = credentials?.get("nonce") ?? "";
  const response = credentials?.get("response") ?? "";
  const auts = credentials?.has("auts") === true;
  const kind = nonce === "" ? "plain" : auts || response === "" ? "report" : "answer";
  return { impi: username === "" ? derivedImpi(impu) : username, impu, nonce, kind };
}

/** RFC 3329 2.3.1: whoever wants security agreement demands it of the server and of every proxy on the way. */
export function demandsAgreement(request: SipRequest): boolean {
  const has = (tags: readonly string[]) => tags.some((tag) => tag.toLowerCase() === "sec-agree");
  return has(request.require) && has(request.proxyRequire);
}
