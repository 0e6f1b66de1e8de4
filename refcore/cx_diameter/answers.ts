/** What the HSS answers, read by the CSCFs (TS 29.228 clause 6, TS 29.229 clause 6). */
import { resultOf } from "../../harness/diameter/mod.ts";
import {
  type Avp,
  type DiameterMessage,
  EXPERIMENTAL_RESULT,
  RESULT,
  valueOf,
  valuesOf,
} from "../../harness/wire/diameter/mod.ts";
import { formatAddress } from "../../harness/wire/mod.ts";
import type * as cx from "../cx.ts";
import { parseUserData } from "./user_data.ts";

export function userAuthorization(answer: DiameterMessage): cx.UserAuthorizationAnswer {
  const refused = refusal(answer);
  if (refused) return refused;
  const serverName = valueOf(answer.avps, "Server-Name");
  return { result: "success", ...(serverName === undefined ? {} : { serverName }) };
}

export function multimediaAuth(answer: DiameterMessage): cx.MultimediaAuthAnswer {
  const refused = refusal(answer);
  if (refused) return refused;
  // TS 29.229 6.3.9: the order is that of SIP-Item-Number, where there is one.
  const items = valuesOf(answer.avps, "SIP-Auth-Data-Item")
    .toSorted((a, b) => (valueOf(a, "SIP-Item-Number") ?? 0) - (valueOf(b, "SIP-Item-Number") ?? 0));
  const [vector, ...others] = items.map(authenticationData);
  if (!vector) return { result: "unable-to-comply" };
  const further = others.filter((one) => one?.scheme === "aka");
  return { result: "success", vector, ...(further.length > 0 ? { further } : {}) };
}

/** SIP-Auth-Data-Item (TS 29.229 6.3.13); undefined where it holds nothing that could be used. */
export function authenticationData(item: readonly Avp[]): cx.AuthenticationData | undefined {
  const scheme = valueOf(item, "SIP-Authentication-Scheme") ?? "";
  switch (scheme) {
    case "SIP Digest":
      return digestVector(valueOf(item, "SIP-Digest-Authenticate") ?? []);
    case "NASS-Bundled": {
      const line = valueOf(item, "Line-Identifier");
      return line && { scheme: "nba", line: new TextDecoder().decode(line) };
    }
    case "Early-IMS-Security":
      return boundAddress(item);
    default:
      return akaVector(scheme, item);
  }
}

export function serverAssignment(answer: DiameterMessage): cx.ServerAssignmentAnswer {
  const refused = refusal(answer);
  if (refused) return refused;
  const data = valueOf(answer.avps, "User-Data");
  const impi = valueOf(answer.avps, "User-Name") ?? "";
  if (!data) return { result: "success", profile: { impi, identities: [], traits: [] } };
  const identities = parseUserData(new TextDecoder().decode(data));
  return identities
    ? { result: "success", profile: { impi, identities, traits: [] } }
    : { result: "unable-to-comply" };
}

export function locationInfo(answer: DiameterMessage): cx.LocationInfoAnswer {
  const refused = refusal(answer);
  if (refused) return refused;
  const serverName = valueOf(answer.avps, "Server-Name");
  return serverName === undefined ? { result: "unable-to-comply" } : { result: "success", serverName };
}

function refusal(answer: DiameterMessage): cx.CxRefusal | undefined {
  const { code, experimental } = resultOf(answer) ?? { code: 0, experimental: false };
  if (code >= 2000 && code < 3000) return undefined;
  if (!experimental && code === RESULT.DIAMETER_AUTHORIZATION_REJECTED) {
    return { result: "authorization-rejected" };
  }
  return { result: experimental ? ERRORS.get(code) ?? "unable-to-comply" : "unable-to-comply" };
}

const ERRORS: ReadonlyMap<number, cx.CxError> = new Map([
  [EXPERIMENTAL_RESULT.DIAMETER_ERROR_USER_UNKNOWN, "user-unknown"],
  [EXPERIMENTAL_RESULT.DIAMETER_ERROR_IDENTITIES_DONT_MATCH, "identities-dont-match"],
  [EXPERIMENTAL_RESULT.DIAMETER_ERROR_IDENTITY_NOT_REGISTERED, "identity-not-registered"],
  [EXPERIMENTAL_RESULT.DIAMETER_ERROR_ROAMING_NOT_ALLOWED, "roaming-not-allowed"],
  [EXPERIMENTAL_RESULT.DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED, "auth-scheme-not-supported"],
]);

/** SIP-Authenticate is RAND || AUTN (TS 29.229 6.3.10). */
function akaVector(scheme: string, item: readonly Avp[]): cx.AkaVector | undefined {
  const nonce = valueOf(item, "SIP-Authenticate");
  const xres = valueOf(item, "SIP-Authorization");
  const [ck, ik] = [valueOf(item, "Confidentiality-Key"), valueOf(item, "Integrity-Key")];
  if (nonce?.length !== 32 || !xres || !ck || !ik) return undefined;
  const algorithm = scheme.replace(/^Digest-/i, "");
  return { scheme: "aka", algorithm, rand: nonce.slice(0, 16), autn: nonce.slice(16), xres, ck, ik };
}

function digestVector(item: readonly Avp[]): cx.DigestVector | undefined {
  const [realm, ha1] = [valueOf(item, "Digest-Realm"), valueOf(item, "Digest-HA1")];
  if (realm === undefined || ha1 === undefined) return undefined;
  const [algorithm = "MD5", qop = "auth"] = [valueOf(item, "Digest-Algorithm"), valueOf(item, "Digest-QoP")];
  return { scheme: "digest", realm, algorithm, qop, ha1 };
}

function boundAddress(item: readonly Avp[]): cx.BoundAddress | undefined {
  const address = valueOf(item, "Framed-IP-Address");
  const prefix = valueOf(item, "Framed-IPv6-Prefix");
  if (!address && !prefix) return undefined;
  return {
    scheme: "giba",
    ...(address ? { address: formatAddress(address) } : {}),
    ...(prefix ? { prefix: formatPrefix(prefix) } : {}),
  };
}

/** RFC 3162 2.3 */
function formatPrefix(octets: Uint8Array): string {
  const address = new Uint8Array(16);
  address.set(octets.subarray(2, 18));
  return `${formatAddress(address)}/${octets[1] ?? 0}`;
}
