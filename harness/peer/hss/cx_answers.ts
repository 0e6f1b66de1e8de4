/** What an HSS that does everything right answers to the CSCFs (TS 29.228 clauses 6.1 and 6.3). */

import { concat, utf8 } from "../../crypto/mod.ts";
import {
  ASSIGNMENT,
  type Avp,
  avp,
  EXPERIMENTAL_RESULT,
  RESULT,
  valueOf,
  VENDOR,
} from "../../wire/diameter/mod.ts";
import { parseAddress } from "../../wire/mod.ts";
import type { HssSubscription } from "./subscription.ts";
import type { CxCommand, CxRequest } from "./types.ts";

export interface CxKnowledge {
  byImpi(impi: string): HssSubscription | undefined;
  byImpu(impu: string): HssSubscription | undefined;
  /** Random octets: RANDs come from it. */
  random(length: number): Uint8Array;
}

type Question = Omit<CxRequest, "answer">;

/** The AVPs of the right answer, without Session-Id and origin. What it tells is put down in the subscription. */
export function rightAnswer(question: Question, knowledge: CxKnowledge): Avp[] {
  return ANSWERS[question.command](question, knowledge);
}

const ANSWERS: Readonly<Record<CxCommand, (question: Question, knowledge: CxKnowledge) => Avp[]>> = {
  "User-Authorization": authorize,
  "Multimedia-Auth": authenticate,
  "Server-Assignment": assign,
  "Location-Info": locate,
};

export function failure(code: keyof typeof EXPERIMENTAL_RESULT): Avp[] {
  return [experimental(EXPERIMENTAL_RESULT[code])];
}

export function success(): Avp {
  return avp("Result-Code", RESULT.DIAMETER_SUCCESS);
}

/** TS 29.228 6.1.1.1 */
function authorize({ impi, impu, avps }: Question, knowledge: CxKnowledge): Avp[] {
  const found = pairOf(impi, impu, knowledge);
  if (typeof found === "string") return failure(found);
  if (valueOf(avps, "User-Authorization-Type") === DE_REGISTRATION) {
    return found.serverName === undefined
      ? failure("DIAMETER_ERROR_IDENTITY_NOT_REGISTERED")
      : [success(), avp("Server-Name", found.serverName)];
  }
  if (found.serverName === undefined || found.state === "not-registered") {
    // Any S-CSCF will do. Without Server-Capabilities (TS 29.228 table 6.1.1.2: optional): an empty one is allowed by its
    // grammar, but Kamailio's cdp takes no answer with a grouped AVP of no octets.
    return [experimental(EXPERIMENTAL_RESULT.DIAMETER_FIRST_REGISTRATION)];
  }
  return [
    experimental(EXPERIMENTAL_RESULT.DIAMETER_SUBSEQUENT_REGISTRATION),
    avp("Server-Name", found.serverName),
  ];
}

/** TS 29.228 6.3.1.1 */
function authenticate({ impi, impu, avps, from }: Question, knowledge: CxKnowledge): Avp[] {
  const found = pairOf(impi, impu, knowledge);
  if (typeof found === "string") return failure(found);
  const item = valueOf(avps, "SIP-Auth-Data-Item") ?? [];
  const scheme = valueOf(item, "SIP-Authentication-Scheme") ?? "";
  const authorization = valueOf(item, "SIP-Authorization");
  if (authorization && authorization.length === 30) {
    found.resynchronise(authorization.slice(0, 16), authorization.slice(16));
  }
  const data = dataItem(scheme, found, knowledge);
  if (!data) return failure("DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED");
  found.serverName = valueOf(avps, "Server-Name") ?? found.serverName;
  found.serverHost = from?.host ?? found.serverHost;
  if (found.state === "not-registered") found.state = "pending";
  return [
    success(),
    avp("User-Name", found.subscriber.impi),
    ...(impu === undefined ? [] : [avp("Public-Identity", impu)]),
    avp("SIP-Number-Auth-Items", 1),
    avp("SIP-Auth-Data-Item", data),
  ];
}

/**
 * What a SIP-Auth-Data-Item holds; undefined where the subscriber has nothing for the scheme. "Unknown" leaves the
 * choice to us (TS 33.203 P.4.2).
 */
export function dataItem(
  scheme: string,
  found: HssSubscription,
  { random }: Pick<CxKnowledge, "random">,
  { number = 1, password }: { readonly number?: number; readonly password?: string } = {},
): Avp[] | undefined {
  const asked = scheme.toLowerCase();
  const any = asked === "unknown" || asked === "";
  const named = (name: string) => [avp("SIP-Item-Number", number), avp("SIP-Authentication-Scheme", name)];
  if (any || asked.startsWith("digest-aka")) {
    const vector = found.vector(random(16));
    if (vector) {
      return [
        ...named(any ? "Digest-AKAv1-MD5" : scheme),
        avp("SIP-Authenticate", concat(vector.rand, vector.autn)),
        avp("SIP-Authorization", vector.xres),
        avp("Confidentiality-Key", vector.ck),
        avp("Integrity-Key", vector.ik),
      ];
    }
    if (!any) return undefined;
  }
  const digest = found.ha1(password);
  if (digest && (any || asked === "sip digest")) {
    return [...named("SIP Digest"), avp("SIP-Digest-Authenticate", digestItem(digest))];
  }
  if (found.line !== undefined && (any || asked === "nass-bundled")) {
    return [...named("NASS-Bundled"), avp("Line-Identifier", utf8(found.line))];
  }
  if (found.binding && (any || asked === "early-ims-security")) {
    return [...named("Early-IMS-Security"), ...addressOf(found.binding)];
  }
  return undefined;
}

