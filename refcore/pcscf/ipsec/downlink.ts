/** Which way a message goes to the UE: TS 33.203 7.1 (ports), 7.4.2a (SAs). */
import type { SipMessage, SipRequest, SipResponse, Uri } from "sip-codec";
import { securityOf } from "../../../harness/net/mod.ts";
import type { Endpoint, Flow, TransportName } from "../../../harness/net/types.ts";
import { responseFlow } from "../../../harness/sip/mod.ts";
import type { SaSet } from "./sa_set.ts";
import type { PcscfSecurity } from "./security.ts";
import { unbracketed, viaNames } from "./via_address.ts";

/** RFC 3261 18.1.1: larger requests go over a transport with congestion control. */
const LARGEST_DATAGRAM = 1300;

/** From port_pc to port_us under the SA of port_us. */
export function toServerPort(set: SaSet, transport: "udp" | "tcp"): Flow {
  const { portPc, portUs, spiUs } = set.numbers;
  return {
    transport,
    local: { address: set.setup.localAddress, port: portPc },
    remote: { address: set.ueAddress, port: portUs },
    security: securityOf(spiUs),
  };
}

/** From port_ps to port_uc under the SA of port_uc. */
function toClientPort(set: SaSet, transport: "udp" | "tcp"): Flow {
  const { portPs, portUc, spiUc } = set.numbers;
  return {
    transport,
    local: { address: set.setup.localAddress, port: portPs },
    remote: { address: set.ueAddress, port: portUc },
    security: securityOf(spiUc),
  };
}

/** Where the responses to a request go: over UDP from port_pc to port_us, over TCP back on the connection. */
export function replyTo(security: PcscfSecurity, request: SipRequest, from: Flow): Flow {
  const set = security.setOf(from);
  if (set) return from.transport === "tcp" ? from : toServerPort(set, "udp");
  const source = from.remote.address;
  if (from.transport !== "udp" || !security.protects(source) || viaNames(request, source, security.context)) {
    return responseFlow(request, from);
  }
  // M.7.2, TS 24.229 Annex F: behind a NAT the answer goes back to where the request came from.
  const via = request.via;
  if (!security.context.faults.has("pcscf/nat-sm6-to-via") || !via) return from;
  return { ...from, remote: { address: unbracketed(via.host), port: via.port ?? 5060 } };
}

/** The way of a request to the UE behind a binding; undefined where there is none. */
export function wayToUe(
  security: PcscfSecurity,
  token: string,
  request: SipRequest,
  clear: { readonly gm: Endpoint; readonly registeredOver: TransportName; readonly connection?: string },
): Flow | undefined {
  const { faults } = security.context;
  const incomplete = request.method === "NOTIFY" && faults.has("pcscf/ipsec-notify-on-new-before-sm12");
  const set = incomplete
    ? security.incompleteOf(token) ?? security.life.downlink(token)
    : security.life.downlink(token);
  if (!set) return undefined;
  const transport = transportFor(request, clear.registeredOver);
  const inClear = (remote: Endpoint, by: TransportName = "udp"): Flow | undefined =>
    security.mayReach(remote.address) ? { transport: by, local: clear.gm, remote } : undefined;
  if (faults.has("pcscf/ipsec-terminating-in-clear") && set.setup.clearFlow) {
    return inClear(set.setup.clearFlow.remote);
  }
  // M.7.2: whatever the Contact names, the UE is where its SAs are.
  if (faults.has("pcscf/nat-routes-by-contact") && !leadsTo(request.uri, set)) {
    return inClear({ address: unbracketed(request.uri.host), port: request.uri.port ?? 5060 });
  }
  const tunnelled = set.mode === "UDP-enc-tun";
  if (transport === "tcp" && tunnelled && faults.has("pcscf/nat-tcp-outside-tunnel")) {
    return inClear({ address: set.ueAddress, port: set.numbers.portUs }, "tcp");
  }
  if (transport === "udp" && faults.has("pcscf/ipsec-requests-from-server-port")) {
    return toClientPort(set, "udp");
  }
  if (transport === "tcp" && faults.has("pcscf/ipsec-request-on-ue-connection") && clear.connection) {
    return { ...toClientPort(set, "tcp"), connection: clear.connection };
  }
  return toServerPort(set, transport);
}

/** What a message that is about to go out has to be done otherwise, by rule or by fault. */
export function rerouted(security: PcscfSecurity, message: SipMessage, to: Flow): Flow {
  if (message.kind !== "response") return to;
  const { faults } = security.context;
  const set = security.setOf(to) ?? security.setTo(to);
  const transport = to.transport === "tcp" ? "tcp" : "udp";
  if (!set) return strayed(security, message, to);
  if (message.cseq?.method !== "REGISTER" || message.status < 200) return to;
  const old = set.setup.sm1Set;
  const before = old && (old.established || old.state === "old") ? old : undefined;
  const atSm7 = set.state === "registration" || set.state === "failed" ||
    set.state === "current" && !set.used && message.status < 300;
  const protectedFailure = message.status >= 300 && (before ? atSm7 : true) &&
    (before !== undefined || set.established && message.status >= 400);
  if (protectedFailure && faults.has("pcscf/ipsec-failure-in-clear")) {
    const { host, port } = message.via ?? { host: "", port: undefined };
    const remote = { address: unbracketed(host), port: port ?? 5060 };
    return { transport: "udp", local: security.gm, remote };
  }
  const refusesFirst = message.status === 403 && !before && !set.established;
  if (refusesFirst && set.setup.clearFlow && faults.has("pcscf/ipsec-wrong-res-in-clear")) {
    return set.setup.clearFlow;
  }
  // 7.4.2a: where SM1 was protected, the old SAs protect the failure messages; SM12 goes under the new ones.
  if (message.status >= 300) return before && atSm7 ? toServerPort(before, transport) : to;
  if (!before && atSm7 && set.setup.clearFlow && faults.has("pcscf/ipsec-sm12-in-clear")) {
    return set.setup.clearFlow;
  }
  if (before && atSm7 && faults.has("pcscf/ipsec-sm12-on-old")) return toServerPort(before, transport);
  if (before && atSm7 && faults.has("pcscf/ipsec-sm12-under-old-pair")) {
    return toClientPort(before, transport);
  }
  return to;
}

/** 7.4.2a: the answer to what came in the clear goes in the clear, whatever SAs there are. */
function strayed(security: PcscfSecurity, response: SipResponse, to: Flow): Flow {
  const { faults } = security.context;
  const lost = faults.has("pcscf/ipsec-sm6-on-existing-sa") || faults.has("pcscf/ipsec-answers-lost-sa");
  if (!lost || response.status !== 401 || !security.protects(to.remote.address)) return to;
  const set = security.table.all.findLast((one) => one.established && one.ueAddress === to.remote.address);
  return set ? toServerPort(set, "udp") : to;
}

function leadsTo(uri: Uri, set: SaSet): boolean {
  return unbracketed(uri.host) === set.ueAddress && (uri.port ?? 5060) === set.numbers.portUs;
}

function transportFor(request: SipRequest, registeredOver: TransportName): "udp" | "tcp" {
  const named = request.uri.params.get("transport")?.toLowerCase() ?? registeredOver;
  return named === "tcp" || request.toBytes().length > LARGEST_DATAGRAM - OUR_VIA ? "tcp" : "udp";
}

/** What the Via that is still to be added takes. */
const OUR_VIA = 120;
