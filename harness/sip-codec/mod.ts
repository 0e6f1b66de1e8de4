/**
 * sip-codec: octets to SIP and SDP messages and back, without loss.
 *
 * `parseMessage(bytes).toBytes()` gives the same octets for every message it accepts. It refuses what has no safe
 * reading; a malformed field shows when its typed view is read; `validate(message)` lists every defect of a message
 * with the response code it deserves, and `parseStrict(bytes)` refuses what nobody could process.
 */
export { quoted, SipSyntaxError } from "./errors.ts";
export { parseMessage, type SipMessage } from "./message/parse.ts";
export { SipRequest } from "./message/request.ts";
export { SipResponse } from "./message/response.ts";
export { headerKey } from "./message/header_names.ts";
export { Params, type ParamsInit } from "./params.ts";
export { buildUri } from "./uri/build.ts";
export { parseUri } from "./uri/parse.ts";
export { Uri, type UriParts } from "./uri/uri.ts";
export {
  formatNameAddr,
  NameAddr,
  type NameAddrInit,
  parseContacts,
  parseNameAddr,
  parseNameAddrs,
} from "./headers/name_addr.ts";
export { formatVia, parseVia, parseVias, Via, type ViaInit } from "./headers/via.ts";
export {
  type CSeq,
  formatCSeq,
  formatRAck,
  formatRetryAfter,
  formatSessionExpires,
  parseCSeq,
  parseRAck,
  parseRetryAfter,
  parseSessionExpires,
  type RAck,
  type RetryAfter,
  type SecondsWithParams,
  type SessionExpires,
} from "./headers/numbers.ts";
export {
  type Event,
  formatEvent,
  formatMediaType,
  formatTokenWithParams,
  type MediaType,
  parseEvent,
  parseMediaType,
  parseTokens,
  parseTokenWithParams,
  type TokenWithParams,
} from "./headers/tokens.ts";
export {
  type AuthInit,
  type Challenge,
  type Credentials,
  formatAuthenticationInfo,
  formatChallenge,
  formatCredentials,
  parseAuthenticationInfo,
  parseChallenge,
  parseCredentials,
} from "./headers/auth.ts";
export {
  formatSecurity,
  formatSecurityMechanism,
  parseSecurityMechanisms,
  type SecurityMechanism,
} from "./headers/security.ts";
export {
  type AccessNetworkInfo,
  formatAccessNetworkInfo,
  formatBareParams,
  formatVisitedNetworkId,
  parseAccessNetworkInfo,
  parseBareParams,
  parseVisitedNetworkId,
  type VisitedNetworkId,
} from "./headers/three_gpp.ts";
export { formatUriInfo, parseUriInfos, type UriInfo } from "./headers/uri_info.ts";
export { formatIdentity, type Identity, parseIdentity } from "./headers/identity.ts";
export {
  type BodyInit,
  buildRequest,
  buildResponse,
  type HeadersInit,
  type ResponseOptions,
} from "./build/build.ts";
export { reasonPhrase } from "./build/reason_phrases.ts";
export { buildRaw, type RawHeader, type RawMessage } from "./build/build_raw.ts";
export {
  type Expectations,
  type HeaderExpectation,
  match,
  type Matcher,
  type RequestExpectations,
  type ResponseExpectations,
} from "./build/match.ts";
export { type FramerLimits, StreamFramer } from "./framer.ts";
export { buildMultipart, parseMultipart, type Part, partHeader, partText, partType } from "./multipart.ts";
export { type Origin, parseSdp, Sdp, SdpMedia } from "./sdp/sdp.ts";
export { type Bandwidth, type Connection, type SdpLine, SdpSection } from "./sdp/section.ts";
export { type AttributeInit, buildSdp, type MediaInit, type SdpInit } from "./sdp/build.ts";
export {
  type Confirm,
  type CryptoAttribute,
  type CryptoKey,
  type CurrentStatus,
  type DesiredStatus,
  type Direction,
  type Fingerprint,
  type FloorId,
  formatCrypto,
  formatCurrentStatus,
  formatDesiredStatus,
  formatFingerprint,
  formatFloorId,
  parseCrypto,
  parseFingerprint,
} from "./sdp/attributes.ts";
export { parseStrict, validate } from "./validate/validate.ts";
export type { Abilities, Defect, DefectLevel } from "./validate/defect.ts";
export { formatDate, parseDate } from "./headers/date.ts";
export { type DialogId, formatDialogId, parseDialogId } from "./headers/dialog_id.ts";
