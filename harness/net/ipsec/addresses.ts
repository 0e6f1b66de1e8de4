/** Addresses in canonical text, as packets give them back (RFC 5952). */
import { formatAddress, parseAddress } from "../../wire/mod.ts";
import type { Endpoint } from "../types.ts";

/** Throws WireSyntaxError for what is no IP literal. */
export function canonical(address: string): string {
  return formatAddress(parseAddress(address));
}

export function canonicalEndpoint({ address, port }: Endpoint): Endpoint {
  return { address: canonical(address), port };
}
