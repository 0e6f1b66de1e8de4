/** Addresses as the host writes them, so that they can be compared. */
import { formatAddress, parseAddress, WireSyntaxError } from "../../../wire/mod.ts";

/** RFC 5952. What is no address stays as it is. */
export function canonical(address: string): string {
  try {
    return formatAddress(parseAddress(address));
  } catch (error) {
    if (error instanceof WireSyntaxError) return address;
    throw error;
  }
}
