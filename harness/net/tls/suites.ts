/** Names of cipher suites: OpenSSL keeps those of TLS 1.3 apart, and knows older ones by names of its own. */
import { c, type Openssl, text } from "./library.ts";

export interface SuiteLists {
  /** For TLS 1.2 and before. */
  readonly older: string;
  /** Undefined to leave OpenSSL's default. */
  readonly tls13?: string;
}

/** Names of the IANA registry become OpenSSL's; others (OpenSSL's own, "ALL", "eNULL") stay as they are. */
export function suiteLists(ssl: Openssl, suites: readonly string[] | undefined): SuiteLists {
  if (suites === undefined) return { older: "DEFAULT" };
  const tls13 = suites.filter(isTls13);
  const older = suites.filter((suite) => !isTls13(suite)).map((suite) => opensslName(ssl, suite));
  return { older: older.join(":"), tls13: tls13.join(":") };
}

/** Since TLS 1.3 a suite names no key exchange (RFC 8446 B.4). */
function isTls13(suite: string): boolean {
  return suite.startsWith("TLS_") && !suite.includes("_WITH_");
}

function opensslName(ssl: Openssl, suite: string): string {
  const name = text(ssl, ssl.OPENSSL_cipher_name(c(suite)));
  return name === undefined || name === "(NONE)" ? suite : name;
}
