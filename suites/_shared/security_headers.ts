/** Header fields that a failure must not carry: clauses 6.1.2.2 and N.2.2.1 of TS 33.203. */
export const SECURITY_HEADERS = [
  "WWW-Authenticate",
  "Authentication-Info",
  "Proxy-Authenticate",
  "Security-Server",
] as const;
