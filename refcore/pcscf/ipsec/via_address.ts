/** Where the UE says it is, as an address: TS 33.203 7.1 rule 2 and M.7.2 note 3. */
import type { SipRequest } from "sip-codec";
import { familyOf, parseAddress } from "../../../harness/net/mod.ts";
import type { BoxContext } from "../../types.ts";

/**
 * Whether the address in the top Via is this one. A name is resolved first; the core knows those of the form
 * "ue-192-0-2-1.<home domain>" and no others, and a name that leads nowhere is nobody's.
 */
export function viaNames(request: SipRequest, address: string, { home, faults }: BoxContext): boolean {
  const host = unbracketed(request.via?.host ?? "");
  const literal = familyOf(host) !== undefined;
  if (!literal && faults.has("pcscf/nat-any-name-matches")) return true;
  const named = literal ? host : resolve(host, home.domain);
  return named !== undefined && sameAddress(named, address);
}

export function sameAddress(one: string, other: string): boolean {
  if (familyOf(one) === undefined || familyOf(other) === undefined) return false;
  const [a, b] = [parseAddress(one), parseAddress(other)];
  return a.family === b.family && a.value === b.value;
}

/** What a DNS of the operator would say. */
function resolve(name: string, domain: string): string | undefined {
  const suffix = `.${domain}`;
  const lower = name.toLowerCase();
  if (!lower.endsWith(suffix)) return undefined;
  const octets = lower.slice(0, -suffix.length).match(/^ue-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})$/);
  const address = octets?.slice(1).map(Number).join(".");
  return address !== undefined && familyOf(address) === 4 ? address : undefined;
}

export function unbracketed(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
