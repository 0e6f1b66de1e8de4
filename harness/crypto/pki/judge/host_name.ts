/** Which of a certificate's names are the one that was meant. */
import { equalBytes } from "../../../wire/bytes.ts";
import { parseAddress } from "../../../wire/address.ts";
import type { GeneralName } from "../read/general_names.ts";

/**
 * "host": RFC 6125 (RFC 9525): a dNSName, whose leftmost label may be "*", or an iPAddress where an address was meant.
 * "sip-domain": RFC 5922 section 7: a sip URI without user, or a dNSName; no wildcards (7.2).
 * By both the common name never counts.
 */
export type NameStyle = "host" | "sip-domain";

/** Is `name` (a host name or IP address) one of the certificate's? */
export function isNamed(names: readonly GeneralName[], name: string, style: NameStyle = "host"): boolean {
  const address = addressOf(name);
  if (address) return names.some((one) => one.kind === "ip" && equalBytes(one.value, address));
  return names.some((one) => {
    if (one.kind === "dns") {
      return sameHost(one.value, name) || style === "host" && matchesWildcard(one.value, name);
    }
    return style === "sip-domain" && one.kind === "uri" && sameHost(sipDomain(one.value) ?? "", name);
  });
}

/** RFC 4343: the case of ASCII does not matter; a dot at the end only says that the name is whole. */
export function sameHost(a: string, b: string): boolean {
  return a !== "" && plain(a) === plain(b);
}

/** "pcscf.example.org": two labels at least, letters, digits and hyphens (RFC 1123 2.1), the last not a number. */
export function isFqdn(name: string): boolean {
  return name.length <= 253 &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{1,63}$/i.test(name);
}

/** The octets, undefined if it is no address. */
export function addressOf(name: string): Uint8Array | undefined {
  try {
    return parseAddress(name.replace(/^\[(.*)\]$/, "$1"));
  } catch {
    return undefined;
  }
}

/** The host of a sip URI that names a domain (RFC 5922 7.1): no user. Undefined for others. */
export function sipDomain(uri: string): string | undefined {
  // sip: host [":" port] uri-parameters headers (RFC 3261 25.1)
  return /^sip:([a-z0-9.-]+)(?::\d+)?(?:[;?][^@]*)?$/i.exec(uri)?.[1];
}

/** RFC 9525 6.3: "*" is the whole leftmost label and stands for one label. */
function matchesWildcard(pattern: string, name: string): boolean {
  const [first, ...rest] = plain(pattern).split(".");
  const [, ...nameRest] = plain(name).split(".");
  return first === "*" && rest.length >= 2 && rest.join(".") === nameRest.join(".");
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
