/**
 * What is wrong with a message, and what to do about it.
 * - "invalid": nobody can process the message; a request is answered with `status`, a response is discarded.
 * - "ignorable": a field is malformed that need not be understood; RFC 3261 8.2 wants it ignored.
 * - "unsupported": the message is right, but asks for what this element says it cannot do.
 */
export type DefectLevel = "invalid" | "ignorable" | "unsupported";

export interface Defect {
  /** Header field as written, "start-line" or "body". */
  readonly field: string;
  readonly level: DefectLevel;
  /** The response code a request deserves; undefined in a response. */
  readonly status: number | undefined;
  readonly reason: string;
}

/** What an element can do; what is left out is not judged, but for the schemes. */
export interface Abilities {
  /** Schemes of Request-URIs. Default: sip, sips, tel, urn. */
  readonly schemes?: readonly string[];
  readonly methods?: readonly string[];
  /** Option tags for Require. */
  readonly extensions?: readonly string[];
  /** Types of bodies as "application/sdp", for Content-Type and Accept. */
  readonly mediaTypes?: readonly string[];
  /** Schemes of credentials as "Digest". */
  readonly authentication?: readonly string[];
}
