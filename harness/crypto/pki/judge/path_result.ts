/** What path validation says. */

/** Which rule a path broke. */
export type PathRule =
  | "malformed"
  | "signature"
  | "unsupported"
  | "validity"
  | "name"
  | "chain"
  | "untrusted"
  | "basic-constraints"
  | "path-length"
  | "key-usage"
  | "extended-key-usage"
  | "name-constraints"
  | "critical-extension"
  | "revoked"
  | "crl"
  | "issuer-encoding"
  | "changed-root";

export interface PathFailure {
  readonly rule: PathRule;
  /** In the chain as it was received; absent where it is about none of its certificates. */
  readonly index?: number;
  /** A sentence, with the values found. */
  readonly says: string;
  /** "RFC 5280 6.1.3", "TS 33.203 O.5.2". */
  readonly clause: string;
}

export interface PathResult {
  readonly ok: boolean;
  /** The certificates of the path that was found, the entity's own first, the anchor last if one was reached. */
  readonly path: readonly Uint8Array[];
  /** Empty exactly if `ok`. */
  readonly failures: readonly PathFailure[];
}

/** What the rules cite, by rule. */
export const CLAUSES: Readonly<Record<PathRule, string>> = {
  "malformed": "RFC 5280 4.1",
  "signature": "RFC 5280 6.1.3 (a)(1)",
  "unsupported": "RFC 5280 6.1.3 (a)(1)",
  "validity": "RFC 5280 6.1.3 (a)(2)",
  "name": "RFC 6125 6, RFC 5922 7",
  "chain": "RFC 5280 6.1.3 (a)(4), TS 33.203 O.5.2",
  "untrusted": "RFC 5280 6.1.1 (d), TS 33.203 O.5.2",
  "basic-constraints": "RFC 5280 6.1.4 (k)",
  "path-length": "RFC 5280 6.1.4 (l), (m)",
  "key-usage": "RFC 5280 6.1.4 (n), 4.2.1.3",
  "extended-key-usage": "RFC 5280 4.2.1.12",
  "name-constraints": "RFC 5280 6.1.3 (b), (c)",
  "critical-extension": "RFC 5280 6.1.4 (o), 6.1.5 (f)",
  "revoked": "RFC 5280 6.1.3 (a)(3), TS 33.203 O.5.3",
  "crl": "RFC 5280 6.3.3, TS 33.203 O.5.3",
  "issuer-encoding": "TS 33.203 O.5.2",
  "changed-root": "TS 33.203 O.5.2",
};
