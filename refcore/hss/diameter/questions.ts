/** What CSCFs ask over Diameter, read by the HSS (TS 29.229 clause 6.1). */
import { ASSIGNMENT, type DiameterMessage, valueOf } from "../../../harness/wire/diameter/mod.ts";
import type * as cx from "../../cx.ts";

/** A question lacks this AVP. */
export class MissingAvp extends Error {
  override readonly name = "MissingAvp";
}

type Question = Pick<DiameterMessage, "avps">;

export function userAuthorization(question: Question): cx.UserAuthorizationRequest {
  const { avps } = question;
  return {
    ...identities(question),
    visitedNetwork: new TextDecoder().decode(given("Visited-Network-Identifier", question)),
    type: valueOf(avps, "User-Authorization-Type") === DE_REGISTRATION ? "deregistration" : "registration",
  };
}

/** Undefined: the scheme that is asked for is none that we know. */
export function multimediaAuth(question: Question): cx.MultimediaAuthRequest | undefined {
  const item = given("SIP-Auth-Data-Item", question);
  const scheme = schemeOf(valueOf(item, "SIP-Authentication-Scheme") ?? "Unknown");
  if (!scheme) return undefined;
  const authorization = valueOf(item, "SIP-Authorization");
  return {
    ...identities(question),
    serverName: given("Server-Name", question),
    scheme,
    // TS 29.228 6.3.1: RAND and AUTS one after the other.
    ...(authorization?.length === 30
      ? { resynchronisation: { rand: authorization.slice(0, 16), auts: authorization.slice(16) } }
      : {}),
  };
}

/** Undefined: a type that we do not know. */
export function serverAssignment(question: Question): cx.ServerAssignmentRequest | undefined {
  const type = TYPES.get(given("Server-Assignment-Type", question));
  return type && { ...identities(question), serverName: given("Server-Name", question), type };
}

export function locationInfo(question: Question): { readonly impu: string } {
  return { impu: given("Public-Identity", question) };
}

function identities(question: Question): { readonly impi: string; readonly impu: string } {
  return { impi: given("User-Name", question), impu: given("Public-Identity", question) };
}

function given<Name extends Parameters<typeof valueOf>[1]>(name: Name, { avps }: Question) {
  const value = valueOf(avps, name);
  if (value === undefined) throw new MissingAvp(name);
  return value as NonNullable<ReturnType<typeof valueOf<Name>>>;
}

function schemeOf(name: string): cx.MultimediaAuthRequest["scheme"] | undefined {
  const asked = name.toLowerCase();
  if (asked.startsWith("digest-aka")) return "Digest-AKAv1-MD5";
  return SCHEMES.find((scheme) => scheme.toLowerCase() === asked);
}

const SCHEMES = ["Unknown", "SIP Digest", "Early-IMS-Security", "NASS-Bundled"] as const;

/** User-Authorization-Type, TS 29.229 6.3.24. */
const DE_REGISTRATION = 1;

const TYPES: ReadonlyMap<number, cx.ServerAssignmentRequest["type"]> = new Map([
  [ASSIGNMENT.REGISTRATION, "registration"],
  [ASSIGNMENT.RE_REGISTRATION, "re-registration"],
  [ASSIGNMENT.NO_ASSIGNMENT, "no-assignment"],
  [ASSIGNMENT.UNREGISTERED_USER, "unregistered-user"],
  [ASSIGNMENT.TIMEOUT_DEREGISTRATION, "timeout-deregistration"],
  [ASSIGNMENT.USER_DEREGISTRATION, "user-deregistration"],
  [ASSIGNMENT.ADMINISTRATIVE_DEREGISTRATION, "administrative-deregistration"],
  [ASSIGNMENT.AUTHENTICATION_FAILURE, "authentication-failure"],
  [ASSIGNMENT.AUTHENTICATION_TIMEOUT, "authentication-timeout"],
]);