/** TS 29.228 6.1.2.1 */
function assign({ impi, impu, avps, from }: Question, knowledge: CxKnowledge): Avp[] {
  const found = impi === undefined
    ? impu === undefined ? undefined : knowledge.byImpu(impu)
    : pairOf(impi, impu, knowledge);
  if (found === undefined) return failure("DIAMETER_ERROR_USER_UNKNOWN");
  if (typeof found === "string") return failure(found);
  const type = valueOf(avps, "Server-Assignment-Type") ?? ASSIGNMENT.NO_ASSIGNMENT;
  const answer = [success(), avp("User-Name", found.subscriber.impi)];
  const serverName = valueOf(avps, "Server-Name");
  switch (type) {
    case ASSIGNMENT.REGISTRATION:
    case ASSIGNMENT.RE_REGISTRATION:
    case ASSIGNMENT.UNREGISTERED_USER:
    case ASSIGNMENT.NO_ASSIGNMENT:
      if (type !== ASSIGNMENT.NO_ASSIGNMENT) {
        found.state = type === ASSIGNMENT.UNREGISTERED_USER ? "unregistered" : "registered";
        found.serverName = serverName ?? found.serverName;
        found.serverHost = from?.host ?? found.serverHost;
      }
      return [...answer, avp("User-Data", utf8(found.userData))];
    case ASSIGNMENT.TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME:
    case ASSIGNMENT.USER_DEREGISTRATION_STORE_SERVER_NAME:
      found.state = "not-registered";
      return answer;
    default:
      // TS 29.228 6.1.2.1: a failed authentication leaves a registration that was there before as it was.
      if (type === ASSIGNMENT.AUTHENTICATION_FAILURE || type === ASSIGNMENT.AUTHENTICATION_TIMEOUT) {
        if (found.state === "registered") return answer;
      }
      found.state = "not-registered";
      found.serverName = undefined;
      return answer;
  }
}

/** TS 29.228 6.1.4.1 */
function locate({ impu }: Question, knowledge: CxKnowledge): Avp[] {
  const found = impu === undefined ? undefined : knowledge.byImpu(impu);
  if (!found) return failure("DIAMETER_ERROR_USER_UNKNOWN");
  if (found.serverName === undefined) return failure("DIAMETER_ERROR_IDENTITY_NOT_REGISTERED");
  return [success(), avp("Server-Name", found.serverName)];
}

/** The subscriber that both identities belong to, or what is wrong. */
function pairOf(
  impi: string | undefined,
  impu: string | undefined,
  knowledge: CxKnowledge,
): HssSubscription | "DIAMETER_ERROR_USER_UNKNOWN" | "DIAMETER_ERROR_IDENTITIES_DONT_MATCH" {
  const found = impi === undefined ? undefined : knowledge.byImpi(impi);
  if (!found) return "DIAMETER_ERROR_USER_UNKNOWN";
  if (impu === undefined || found.has(impu)) return found;
  return knowledge.byImpu(impu) ? "DIAMETER_ERROR_IDENTITIES_DONT_MATCH" : "DIAMETER_ERROR_USER_UNKNOWN";
}

/** TS 29.229 6.3.13: the address for GIBA. */
function addressOf({ address, prefix }: NonNullable<HssSubscription["binding"]>): Avp[] {
  const found: Avp[] = [];
  if (address !== undefined) found.push(avp("Framed-IP-Address", parseAddress(address)));
  if (prefix !== undefined) {
    const [text = "", bits = "64"] = prefix.split("/");
    found.push(avp("Framed-IPv6-Prefix", concat(Uint8Array.of(0, Number(bits)), parseAddress(text))));
  }
  return found;
}

function experimental(code: number): Avp {
  return avp("Experimental-Result", [avp("Vendor-Id", VENDOR.tgpp), avp("Experimental-Result-Code", code)]);
}

/** User-Authorization-Type, TS 29.229 6.3.24. */
const DE_REGISTRATION = 1;

/** TS 29.229 6.3.36 */
function digestItem({ realm, algorithm, ha1 }: NonNullable<ReturnType<HssSubscription["ha1"]>>): Avp[] {
  return [
    avp("Digest-Realm", realm),
    avp("Digest-Algorithm", algorithm),
    avp("Digest-QoP", "auth"),
    avp("Digest-HA1", ha1),
  ];
}
