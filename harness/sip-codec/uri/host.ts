/** host = hostname / IPv4address / IPv6reference (RFC 3261 25.1, RFC 5954). */
import { CLASSES, DIGIT, HEX, HOST, is, skip } from "../grammar.ts";

/**
 * End of the host that begins at `at`, or -1 if there is none. Host names are taken generously (underscores,
 * labels of digits): labs use them. An IPv6 reference must be a right one.
 */
export function hostEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === 0x5b) return ipv6ReferenceEnd(text, at);
  let end = at;
  let code = text.charCodeAt(end);
  while (code < 128 && ((CLASSES[code] as number) & HOST) !== 0) code = text.charCodeAt(++end);
  return end === at ? -1 : end;
}

/**
 * End of "[" IPv6address "]" (RFC 4291 2.2), or -1. A third colon before an embedded IPv4 address, which the grammar
 * of RFC 3261 let pass, is tolerated as RFC 5118 4.10 asks.
 */
function ipv6ReferenceEnd(text: string, open: number): number {
  let groups = 0;
  let gap = false;
  let at = open + 1;
  if (text.startsWith("::", at)) {
    gap = true;
    at += 2;
  }
  for (;;) {
    const start = at;
    while (is(text.charCodeAt(at), HEX)) at++;
    const code = text.charCodeAt(at);
    if (at === start) {
      if (code === 0x5d && gap && text.charCodeAt(at - 2) === 0x3a) break;
      if (code !== 0x3a || !text.startsWith(":::", at - 2)) return -1;
      // The third colon: only an IPv4 address may follow.
      const end = ipv4End(text, at + 1);
      if (end < 0) return -1;
      groups += 2;
      at = end;
      break;
    }
    if (code === 0x2e) {
      const end = ipv4End(text, start);
      if (end < 0) return -1;
      groups += 2;
      at = end;
      break;
    }
    if (at - start > 4 || ++groups > 8) return -1;
    if (code !== 0x3a) break;
    at++;
    if (text.charCodeAt(at) === 0x3a) {
      if (gap) return -1;
      gap = true;
      at++;
    }
  }
  if (text.charCodeAt(at) !== 0x5d || (gap ? groups > 7 : groups !== 8)) return -1;
  return at + 1;
}

/** End of a dotted address from `at`, or -1. */
function ipv4End(text: string, at: number): number {
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(at++) !== 0x2e) return -1;
    const end = skip(text, at, DIGIT);
    if (end === at || end - at > 3 || Number(text.slice(at, end)) > 255) return -1;
    at = end;
  }
  return at;
}

/** End of the port number from 0 to 65535 that begins at `at`, or -1. Leading zeros pass. */
export function portEnd(text: string, at: number): number {
  let end = at;
  let port = 0;
  for (let code = text.charCodeAt(end); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++end)) {
    port = port * 10 + code - 0x30;
    if (port > 65535) return -1;
  }
  return end === at ? -1 : end;
}

/** The number whose digits stand there. */
export function portBetween(text: string, start: number, end: number): number {
  let port = 0;
  for (let at = start; at < end; at++) port = port * 10 + text.charCodeAt(at) - 0x30;
  return port;
}

/** An address without brackets or zone. */
export function isIpv6(text: string): boolean {
  return ipv6ReferenceEnd(`[${text}]`, 0) === text.length + 2;
}

export function isIpv4(text: string): boolean {
  return ipv4End(text, 0) === text.length;
}

/** For comparison: names in lower case, addresses in one form (RFC 5954 4.2). The host is one that was parsed. */
export function canonicalHost(host: string): string {
  if (!host.startsWith("[")) return host.toLowerCase();
  const [head = "", tail] = host.slice(1, -1).replace(":::", "::").split("::");
  const before = groupsOf(head);
  if (tail === undefined) return before.join(":");
  const after = groupsOf(tail);
  return [...before, ...new Array(8 - before.length - after.length).fill("0"), ...after].join(":");
}

function groupsOf(text: string): string[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [parseInt(part, 16).toString(16)];
    const [a, b, c, d] = part.split(".").map(Number) as [number, number, number, number];
    return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
  });
}
