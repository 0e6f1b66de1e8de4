/** Names of header fields: compact forms, and the one key under which a name is looked up. */

/** Compact forms (RFC 3261 7.3.3 and the documents named). */
export const COMPACT: Readonly<Record<string, string>> = {
  a: "accept-contact", // RFC 3841
  b: "referred-by", // RFC 3892
  c: "content-type",
  d: "request-disposition", // RFC 3841
  e: "content-encoding",
  f: "from",
  i: "call-id",
  j: "reject-contact", // RFC 3841
  k: "supported",
  l: "content-length",
  m: "contact",
  o: "event", // RFC 6665
  r: "refer-to", // RFC 3515
  s: "subject",
  t: "to",
  u: "allow-events", // RFC 6665
  v: "via",
  x: "session-expires", // RFC 4028
  y: "identity", // RFC 8224
};

const KEYS = new Map<string, string>();

/** Lower-case long name: "v", "V", "VIA" and "Via" give "via". */
export function headerKey(name: string): string {
  const known = KEYS.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return KEYS.get(lower) ?? lower;
}

/** Long name of the compact form with this character code, either case; undefined if there is none. */
export function compactForm(code: number): string | undefined {
  return COMPACT_BY_CODE[code];
}

const COMPACT_BY_CODE: (string | undefined)[] = new Array(128).fill(undefined);

/** Long names as the documents write them, so that the usual spellings are found at once. */
const USUAL = `Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events
Authentication-Info Authorization Call-ID Call-Info Contact Content-Disposition Content-Encoding Content-Language
Content-Length Content-Type CSeq Date Error-Info Event Expires Feature-Caps From Geolocation History-Info Identity
In-Reply-To Join Max-Forwards MIME-Version Min-Expires Min-SE Organization P-Access-Network-Info
P-Asserted-Identity P-Asserted-Service P-Associated-URI P-Called-Party-ID P-Charging-Function-Addresses
P-Charging-Vector P-Early-Media P-Preferred-Identity P-Preferred-Service P-Visited-Network-ID Path Priority Privacy
Proxy-Authenticate Proxy-Authorization Proxy-Require RAck Reason Record-Route Refer-To Referred-By Reject-Contact
Replaces Reply-To Request-Disposition Require Retry-After Route RSeq Security-Client Security-Server
Security-Verify Server Service-Route Session-Expires SIP-ETag SIP-If-Match Subject Subscription-State Supported
Target-Dialog Timestamp To Unsupported User-Agent Via Warning WWW-Authenticate`;

for (const name of USUAL.split(/\s+/)) {
  KEYS.set(name, name.toLowerCase());
  KEYS.set(name.toLowerCase(), name.toLowerCase());
}
for (const [compact, long] of Object.entries(COMPACT)) {
  KEYS.set(compact, long);
  KEYS.set(compact.toUpperCase(), long);
  COMPACT_BY_CODE[compact.charCodeAt(0)] = long;
  COMPACT_BY_CODE[compact.toUpperCase().charCodeAt(0)] = long;
}

/**
 * Fields whose value is one, whatever commas stand in it (RFC 3261 7.3.1 and the grammar of each): `values()` does
 * not split them.
 */
export const NOT_LISTS: ReadonlySet<string> = new Set([
  "authorization",
  "authentication-info",
  "call-id",
  "content-disposition",
  "content-length",
  "content-type",
  "cseq",
  "date",
  "expires",
  "from",
  "identity",
  "max-forwards",
  "mime-version",
  "min-expires",
  "organization",
  "p-charging-vector",
  "proxy-authenticate",
  "proxy-authorization",
  "refer-to",
  "referred-by",
  "retry-after",
  "server",
  "session-expires",
  "subject",
  "subscription-state",
  "timestamp",
  "to",
  "user-agent",
  "www-authenticate",
]);
