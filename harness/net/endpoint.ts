/** Endpoints as people write them. */
import type { Endpoint } from "./types.ts";

/** "192.0.2.1:5060", "[2001:db8::1]:5060" */
export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.address === b.address;
}
