/** What the CSCFs ask, as AVPs (TS 29.229 clause 6.1). */
import { ASSIGNMENT, type Avp, avp } from "../../harness/wire/diameter/mod.ts";
import { concat, utf8 } from "../../harness/wire/mod.ts";
import type * as cx from "../cx.ts";

export function userAuthorization(request: cx.UserAuthorizationRequest): Avp[] {
  return [
    // Only a fault has nothing to say here (P.6).
    ...(request.impi === "" ? [] : [avp("User-Name", request.impi)]),
    avp("Public-Identity", request.impu),
    avp("Visited-Network-Identifier", utf8(request.visitedNetwork)),
    avp("User-Authorization-Type", request.type === "registration" ? 0 : 1),
  ];
}

export function multimediaAuth(request: cx.MultimediaAuthRequest): Avp[] {
  const { rand, auts } = request.resynchronisation ?? {};
  return [
    avp("User-Name", request.impi),
    avp("Public-Identity", request.impu),
    avp("SIP-Number-Auth-Items", request.count ?? 1),
    avp("SIP-Auth-Data-Item", [
      avp("SIP-Authentication-Scheme", request.scheme),
      // TS 29.228 6.3.1: RAND and AUTS one after the other.
      ...(rand && auts ? [avp("SIP-Authorization", concat(rand, auts))] : []),
    ]),
    avp("Server-Name", request.serverName),
  ];
}

export function serverAssignment(request: cx.ServerAssignmentRequest): Avp[] {
  return [
    avp("User-Name", request.impi),
    avp("Public-Identity", request.impu),
    avp("Server-Name", request.serverName),
    avp("Server-Assignment-Type", TYPES[request.type]),
    avp("User-Data-Already-Available", 0),
  ];
}

export function locationInfo({ impu }: { readonly impu: string }): Avp[] {
  return [avp("Public-Identity", impu)];
}

const TYPES: Readonly<Record<cx.ServerAssignmentRequest["type"], number>> = {
  "registration": ASSIGNMENT.REGISTRATION,
  "re-registration": ASSIGNMENT.RE_REGISTRATION,
  "no-assignment": ASSIGNMENT.NO_ASSIGNMENT,
  "unregistered-user": ASSIGNMENT.UNREGISTERED_USER,
  "user-deregistration": ASSIGNMENT.USER_DEREGISTRATION,
  "timeout-deregistration": ASSIGNMENT.TIMEOUT_DEREGISTRATION,
  "administrative-deregistration": ASSIGNMENT.ADMINISTRATIVE_DEREGISTRATION,
  "authentication-failure": ASSIGNMENT.AUTHENTICATION_FAILURE,
  "authentication-timeout": ASSIGNMENT.AUTHENTICATION_TIMEOUT,
};
