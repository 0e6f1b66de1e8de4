/** Requests from UEs: TS 24.229 5.2.6.3, TS 33.203 N.2.1.2. */
import type { SipRequest, SipResponse } from "sip-codec";
import { canonicalImpu } from "../identity.ts";
import { forwardable, nextHop, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import type { UeBinding } from "./bindings.ts";
import { gibaUserAt } from "./giba.ts";
import { assertIdentity, removeNetworkFields } from "./identity.ts";
import { identifyUnderSa, isEmergency } from "./ipsec/mod.ts";
import type { Pcscf } from "./pcscf.ts";
import { hideAsserted } from "./privacy.ts";
import { takeSecurityOffer } from "./procedure.ts";
import { identifyInClear, identifyOverTls, servesAnybody } from "./tls/mod.ts";
import { replaceVia } from "./via_of_ue.ts";

export function originate(pcscf: Pcscf, server: ServerTransaction): void {
  const { request: original } = server;
  if (original.method === "CANCEL") return void server.reply(481); // the layer knows no such INVITE
  // T.4: who is known by her address needs no SA.
  const bundled = gibaUserAt(pcscf, server.flow);
  if (!bundled && isUnprotected(pcscf, server)) return refuseUnprotected(pcscf, server);
  if (original.method === "OPTIONS" && isForUs(pcscf, original)) return answerOptions(server);
  const request = forwardable(server);
  if (!request) return;
  if (!understood(server)) return;
  const binding = identify(pcscf, server);
  if (!binding && pcscf.tls && isEmergencyInClear(pcscf, server)) {
    const blocked = pcscf.context.faults.has("pcscf/tls-blocks-clear-emergency");
    return void server.reply(blocked && pcscf.tls.associatedAt(server.flow.remote.address) ? 403 : 380);
  }
  if (original.to?.tag !== undefined || original.method === "ACK") {
    return inDialog(pcscf, server, request, binding);
  }
  if (!binding) return unknownSource(pcscf, server, request);
  serve(pcscf, server, request, binding);
}

function serve(pcscf: Pcscf, server: ServerTransaction, request: SipRequest, binding: UeBinding): void {
  const { request: original } = server;
  removeNetworkFields(request);
  takeAgreementOff(request);
  pcscf.security?.adapt(request, pcscf.security.setOf(server.flow));
  assertIdentity(request, original, binding, pcscf.context.faults);
  assertFormer(pcscf, server, request, binding);
  // TS 24.229 5.2.6.3.3 step 3: whatever Route the UE wrote, it goes by the one it was given.
  request.set("Route", binding.serviceRoute);
  if (pcscf.context.faults.has("pcscf/removes-proxy-authorization")) request.remove("Proxy-Authorization");
  replaceVia(request, pcscf.host, pcscf.options.gm.port, pcscf.context.faults);
  forward(pcscf, server, request, binding.token, binding);
}

/** TS 33.203 7.1: from access that needs protection, only REGISTER and what is about emergencies comes without. */
function isUnprotected(pcscf: Pcscf, { flow }: ServerTransaction): boolean {
  return flow.security === undefined && pcscf.security?.protects(flow.remote.address) === true;
}

function refuseUnprotected(pcscf: Pcscf, server: ServerTransaction): void {
  const { request: original, flow } = server;
  const { faults } = pcscf.context;
  if (original.method === "ACK") return;
  // There is no E-CSCF here: TS 24.229 5.2.10 sends the UE to the circuit-switched domain.
  if (original.method === "INVITE" && isEmergency(original, faults)) return void server.reply(380);
  const served = pcscf.security?.table.all.findLast((set) =>
    set.established && set.ueAddress === flow.remote.address
  );
  const request = original.clone();
  if (served && faults.has("pcscf/ipsec-protection-optional")) {
    const binding = pcscf.bindings.byToken(served.token);
    if (binding) return serve(pcscf, server, request, binding);
  }
  if (!served && faults.has("pcscf/serves-without-sa")) {
    takeAgreementOff(request);
    return unknownSource(pcscf, server, request);
  }
  const own = original.routes[0]?.uri.user?.split(".")[1];
  const binding = own === undefined ? undefined : pcscf.bindings.byToken(own);
  if (original.to?.tag !== undefined && binding && faults.has("pcscf/ipsec-clear-bye-in-dialog")) {
    return inDialog(pcscf, server, request, binding);
  }
  server.reply(403);
}

/**
 * O.2.2, O.2.3: emergencies come in the clear, too. There is no E-CSCF here: TS 24.229 5.2.10 sends the UE to the
 * circuit-switched domain.
 */
function isEmergencyInClear({ context: { faults } }: Pcscf, { request, flow }: ServerTransaction): boolean {
  return flow.transport !== "tls" && request.method === "INVITE" && request.to?.tag === undefined &&
    isEmergency(request, faults);
}

/** What a P-CSCF does that forgets who has come after the first on a connection (O.2.3). */
function assertFormer(
  pcscf: Pcscf,
  { flow }: ServerTransaction,
  request: SipRequest,
  { impi }: UeBinding,
): void {
  const first = pcscf.tls?.session(flow)?.first;
  if (!first || first.impi === impi || !pcscf.context.faults.has("pcscf/tls-asserts-former-user")) return;
  request.set("P-Asserted-Identity", `<${first.impus[0]}>`);
}

/** N.2.1.2: by the source of the packet, and what the UE calls itself in Via. */
function identify(pcscf: Pcscf, server: ServerTransaction): UeBinding | undefined {
  const { request, flow } = server;
  const session = pcscf.tls?.session(flow);
  if (pcscf.tls && session) return identifyOverTls(pcscf.tls, session, request);
  if (flow.security !== undefined && pcscf.security) {
    // TS 33.203 7.1 rule 4: the user is the one whose SA it is.
    const token = identifyUnderSa(pcscf.security, flow);
    return pcscf.bindings.byToken(token);
  }
  const sentBy = request.via?.host.toLowerCase() ?? "";
  const { faults } = pcscf.context;
  const contact = request.contact;
  if (faults.has("pcscf/associates-by-contact") && contact) return pcscf.table.byContact(String(contact.uri));
  const preferred = faults.has("pcscf/keeps-both-associations") ? request.preferredIdentities[0] : undefined;
  return pcscf.table.identify(flow, sentBy, preferred && canonicalImpu(preferred.uri)) ??
    (pcscf.tls && identifyInClear(pcscf.tls, flow));
}

/** A source without an entry has no initiator that could be asserted: no service (N.2.1.2). */
function unknownSource(pcscf: Pcscf, server: ServerTransaction, request: SipRequest): void {
  const { faults } = pcscf.context;
  const serves = faults.has("pcscf/serves-unknown-source") || faults.has("pcscf/serves-without-sa") ||
    faults.has("pcscf/routes-unregistered-request") ||
    pcscf.tls !== undefined && servesAnybody(pcscf.tls, server.flow);
  if (!serves) {
    return void server.reply(403);
  }
  request.remove("P-Preferred-Identity");
  if (request.from) request.set("P-Asserted-Identity", `<${canonicalImpu(request.from.uri)}>`);
  request.set("Route", `<${pcscf.serviceRoute}>`);
  forward(pcscf, server, request, "unknown");
}

function forward(
  pcscf: Pcscf,
  server: ServerTransaction,
  request: SipRequest,
  token: string,
  binding?: UeBinding,
): void {
  request.set("P-Charging-Vector", `icid-value="${pcscf.context.token()}"`);
  const to = pcscf.link.flowTo(nextHop(request));
  if (to && ["INVITE", "SUBSCRIBE", "REFER"].includes(request.method)) {
    pcscf.recordRoute(request, `mo.${token}`, binding, to);
  }
  send(pcscf, server, request);
}

/** A request of a dialog: the sender is the one whose token is in the route, and it goes where the route says. */
function inDialog(
  pcscf: Pcscf,
  server: ServerTransaction,
  request: SipRequest,
  binding: UeBinding | undefined,
): void {
  const own = pcscf.popOwnRoute(request);
  const token = own?.split(".")[1];
  const { faults } = pcscf.context;
  const secured = server.flow.security !== undefined;
  const loose = faults.has("pcscf/serves-unknown-source") ||
    faults.has("pcscf/routes-unregistered-request") ||
    // TS 33.203 7.1 note 14: the dialog tells whose request it is.
    secured && faults.has("pcscf/ipsec-dialog-without-user");
  if (token === undefined || !loose && token !== binding?.token) {
    return request.method === "ACK" ? undefined : void server.reply(403);
  }
  removeNetworkFields(request);
  takeAgreementOff(request);
  pcscf.security?.adapt(request, pcscf.security.setOf(server.flow));
  request.remove("P-Asserted-Identity").remove("P-Preferred-Identity");
  pcscf.veils.uncover(request);
  send(pcscf, server, request);
}

function send(pcscf: Pcscf, server: ServerTransaction, request: SipRequest): void {
  const to = pcscf.link.flowTo(nextHop(request));
  if (!to) return request.method === "ACK" ? undefined : void server.reply(404);
  const set = pcscf.security?.setOf(server.flow);
  relay(server, pcscf.mw, [{ request, to }], {
    response: (response) => {
      showToUe(pcscf, server.request, response);
      pcscf.security?.adapt(response, set);
    },
  });
}

/** RFC 3329 2.3.1, TS 24.229 5.2.6.3: what was for the first hop ends there. */
function takeAgreementOff(request: SipRequest): void {
  if (!request.has("Security-Verify") && !request.has("Security-Client") && !demandsAgreement(request)) {
    return;
  }
  takeSecurityOffer(request);
}

function demandsAgreement(request: SipRequest): boolean {
  return [...request.require, ...request.proxyRequire].some((tag) => tag.toLowerCase() === "sec-agree");
}

/** A response on its way to the UE that asked: what is private stays out, and its dialog is named as it knows it. */
function showToUe(pcscf: Pcscf, original: SipRequest, response: SipResponse): void {
  removeNetworkFields(response);
  hideAsserted(response, pcscf.context.faults);
  for (const name of ["From", "Call-ID"]) response.set(name, original.get(name) ?? "");
  if (original.to?.tag !== undefined) response.set("To", original.get("To") ?? "");
}

/** RFC 3261 16.3 step 5. */
function understood(server: ServerTransaction): boolean {
  const known = new Set(["sec-agree", "privacy", "path"]);
  const unknown = server.request.proxyRequire.filter((tag) => !known.has(tag.toLowerCase()));
  if (unknown.length === 0 || server.request.method === "ACK") return true;
  server.reply(420, { headers: { Unsupported: unknown.join(", ") } });
  return false;
}

function isForUs(pcscf: Pcscf, request: SipRequest): boolean {
  return request.uri.user === undefined && pcscf.isOurs(request.uri);
}

/** Is the P-CSCF alive, and what does it take (RFC 3261 11.2)? */
function answerOptions(server: ServerTransaction): void {
  server.reply(200, {
    headers: {
      Allow:
        "REGISTER, INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, MESSAGE, SUBSCRIBE, NOTIFY, REFER, INFO, OPTIONS",
      Supported: "path, outbound",
    },
  });
}
