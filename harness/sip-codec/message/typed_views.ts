/**
 * The typed views of header fields. Each is undefined, or empty, where the field is absent, and throws
 * SipSyntaxError where it breaks its grammar. Views are read-only; write back with `set(name, format…(view))`.
 */
import { listOf, optionalListOf } from "../cursor.ts";
import { readDate } from "../headers/date.ts";
import { type DialogId, readDialogId } from "../headers/dialog_id.ts";
import { type Challenge, type Credentials, readChallenge, readCredentials } from "../headers/auth.ts";
import { type Identity, readIdentity } from "../headers/identity.ts";
import { type NameAddr, readContact, readNameAddr, readTagged } from "../headers/name_addr.ts";
import {
  type CSeq,
  type RAck,
  readCSeq,
  readLength,
  readMaxForwards,
  readNumber,
  readRAck,
  readRetryAfter,
  readSeconds,
  readSessionExpires,
  type RetryAfter,
  type SecondsWithParams,
  type SessionExpires,
} from "../headers/numbers.ts";
import { readSecurityMechanism, type SecurityMechanism } from "../headers/security.ts";
import {
  type AccessNetworkInfo,
  readAccessNetworkInfo,
  readVisitedNetworkId,
  type VisitedNetworkId,
} from "../headers/three_gpp.ts";
import {
  type Event,
  type MediaType,
  readCallId,
  readEvent,
  readMediaType,
  readPrivacy,
  readToken,
  readTokenWithParams,
  type TokenWithParams,
} from "../headers/tokens.ts";
import { readUriInfo, type UriInfo } from "../headers/uri_info.ts";
import { readVia, type Via } from "../headers/via.ts";
import type { Params } from "../params.ts";
import { readBareParams, readCommaParams } from "../read_params.ts";
import { HeaderSection } from "./message.ts";

const accessNetworks = listOf(readAccessNetworkInfo);
const mechanisms = listOf(readSecurityMechanism);
const visitedNetworks = listOf(readVisitedNetworkId);
const tokensWithParams = listOf(readTokenWithParams);
const optionalMediaTypes = optionalListOf(readMediaType);
const addresses = listOf(readNameAddr);
const optionalAddresses = optionalListOf(readNameAddr);
const contacts = listOf(readContact);
const uriInfos = listOf(readUriInfo);
const optionalTokens = optionalListOf(readToken);
const vias = listOf(readVia);

