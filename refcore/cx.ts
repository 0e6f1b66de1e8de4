/**
 * What I-CSCF and S-CSCF ask the HSS (Cx, TS 29.228), as plain data: in process today, Diameter can carry the same
 * later. Every question is answered asynchronously; a refusal is data, not an exception.
 */

/** The experimental results of TS 29.229 clause 6.2 that this core gives or understands. */
export type CxError =
  | "user-unknown"
  | "identities-dont-match"
  | "identity-not-registered"
  | "roaming-not-allowed"
  | "authorization-rejected"
  | "auth-scheme-not-supported"
  | "unable-to-comply";

export interface CxRefusal {
  readonly result: CxError;
}

/** UAR (TS 29.228 6.1.1): may this pair of identities register, and where? */
export interface UserAuthorizationRequest {
  readonly impi: string;
  readonly impu: string;
  readonly visitedNetwork: string;
  readonly type: "registration" | "deregistration";
}

export type UserAuthorizationAnswer =
  | CxRefusal
  /** `serverName` absent: the I-CSCF has to select an S-CSCF. */
  | { readonly result: "success"; readonly serverName?: string };

/** MAR (TS 29.228 6.3.1). */
export interface MultimediaAuthRequest {
  readonly impi: string;
  readonly impu: string;
  readonly serverName: string;
  /** "Unknown" leaves the choice to the HSS (TS 33.203 P.4.2 step 3). */
  readonly scheme: "Unknown" | "Digest-AKAv1-MD5" | "SIP Digest" | "Early-IMS-Security" | "NASS-Bundled";
  /** Vectors wanted; the HSS may give fewer or more. Default 1. */
  readonly count?: number;
  /** SIP-Authorization after a synchronisation failure: the RAND that was sent, and the AUTS that came back. */
  readonly resynchronisation?: { readonly rand: Uint8Array; readonly auts: Uint8Array };
}

/** One AKA vector (TS 33.203 6.1.1). `algorithm` is the name for the challenge: "AKAv1-MD5", "AKAv2-SHA-256". */
export interface AkaVector {
  readonly scheme: "aka";
  readonly algorithm: string;
  readonly rand: Uint8Array;
  readonly autn: Uint8Array;
  readonly xres: Uint8Array;
  readonly ck: Uint8Array;
  readonly ik: Uint8Array;
}

/** The SD-AV (TS 33.203 N.2.1.1). */
export interface DigestVector {
  readonly scheme: "digest";
  readonly realm: string;
  readonly algorithm: string;
  readonly qop: string;
  readonly ha1: string;
  /** Never there in an honest core; see the fault "scscf/ignores-username". */
  readonly password?: string;
}

/** GIBA: what the HSS has learnt of the user's address (TS 33.203 T.3); at least one is there. */
export interface BoundAddress {
  readonly scheme: "giba";
  /** IPv4 literal. */
  readonly address?: string;
  /** "2001:db8:1::/64" */
  readonly prefix?: string;
}

/** NBA: the line that the user's access must come from (TS 33.203 R.3). */
export interface LineIdentifier {
  readonly scheme: "nba";
  readonly line: string;
}

export type AuthenticationData = AkaVector | DigestVector | BoundAddress | LineIdentifier;

export type MultimediaAuthAnswer =
  | CxRefusal
  | {
    readonly result: "success";
    readonly vector: AuthenticationData;
    /** Beyond the first, in the HSS's order (6.1.1); with AKA alone. */
    readonly further?: readonly AkaVector[];
  };

/** SAR (TS 29.228 6.1.2, TS 29.229 6.3.15). */
export interface ServerAssignmentRequest {
  readonly impi: string;
  readonly impu: string;
  readonly serverName: string;
  readonly type:
    | "registration"
    | "re-registration"
    /** Only an S-CSCF outside this core asks so: for the profile alone, or for services of who is not registered. */
    | "no-assignment"
    | "unregistered-user"
    | "user-deregistration"
    | "timeout-deregistration"
    | "administrative-deregistration"
    | "authentication-failure"
    | "authentication-timeout";
}

/** What the S-CSCF learns of a user: the implicit registration set, the default identity first. */
export interface UserProfile {
  readonly impi: string;
  readonly identities: readonly { readonly impu: string; readonly barred: boolean }[];
  readonly traits: readonly string[];
  /** Never there in an honest core; see the fault "scscf/delivers-to-any-contact-of-impi". */
  readonly otherSets?: readonly string[];
}

export type ServerAssignmentAnswer =
  | CxRefusal
  | { readonly result: "success"; readonly profile: UserProfile };

/** LIR (TS 29.228 6.1.4). */
export type LocationInfoAnswer = CxRefusal | { readonly result: "success"; readonly serverName: string };

/** The HSS, as the CSCFs see it. */
export interface Cx {
  userAuthorization(request: UserAuthorizationRequest): Promise<UserAuthorizationAnswer>;
  multimediaAuth(request: MultimediaAuthRequest): Promise<MultimediaAuthAnswer>;
  serverAssignment(request: ServerAssignmentRequest): Promise<ServerAssignmentAnswer>;
  locationInfo(request: { readonly impu: string }): Promise<LocationInfoAnswer>;
}

/** The S-CSCF, as the HSS sees it: what it may be told without having asked. */
export interface CxListener {
  /** PPR with a new H(A1) (TS 33.203 N.2.5). False where it is refused. */
  pushDigest(push: { readonly impi: string; readonly vector: DigestVector }): boolean;
  /** RTR (TS 29.228 6.1.3). */
  terminateRegistration(order: { readonly impi: string }): void;
}
