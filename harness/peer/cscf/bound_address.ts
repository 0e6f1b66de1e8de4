/** The address of a GIBA user in SIP-Auth-Data-Item (TS 29.229 6.3.13, TS 33.203 T.4). */
import { type Avp, valueOf } from "../../wire/diameter/mod.ts";
import { formatAddress } from "../../wire/mod.ts";

/** Framed-IP-Address as a literal, else Framed-IPv6-Prefix as "2001:db8::/64"; undefined where there is neither. */
export function boundAddress(item: readonly Avp[]): string | undefined {
  const address = valueOf(item, "Framed-IP-Address");
  if (address) return formatAddress(address);
  const prefix = valueOf(item, "Framed-IPv6-Prefix");
  if (!prefix) return undefined;
  // RFC 3162 2.3: a reserved octet, the length in bits, as many octets as that needs.
  const octets = new Uint8Array(16);
  octets.set(prefix.subarray(2, 18));
  return `${formatAddress(octets)}/${prefix[1]}`;
}
