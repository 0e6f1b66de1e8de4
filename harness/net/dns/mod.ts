/** DNS for SIP: one resolver, and where a URI leads by RFC 3263. */
import type { Net } from "../types.ts";
import { locateSip, type SipAddress } from "./locate.ts";
import { resolver } from "./resolver.ts";
import type { Located, LocateOptions } from "./types.ts";

export { inSrvOrder, locateSip, type SipAddress } from "./locate.ts";
export { resolver } from "./resolver.ts";
export type { Ask, DnsAnswer, DnsRandom, Located, LocateOptions, SipTarget, SipTransport } from "./types.ts";

/**
 * Where the server of a URI is, as the records of `options.resolver` say (RFC 3263 4). Rejects with EnvironmentError
 * where the resolver does not answer, or cannot.
 */
export function locate(
  net: Pick<Net, "open" | "stream">,
  uri: SipAddress,
  options: LocateOptions,
): Promise<Located> {
  const { random, transports = ["tls", "tcp", "udp"] } = options;
  return locateSip(uri, { ask: resolver(net, options), random, transports });
}
