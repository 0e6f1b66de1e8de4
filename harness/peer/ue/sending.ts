/** How one message is sent, where the rules of the UE's protection are not to decide it: what a case can say. */
import { LocalMisuseError } from "../../errors.ts";
import type { EspTamper, IpsecWay } from "./ipsec/types.ts";
import type { TlsWay } from "./tls/types.ts";

/** Which ways there are is the mechanism's affair; every UE knows "clear". */
export type Way = IpsecWay | TlsWay;

/** Part of the options of everything that sends. */
export interface SendingOptions {
  /** A way that the UE's mechanism does not have is a LocalMisuseError. */
  readonly way?: Way;
  /** With IPsec: the packet said otherwise than right. */
  readonly esp?: EspTamper;
  /** Transport of this message: an SA is for both (TS 33.203 7.1), and so is the clear of a UE that speaks TLS. */
  readonly over?: "udp" | "tcp";
}

/** The part of any options that says the way. */
export function waysOf({ way, esp, over }: SendingOptions): SendingOptions {
  return { ...(way ? { way } : {}), ...(esp ? { esp } : {}), ...(over ? { over } : {}) };
}

/** @param known the ways that there are, in words */
export function unknownWay(way: Way, mechanism: string, known: string): LocalMisuseError {
  return new LocalMisuseError(`A UE with ${mechanism} has no way ${nameOf(way)}; it has ${known}`);
}

function nameOf(way: Way): string {
  if (typeof way === "string") return `"${way}"`;
  return "set" in way ? `{ set: "${way.set}" }` : `over the TLS connection "${way.id}"`;
}
