/** host = hostname / IPv4address / IPv6reference (RFC 3261 25.1). */
import { DIGIT, HEX, HOST, skip } from "../grammar.ts";

/**
 * End of the host that begins at `at`, or -1 if there is none. Host names are taken generously (underscores,
 * labels of digits): labs use them. An IPv6 reference must be a right one.
 */
export function hostEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x5b) {
    const end = skip(text, at, HOST);
    return end === at ? -1 : end;
  }
  const close = text.indexOf("]", at);
  return close > 0 && isIpv6(text.slice(at + 1, close)) ? close + 1 : -1;
}

/** RFC 4291 2.2; three colons in a row, as the grammar of RFC 3261 lets pass, are none (RFC 5118 4.7). */
export function isIpv6(text: string): boolean {
  if (text.length < 2 || text.length > 45) return false;
  let groups = 0;
  let gap = false;
  let at = 0;
  if (text.startsWith("::")) {
    gap = true;
    at = 2;
  } else if (text.startsWith(":")) return false;
  while (at < text.length) {
    const end = skip(text, at, HEX);
    if (end === at) return false;
    if (text.charCodeAt(end) === 0x2e) {
      groups += 2;
      return isIpv4(text.slice(at)) && (gap ? groups < 8 : groups === 8);
    }
    if (end - at > 4) return false;
    groups++;
    if (end === text.length) break;
    if (text.charCodeAt(end) !== 0x3a) return false;
    at = end + 1;
    if (text.charCodeAt(at) === 0x3a) {
      if (gap) return false;
      gap = true;
      at++;
    } else if (at === text.length) return false;
  }
  return gap ? groups < 8 : groups === 8;
}

export function isIpv4(text: string): boolean {
  const parts = text.split(".", 5);
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

/**
 * Port digits from `at`: end and value, or undefined if they are no port number. 0 to 65535; leading zeros pass.
 */
export function parsePort(text: string, at: number): { end: number; port: number } | undefined {
  const end = skip(text, at, DIGIT);
  if (end === at || end - at > 10) return undefined;
  const port = Number(text.slice(at, end));
  return port > 65535 ? undefined : { end, port };
}
