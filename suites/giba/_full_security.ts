/** What a terminal with fully compliant security sends (TS 33.203 clause 7, TS 24.229 5.1.1.2.2). */
import type { HeaderValues } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";

export const AKA = /^AKAv[12]-/i;

/**
 * An offer of IPsec with whatever the device claims, so that it is not the algorithms that it refuses. Nobody has SAs for
 * it: it leads to an answer in the clear, and no further.
 */
export function offerFor(
  { capabilities }: CaseContext["profile"],
): HeaderValues & { readonly "Security-Client": string } {
  const named = (claim: unknown, otherwise: string) => Array.isArray(claim) ? claim.map(String) : [otherwise];
  const pairs = named(capabilities["ipsec.alg"], "hmac-sha-1-96").flatMap((alg) =>
    named(capabilities["ipsec.ealg"], "null").map((ealg) => `alg=${alg};ealg=${ealg}`)
  );
  const entries = pairs.filter((pair) => pair !== "alg=null;ealg=null").map((pair) =>
    `ipsec-3gpp;${pair};prot=esp;mod=trans;spi-c=0040003001;spi-s=0040003002;port-c=40301;port-s=40302`
  );
  return {
    "Require": "sec-agree",
    "Proxy-Require": "sec-agree",
    "Supported": "path, sec-agree",
    "Security-Client": entries.join(", "),
  };
}
