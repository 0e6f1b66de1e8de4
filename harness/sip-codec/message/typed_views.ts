/**
 * The typed views of header fields. Each is undefined, or empty, where the field is absent, and throws
 * SipSyntaxError where it breaks its grammar. Views are read-only; write back with `set(name, format…(view))`.
 */
import {
  type Challenge,
  type Credentials,
  parseAuthenticationInfo,
  parseChallenge,
  parseCredentials,
} from "../headers/auth.ts";
import { type Identity, parseIdentity } from "../headers/identity.ts";
import { type NameAddr, parseContacts, parseNameAddr, parseNameAddrs } from "../headers/name_addr.ts";
import {
  type CSeq,
  parseCSeq,
  parseNumber,
  parseRAck,
  parseRetryAfter,
  parseSecondsWithParams,
  parseSessionExpires,
  type RAck,
  type RetryAfter,
  type SecondsWithParams,
  type SessionExpires,
} from "../headers/numbers.ts";
import { parseSecurityMechanisms, type SecurityMechanism } from "../headers/security.ts";
import {
  type AccessNetworkInfo,
  parseAccessNetworkInfo,
  parseBareParams,
  parseVisitedNetworkId,
  type VisitedNetworkId,
} from "../headers/three_gpp.ts";
import {
  type Event,
  type MediaType,
  parseCallId,
  parseEvent,
  parseMediaType,
  parseMediaTypes,
  parsePrivacy,
  parseToken,
  parseTokens,
  parseTokensWithParams,
  parseTokenWithParams,
  type TokenWithParams,
} from "../headers/tokens.ts";
import { parseUriInfos, type UriInfo } from "../headers/uri_info.ts";
import { parseVias, type Via } from "../headers/via.ts";
import type { Params } from "../params.ts";
import { HeaderSection } from "./message.ts";

