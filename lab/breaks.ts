/**
 * Ways to break Kamailio's configuration on purpose (`#!ifdef BREAK_…` in lab/kamailio), and the cases that must go red:
 * a tester that takes a broken core for a whole one is of no use.
 */
export interface BreakDefinition {
  readonly says: string;
  /** Cases that pass against the whole core and fail against this one. */
  readonly fails: readonly [string, ...string[]];
}

export const BREAKS = {
  BREAK_REAUTHENTICATION: {
    says: "a user who is registered registers again without being asked for credentials",
    fails: [
      "aka/clear-reregister-is-challenged",
      "aka/used-vector-is-refused",
      "digest/replayed-answer-is-refused",
    ],
  },
  BREAK_INTEGRITY: {
    says: "integrity-protected is believed, though the UE wrote it",
    fails: [
      "coexistence/integrity-protected-of-the-ue-is-void",
      "coexistence/scheme-is-not-what-the-ue-claims",
    ],
  },
  BREAK_ASSERTED_IDENTITY: {
    says: "P-Asserted-Identity of the UE is passed on",
    fails: ["digest/foreign-identity-is-not-asserted", "digest/preferred-identity-is-asserted"],
  },
  BREAK_PATH: {
    says: "the P-CSCF does not put itself into Path, and calls to its UEs pass it by",
    fails: ["privacy/id-hides-the-asserted-identity", "privacy/private-identity-stays-home"],
  },
  BREAK_REALM: {
    says: "the challenge names another realm than the home domain",
    fails: ["aka/challenge-is-rfc3310", "aka/mutual-authentication"],
  },
} as const satisfies Readonly<Record<string, BreakDefinition>>;

export type Break = keyof typeof BREAKS;
