/**
 * GIBA in the P-CSCF (TS 33.203 P.3, T.4, T.7): which REGISTERs from access networks of 3GPP are of this kind. There is
 * little else to do: the address of the UE goes to the S-CSCF in Via, where the transaction layer has noted it.
 */
import type { ResponseOptions, SipRequest } from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import type { ServerTransaction } from "../stack.ts";
import type { AccessType } from "./access.ts";
import type { UeBinding } from "./bindings.ts";
import type { Pcscf } from "./pcscf.ts";

export type GibaJudgement =
  | { readonly type: "giba" }
  /** Another procedure has to judge it. */
  | { readonly type: "other" }
  | { readonly type: "refuse"; readonly status: number; readonly options: ResponseOptions };

/** Throws SipSyntaxError where the request cannot be read. */
export function judgeForGiba(
  pcscf: Pcscf,
  { request, flow }: ServerTransaction,
  access: AccessType,
): GibaJudgement {
  if (flow.security !== undefined || flow.transport === "tls") return { type: "other" };
  const { faults } = pcscf.context;
  const headers = securityHeaders(request);
  if (headers === "none" && faults.has("pcscf/giba-on-every-access")) return { type: "giba" };
  if (access !== "3gpp") return { type: "other" };
  const source = flow.remote.address;
  const refused = pcscf.variants.refusal(request, source);
  if (refused) return { type: "refuse", ...refused };
  const variants = pcscf.variants.for(source);
  switch (headers) {
    case "none":
      // N.1: whoever is not authenticated by AKA here is known by her address, and by nothing else.
      if (faults.has("pcscf/digest-for-giba-user")) return { type: "other" };
      if (variants === "both" && faults.has("pcscf/dual-demands-agreement")) return demandAgreement();
      return { type: "giba" };
    case "one":
      if (faults.has("pcscf/giba-with-one-security-header")) return { type: "giba" };
      return request.has("Authorization") ? justAuthorization(pcscf, variants) : refuse(403);
    case "both":
      if (variants !== "giba") return { type: "other" };
      return faults.has("pcscf/ignores-proxy-require") ? { type: "giba" } : refuse(403);
  }
}

/** T.7: a GIBA REGISTER has neither of the two, one of full security both. */
function securityHeaders(request: SipRequest): "none" | "one" | "both" {
  const [client, authorization] = [request.has("Security-Client"), request.has("Authorization")];
  return client && authorization ? "both" : client || authorization ? "one" : "none";
}

/** P.4.2: Authorization rules GIBA out, and without agreement there is no full security. */
function justAuthorization({ context: { faults } }: Pcscf, variants: string): GibaJudgement {
  if (faults.has("scscf/empty-authorization-is-giba")) return { type: "giba" };
  return variants === "giba" && !faults.has("pcscf/digest-on-3gpp-access") ? refuse(403) : { type: "other" };
}

/** What a P-CSCF strips that takes it for GIBA in spite of it. */
export function stripToGiba(request: SipRequest, { faults }: Pcscf["context"]): void {
  const wrongly = faults.has("pcscf/giba-with-one-security-header") ||
    faults.has("pcscf/ignores-proxy-require");
  if (wrongly) request.remove("Authorization");
}

/** The GIBA user at the source of a request: she needs no SA there. */
export function gibaUserAt(pcscf: Pcscf, flow: Flow): UeBinding | undefined {
  if (flow.security !== undefined) return undefined;
  for (const binding of pcscf.bindings.all) {
    if (binding.giba && binding.flow.remote.address === flow.remote.address) return binding;
  }
  return undefined;
}

function refuse(status: number): GibaJudgement {
  return { type: "refuse", status, options: {} };
}

function demandAgreement(): GibaJudgement {
  return { type: "refuse", status: 421, options: { headers: { Require: "sec-agree" } } };
}