export abstract class TypedViews extends HeaderSection {
  /** The topmost Via. */
  get via(): Via | undefined {
    return this.vias[0];
  }
  get vias(): readonly Via[] {
    return this.list("via", parseVias);
  }
  get from(): NameAddr | undefined {
    return this.single("from", parseNameAddr);
  }
  get to(): NameAddr | undefined {
    return this.single("to", parseNameAddr);
  }
  /** "*" stands alone (RFC 3261 20.10). */
  get contacts(): readonly (NameAddr | "*")[] {
    return this.list("contact", parseContacts);
  }
  /** The first Contact that is an address. */
  get contact(): NameAddr | undefined {
    const first = this.contacts[0];
    return first === "*" ? undefined : first;
  }
  get callId(): string | undefined {
    return this.single("call-id", parseCallId);
  }
  get cseq(): CSeq | undefined {
    return this.single("cseq", parseCSeq);
  }
  /** 0 to 255 (RFC 3261 20.22). */
  get maxForwards(): number | undefined {
    return this.single("max-forwards", parseMaxForwards);
  }
  /** Seconds, below 2^32. */
  get expires(): number | undefined {
    return this.single("expires", parseNumber);
  }
  get minExpires(): number | undefined {
    return this.single("min-expires", parseNumber);
  }
  get contentLength(): number | undefined {
    return this.single("content-length", parseNumber);
  }
  get contentType(): MediaType | undefined {
    return this.single("content-type", parseMediaType);
  }
  get contentDisposition(): TokenWithParams | undefined {
    return this.single("content-disposition", parseTokenWithParams);
  }
  get accept(): readonly MediaType[] {
    return this.list("accept", parseMediaTypes);
  }
  get routes(): readonly NameAddr[] {
    return this.list("route", parseNameAddrs);
  }
  get recordRoutes(): readonly NameAddr[] {
    return this.list("record-route", parseNameAddrs);
  }
  /** RFC 3327. */
  get path(): readonly NameAddr[] {
    return this.list("path", parseNameAddrs);
  }
  /** RFC 3608. */
  get serviceRoute(): readonly NameAddr[] {
    return this.list("service-route", parseNameAddrs);
  }
  /** RFC 3325 9.1. */
  get assertedIdentities(): readonly NameAddr[] {
    return this.list("p-asserted-identity", parseNameAddrs);
  }
  /** RFC 3325 9.2. */
  get preferredIdentities(): readonly NameAddr[] {
    return this.list("p-preferred-identity", parseNameAddrs);
  }
  /** RFC 7315 5.1. */
  get associatedUris(): readonly NameAddr[] {
    return this.list("p-associated-uri", parseOptionalNameAddrs);
  }
  /** RFC 7315 5.2. */
  get calledPartyId(): NameAddr | undefined {
    return this.single("p-called-party-id", parseNameAddr);
  }
  /** RFC 7315 5.4. */
  get accessNetworkInfo(): readonly AccessNetworkInfo[] {
    return this.list("p-access-network-info", parseAccessNetworkInfo);
  }
  /** RFC 7315 5.3. */
  get visitedNetworkId(): readonly VisitedNetworkId[] {
    return this.list("p-visited-network-id", parseVisitedNetworkId);
  }
  /** RFC 7315 5.6: icid-value and the rest. */
  get chargingVector(): Params | undefined {
    return this.single("p-charging-vector", parseBareParams);
  }
  /** RFC 7315 5.5: ccf, ecf. */
  get chargingFunctionAddresses(): Params | undefined {
    return this.single("p-charging-function-addresses", parseBareParams);
  }
  /** RFC 3323 4.2. */
  get privacy(): readonly string[] {
    return this.list("privacy", parsePrivacy);
  }
  /** RFC 3329. */
  get securityClient(): readonly SecurityMechanism[] {
    return this.list("security-client", parseSecurityMechanisms);
  }
  get securityServer(): readonly SecurityMechanism[] {
    return this.list("security-server", parseSecurityMechanisms);
  }
  get securityVerify(): readonly SecurityMechanism[] {
    return this.list("security-verify", parseSecurityMechanisms);
  }
  get wwwAuthenticate(): readonly Challenge[] {
    return this.each("www-authenticate", parseChallenge);
  }
  get proxyAuthenticate(): readonly Challenge[] {
    return this.each("proxy-authenticate", parseChallenge);
  }
  get authorization(): readonly Credentials[] {
    return this.each("authorization", parseCredentials);
  }
  get proxyAuthorization(): readonly Credentials[] {
    return this.each("proxy-authorization", parseCredentials);
  }
  get authenticationInfo(): Params | undefined {
    return this.single("authentication-info", parseAuthenticationInfo);
  }
  /** RFC 8224: one per field. */
  get identity(): readonly Identity[] {
    return this.each("identity", parseIdentity);
  }
  get callInfo(): readonly UriInfo[] {
    return this.list("call-info", parseUriInfos);
  }
  /** RFC 7044: `index`, `rc`, `mp`, `np` among the parameters. */
  get historyInfo(): readonly NameAddr[] {
    return this.list("history-info", parseNameAddrs);
  }
  get referTo(): NameAddr | undefined {
    return this.single("refer-to", parseNameAddr);
  }
  get referredBy(): NameAddr | undefined {
    return this.single("referred-by", parseNameAddr);
  }
  get replyTo(): NameAddr | undefined {
    return this.single("reply-to", parseNameAddr);
  }
  get event(): Event | undefined {
    return this.single("event", parseEvent);
  }
  get subscriptionState(): TokenWithParams | undefined {
    return this.single("subscription-state", parseTokenWithParams);
  }
  /** RFC 3262 7.1: below 2^32. */
  get rseq(): number | undefined {
    return this.single("rseq", parseNumber);
  }
  get rack(): RAck | undefined {
    return this.single("rack", parseRAck);
  }
  get sessionExpires(): SessionExpires | undefined {
    return this.single("session-expires", parseSessionExpires);
  }
  get minSe(): SecondsWithParams | undefined {
    return this.single("min-se", parseSecondsWithParams);
  }
  get require(): readonly string[] {
    return this.list("require", parseTokens);
  }
  get proxyRequire(): readonly string[] {
    return this.list("proxy-require", parseTokens);
  }
  get supported(): readonly string[] {
    return this.list("supported", parseTokens);
  }
  get unsupported(): readonly string[] {
    return this.list("unsupported", parseTokens);
  }
  get allow(): readonly string[] {
    return this.list("allow", parseTokens);
  }
  get allowEvents(): readonly string[] {
    return this.list("allow-events", parseTokens);
  }
  get retryAfter(): RetryAfter | undefined {
    return this.single("retry-after", parseRetryAfter);
  }
  /** RFC 3326: protocol, `cause` and `text`. */
  get reasonHeader(): readonly TokenWithParams[] {
    return this.list("reason", parseTokensWithParams);
  }
  get sipEtag(): string | undefined {
    return this.single("sip-etag", parseToken);
  }
  get sipIfMatch(): string | undefined {
    return this.single("sip-if-match", parseToken);
  }
}

/** P-Associated-URI may be empty (RFC 7315 5.1). */
function parseOptionalNameAddrs(text: string, field: string): NameAddr[] {
  return text === "" ? [] : parseNameAddrs(text, field);
}

function parseMaxForwards(text: string, field: string): number {
  return parseNumber(text, field, 255);
}
