/** What the HSS answers over Diameter (TS 29.229 clause 6.1). */
import { type Avp, avp, EXPERIMENTAL_RESULT, RESULT, VENDOR } from "../../../harness/wire/diameter/mod.ts";
import { concat, parseAddress, utf8 } from "../../../harness/wire/mod.ts";
import type * as cx from "../../cx.ts";
import { userData } from "./user_data.ts";

export function userAuthorization(answer: cx.UserAuthorizationAnswer): Avp[] {
  if (answer.result !== "success") return refusal(answer);
  // TS 29.228 6.1.1.1: whoever has no S-CSCF gets one that has the capabilities, which here is any.
  return answer.serverName === undefined
    ? [experimental("DIAMETER_FIRST_REGISTRATION"), avp("Server-Capabilities", [])]
    : [experimental("DIAMETER_SUBSEQUENT_REGISTRATION"), avp("Server-Name", answer.serverName)];
}

export function multimediaAuth(
  { impi, impu }: { readonly impi: string; readonly impu: string },
  answer: cx.MultimediaAuthAnswer,
): Avp[] {
  if (answer.result !== "success") return refusal(answer);
  const items = [answer.vector, ...answer.further ?? []];
  return [
    success(),
    avp("User-Name", impi),
    avp("Public-Identity", impu),
    avp("SIP-Number-Auth-Items", items.length),
    ...items.map((vector, n) =>
      avp("SIP-Auth-Data-Item", [avp("SIP-Item-Number", n + 1), ...authenticationData(vector)])
    ),
  ];
}

/** The inside of a SIP-Auth-Data-Item (TS 29.229 6.3.13). */
export function authenticationData(vector: cx.AuthenticationData): Avp[] {
  const named = (scheme: string) => avp("SIP-Authentication-Scheme", scheme);
  switch (vector.scheme) {
    case "aka":
      return [
        named(`Digest-${vector.algorithm}`),
        avp("SIP-Authenticate", concat(vector.rand, vector.autn)),
        avp("SIP-Authorization", vector.xres),
        avp("Confidentiality-Key", vector.ck),
        avp("Integrity-Key", vector.ik),
      ];
    case "digest":
      return [
        named("SIP Digest"),
        avp("SIP-Digest-Authenticate", [
          avp("Digest-Realm", vector.realm),
          avp("Digest-Algorithm", vector.algorithm),
          avp("Digest-QoP", vector.qop),
          avp("Digest-HA1", vector.ha1),
        ]),
      ];
    case "nba":
      return [named("NASS-Bundled"), avp("Line-Identifier", utf8(vector.line))];
    case "giba":
      return [named("Early-IMS-Security"), ...boundAddress(vector)];
  }
}

export function serverAssignment(answer: cx.ServerAssignmentAnswer, withProfile: boolean): Avp[] {
  if (answer.result !== "success") return refusal(answer);
  const { profile } = answer;
  return [
    success(),
    avp("User-Name", profile.impi),
    ...(withProfile ? [avp("User-Data", utf8(userData(profile)))] : []),
  ];
}

export function locationInfo(answer: cx.LocationInfoAnswer): Avp[] {
  return answer.result === "success" ? [success(), avp("Server-Name", answer.serverName)] : refusal(answer);
}

export function refusal({ result }: cx.CxRefusal): Avp[] {
  const code = REFUSALS[result];
  return [typeof code === "number" ? avp("Result-Code", code) : experimental(code)];
}

const REFUSALS: Readonly<Record<cx.CxError, number | keyof typeof EXPERIMENTAL_RESULT>> = {
  "user-unknown": "DIAMETER_ERROR_USER_UNKNOWN",
  "identities-dont-match": "DIAMETER_ERROR_IDENTITIES_DONT_MATCH",
  "identity-not-registered": "DIAMETER_ERROR_IDENTITY_NOT_REGISTERED",
  "roaming-not-allowed": "DIAMETER_ERROR_ROAMING_NOT_ALLOWED",
  "auth-scheme-not-supported": "DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED",
  "authorization-rejected": RESULT.DIAMETER_AUTHORIZATION_REJECTED,
  "unable-to-comply": RESULT.DIAMETER_UNABLE_TO_COMPLY,
};

function success(): Avp {
  return avp("Result-Code", RESULT.DIAMETER_SUCCESS);
}

function experimental(code: keyof typeof EXPERIMENTAL_RESULT): Avp {
  return avp("Experimental-Result", [
    avp("Vendor-Id", VENDOR.tgpp),
    avp("Experimental-Result-Code", EXPERIMENTAL_RESULT[code]),
  ]);
}

function boundAddress({ address, prefix }: cx.BoundAddress): Avp[] {
  const [text = "", bits = "64"] = prefix?.split("/") ?? [];
  return [
    ...(address === undefined ? [] : [avp("Framed-IP-Address", parseAddress(address))]),
    // RFC 3162 2.3: a reserved octet, the length in bits, the prefix.
    ...(prefix === undefined
      ? []
      : [avp("Framed-IPv6-Prefix", concat(Uint8Array.of(0, Number(bits)), parseAddress(text)))]),
  ];
}