export abstract class TypedViews extends HeaderSection {
  /** The topmost Via. */
  get via(): Via | undefined {
    return this.vias[0];
  }
  get vias(): readonly Via[] {
    return this.list("via", vias);
  }
  get from(): NameAddr | undefined {
    return this.single("from", readTagged);
  }
  get to(): NameAddr | undefined {
    return this.single("to", readTagged);
  }
  /** "*" stands alone (RFC 3261 20.10). */
  get contacts(): readonly (NameAddr | "*")[] {
    return this.list("contact", contacts);
  }
  /** The first Contact that is an address. */
  get contact(): NameAddr | undefined {
    const first = this.contacts[0];
    return first === "*" ? undefined : first;
  }
  get callId(): string | undefined {
    return this.single("call-id", readCallId);
  }
  get cseq(): CSeq | undefined {
    return this.single("cseq", readCSeq);
  }
  /** 0 to 255 (RFC 3261 20.22). */
  get maxForwards(): number | undefined {
    return this.single("max-forwards", readMaxForwards);
  }
  /** Seconds, below 2^32. */
  get expires(): number | undefined {
    return this.single("expires", readNumber);
  }
  get minExpires(): number | undefined {
    return this.single("min-expires", readNumber);
  }
  get contentLength(): number | undefined {
    return this.single("content-length", readLength);
  }
  get contentType(): MediaType | undefined {
    return this.single("content-type", readMediaType);
  }
  get contentDisposition(): TokenWithParams | undefined {
    return this.single("content-disposition", readTokenWithParams);
  }
  get accept(): readonly MediaType[] {
    return this.list("accept", optionalMediaTypes);
  }
  get routes(): readonly NameAddr[] {
    return this.list("route", addresses);
  }
  get recordRoutes(): readonly NameAddr[] {
    return this.list("record-route", addresses);
  }
  /** RFC 3327. */
  get path(): readonly NameAddr[] {
    return this.list("path", addresses);
  }
  /** RFC 3608. */
  get serviceRoute(): readonly NameAddr[] {
    return this.list("service-route", addresses);
  }
  /** RFC 3325 9.1. */
  get assertedIdentities(): readonly NameAddr[] {
    return this.list("p-asserted-identity", addresses);
  }
  /** RFC 3325 9.2. */
  get preferredIdentities(): readonly NameAddr[] {
    return this.list("p-preferred-identity", addresses);
  }
  /** RFC 7315 5.1. */
  get associatedUris(): readonly NameAddr[] {
    return this.list("p-associated-uri", optionalAddresses);
  }
  /** RFC 7315 5.2. */
  get calledPartyId(): NameAddr | undefined {
    return this.single("p-called-party-id", readNameAddr);
  }
  /** RFC 7315 5.4. */
  get accessNetworkInfo(): readonly AccessNetworkInfo[] {
    return this.list("p-access-network-info", accessNetworks);
  }
  /** RFC 7315 5.3. */
  get visitedNetworkId(): readonly VisitedNetworkId[] {
    return this.list("p-visited-network-id", visitedNetworks);
  }
  /** RFC 7315 5.6: icid-value and the rest. */
  get chargingVector(): Params | undefined {
    return this.single("p-charging-vector", readBareParams);
  }
  /** RFC 7315 5.5: ccf, ecf. */
  get chargingFunctionAddresses(): Params | undefined {
    return this.single("p-charging-function-addresses", readBareParams);
  }
  /** RFC 3323 4.2. */
  get privacy(): readonly string[] {
    return this.single("privacy", readPrivacy) ?? [];
  }
  /** RFC 3329. */
  get securityClient(): readonly SecurityMechanism[] {
    return this.list("security-client", mechanisms);
  }
  get securityServer(): readonly SecurityMechanism[] {
    return this.list("security-server", mechanisms);
  }
  get securityVerify(): readonly SecurityMechanism[] {
    return this.list("security-verify", mechanisms);
  }
  get wwwAuthenticate(): readonly Challenge[] {
    return this.each("www-authenticate", readChallenge);
  }
  get proxyAuthenticate(): readonly Challenge[] {
    return this.each("proxy-authenticate", readChallenge);
  }
  get authorization(): readonly Credentials[] {
    return this.each("authorization", readCredentials);
  }
  get proxyAuthorization(): readonly Credentials[] {
    return this.each("proxy-authorization", readCredentials);
  }
  get authenticationInfo(): Params | undefined {
    return this.single("authentication-info", readCommaParams);
  }
  /** RFC 8224: one per field. */
  get identity(): readonly Identity[] {
    return this.each("identity", readIdentity);
  }
  get callInfo(): readonly UriInfo[] {
    return this.list("call-info", uriInfos);
  }
  /** RFC 7044: `index`, `rc`, `mp`, `np` among the parameters. */
  get historyInfo(): readonly NameAddr[] {
    return this.list("history-info", addresses);
  }
  get referTo(): NameAddr | undefined {
    return this.single("refer-to", readNameAddr);
  }
  get referredBy(): NameAddr | undefined {
    return this.single("referred-by", readNameAddr);
  }
  get replyTo(): NameAddr | undefined {
    return this.single("reply-to", readNameAddr);
  }
  get event(): Event | undefined {
    return this.single("event", readEvent);
  }
  get subscriptionState(): TokenWithParams | undefined {
    return this.single("subscription-state", readTokenWithParams);
  }
  /** RFC 3262 7.1: below 2^32. */
  get rseq(): number | undefined {
    return this.single("rseq", readNumber);
  }
  get rack(): RAck | undefined {
    return this.single("rack", readRAck);
  }
  get sessionExpires(): SessionExpires | undefined {
    return this.single("session-expires", readSessionExpires);
  }
  get minSe(): SecondsWithParams | undefined {
    return this.single("min-se", readSeconds);
  }
  get require(): readonly string[] {
    return this.list("require", optionalTokens);
  }
  get proxyRequire(): readonly string[] {
    return this.list("proxy-require", optionalTokens);
  }
  get supported(): readonly string[] {
    return this.list("supported", optionalTokens);
  }
  get unsupported(): readonly string[] {
    return this.list("unsupported", optionalTokens);
  }
  get allow(): readonly string[] {
    return this.list("allow", optionalTokens);
  }
  get allowEvents(): readonly string[] {
    return this.list("allow-events", optionalTokens);
  }
  get retryAfter(): RetryAfter | undefined {
    return this.single("retry-after", readRetryAfter);
  }
  /** RFC 3326: protocol, `cause` and `text`. */
  get reasonHeader(): readonly TokenWithParams[] {
    return this.list("reason", tokensWithParams);
  }
  get sipEtag(): string | undefined {
    return this.single("sip-etag", readToken);
  }
  get sipIfMatch(): string | undefined {
    return this.single("sip-if-match", readToken);
  }
  /** RFC 3261 20.17. */
  get date(): Date | undefined {
    return this.single("date", readDate);
  }
  /** RFC 3891. */
  get replaces(): DialogId | undefined {
    return this.single("replaces", readDialogId);
  }
  /** RFC 3841: "*" and feature parameters. */
  get acceptContact(): readonly TokenWithParams[] {
    return this.list("accept-contact", tokensWithParams);
  }
  /** RFC 3841. */
  get rejectContact(): readonly TokenWithParams[] {
    return this.list("reject-contact", tokensWithParams);
  }
  /** RFC 6809: "*" and capabilities. */
  get featureCaps(): readonly TokenWithParams[] {
    return this.list("feature-caps", tokensWithParams);
  }
  /** RFC 5009: sendrecv, sendonly, recvonly, inactive, gated, supported. */
  get earlyMedia(): readonly string[] {
    return this.list("p-early-media", optionalTokens);
  }
  get alertInfo(): readonly UriInfo[] {
    return this.list("alert-info", uriInfos);
  }
  /** RFC 6442. */
  get geolocation(): readonly UriInfo[] {
    return this.list("geolocation", uriInfos);
  }
}
