/** What a terminal with fully compliant security sends (TS 33.203 clause 7, TS 24.229 5.1.1.2.2). */
import type { HeaderValues } from "../../harness/peer/ue/types.ts";

export const AKA = /^AKAv[12]-/i;

/** An offer of IPsec; nobody has SAs for it, so it leads to an answer in the clear and no further. */
export const OFFER = {
  "Require": "sec-agree",
  "Proxy-Require": "sec-agree",
  "Supported": "path, sec-agree",
  "Security-Client": "ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=trans;" +
    "spi-c=0040003001;spi-s=0040003002;port-c=40301;port-s=40302",
} as const satisfies HeaderValues;
