/** Ways to break Kamailio's configuration on purpose (`#!ifdef BREAK_…` in lab/kamailio), and what each gives away. */
export const BREAKS = {
  BREAK_REAUTHENTICATION: "a user who is registered registers again without being asked for credentials",
  BREAK_INTEGRITY: "integrity-protected is believed, though the UE wrote it",
  BREAK_ASSERTED_IDENTITY: "P-Asserted-Identity of the UE is passed on",
  BREAK_PATH: "the P-CSCF does not put itself into Path",
  BREAK_REALM: "the challenge names another realm than the home domain",
} as const;

export type Break = keyof typeof BREAKS;
