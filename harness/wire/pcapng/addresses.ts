/** The two ends of a tapped record as a pair of addresses that headers can be made of. */
import type { Endpoint, TapRecord } from "../../net/types.ts";
import { addressVersion, parseAddress } from "../address.ts";

export interface Ends {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/**
 * Sender and receiver in the given direction. Evidence is written whatever happened, so an address that does not
 * fit (a wildcard of the other version, a zone, a name) becomes the unspecified one of the peer's version.
 */
export function endsOf(
  { local, remote }: Pick<TapRecord, "local" | "remote">,
  direction: "in" | "out",
): Ends {
  const version = addressVersion(isAddress(plain(remote)) ? plain(remote) : plain(local));
  const [from, to] = direction === "out" ? [local, remote] : [remote, local];
  return {
    source: fitting(from, version),
    destination: fitting(to, version),
    sourcePort: from.port,
    destinationPort: to.port,
  };
}

function fitting(endpoint: Endpoint, version: 4 | 6): string {
  const address = plain(endpoint);
  if (isAddress(address) && addressVersion(address) === version) return address;
  return version === 4 ? "0.0.0.0" : "::";
}

function plain({ address }: Endpoint): string {
  return address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
}

function isAddress(text: string): boolean {
  try {
    parseAddress(text);
    return true;
  } catch {
    return false;
  }
}
