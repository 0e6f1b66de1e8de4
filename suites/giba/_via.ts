/** What a UE writes into its Via, rightly and wrongly. */
import type { SipRequest, Via } from "sip-codec";
import type { Tamper } from "../../harness/peer/ue/types.ts";

/** Another sent-by in the UE's Via: "192.0.2.1:5060". */
export function sentBy(place: string): Tamper {
  return (request) => {
    const [, before = "", after = ""] = request.get("Via")?.match(/^(\S+\s+)[^\s;]+(.*)$/s) ?? [];
    request.set("Via", `${before}${place}${after}`);
  };
}

/** A parameter behind the others of the UE's Via: "received=192.0.2.1". */
export function viaParameter(parameter: string): Tamper {
  return (request) => void request.set("Via", `${request.get("Via")};${parameter}`);
}

/** Another Via below the UE's own. */
export function lowerVia(address: string, branch: string): Tamper {
  return (request) => void request.append("Via", `SIP/2.0/UDP ${address}:5060;branch=z9hG4bK${branch}`);
}

export function all(...changes: readonly Tamper[]): Tamper {
  return (request) => changes.forEach((change) => change(request));
}

/** The Via of the UE in a request that came through one P-CSCF; it sent one alone. */
export function lowestVia(request: SipRequest | undefined): Via | undefined {
  return request?.vias.at(-1);
}

/** A Via without what the next hop adds to it (RFC 3261 18.2.1, RFC 3581). */
export function asSent(via: Via | undefined): Readonly<Record<string, unknown>> | undefined {
  if (!via) return undefined;
  const { transport, host, port, params } = via;
  const left = params.without("received", "rport");
  return {
    transport: transport.toUpperCase(),
    host: host.toLowerCase(),
    port: port ?? 5060,
    parameters: left.names().map((name) => `${name.toLowerCase()}=${left.get(name) ?? ""}`).sort(),
  };
}
