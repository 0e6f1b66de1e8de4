/**
 * Which variants of IMS a P-CSCF supports on access networks of 3GPP (TS 33.203 T.7): fully compliant security, GIBA,
 * or both. The operator's choice: by policy, and by order at run time for all UEs or for those at one address.
 */
import type { ResponseOptions, SipRequest } from "sip-codec";
import type { FaultSet } from "../faults.ts";

export type Variants = "both" | "giba" | "full";

export class VariantOrders {
  readonly #ordered = new Map<string, Variants>();
  /** Addresses that were answered 420; an honest P-CSCF does not remember them. */
  readonly #turnedAway = new Set<string>();

  constructor(readonly base: Variants, readonly faults: FaultSet) {}

  for(address: string): Variants {
    return this.#ordered.get(address) ?? this.#ordered.get(EVERYBODY) ?? this.base;
  }

  /** `variants`: "both", "giba" or "full"; `address`: of the UEs it is for. Gives what is wrong. */
  order({ address = EVERYBODY, variants }: Readonly<Record<string, string>>): string | undefined {
    if (variants === undefined) this.#ordered.delete(address);
    else if (isVariants(variants)) this.#ordered.set(address, variants);
    else return `found variants "${variants}", need "both", "giba" or "full"`;
    this.#turnedAway.delete(address);
    return undefined;
  }

  /** What a REGISTER from an access network of 3GPP is refused with, as it asks for a variant that is not there. */
  refusal(
    request: SipRequest,
    address: string,
  ): { readonly status: number; readonly options: ResponseOptions } | undefined {
    const { faults } = this;
    const variants = this.for(address);
    // Cases 3 and 6: who does not know security agreement says so (RFC 3261 8.2.2.3, 16.3); note 2: it may not ignore it.
    const agreement = [...request.proxyRequire, ...request.require]
      .some((tag) => tag.toLowerCase() === SEC_AGREE);
    if (variants === "giba" && agreement && !faults.has("pcscf/ignores-proxy-require")) {
      if (faults.has("pcscf/blocks-after-420")) this.#turnedAway.add(address);
      const named = !faults.has("pcscf/names-no-extension");
      return { status: 420, options: named ? { headers: { Unsupported: SEC_AGREE } } : {} };
    }
    if (this.#turnedAway.has(address)) return { status: 403, options: {} };
    // Cases 5 and 8; TS 24.229 5.2.2, RFC 3329 2.3.1.
    const unprotected = variants === "full" && !request.has("Security-Client");
    if (!unprotected || faults.has("pcscf/forwards-unprotected-register")) return undefined;
    if (faults.has("pcscf/challenges-unprotected-register")) {
      const challenge = `Digest realm="${request.to?.uri.host}",nonce="",algorithm=AKAv1-MD5`;
      return { status: 401, options: { headers: { "WWW-Authenticate": challenge } } };
    }
    return { status: 421, options: { headers: { Require: SEC_AGREE } } };
  }

  clear(): void {
    this.#ordered.clear();
    this.#turnedAway.clear();
  }
}

const EVERYBODY = "";

const SEC_AGREE = "sec-agree";

function isVariants(text: string): text is Variants {
  return text === "both" || text === "giba" || text === "full";
}
