/** REGISTER through the P-CSCF: TS 24.229 5.2.2, TS 33.203 6.1, N.2.1.1, P.3, R.3 and T.4. */
import { formatCredentials, type SipRequest } from "sip-codec";
import { bindingKey } from "../contact.ts";
import { homeCredentials } from "../credentials.ts";
import { isInside } from "../fabric.ts";
import type { FaultSet } from "../faults.ts";
import { canonicalImpu, derivedImpi } from "../identity.ts";
import { forwardable, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import { accessBy, type AccessType, provideAccessInfo } from "./access.ts";
import { judgeForGiba, stripToGiba } from "./giba.ts";
import { removeNetworkFields } from "./identity.ts";
import { judge, type SecuredRegistration } from "./ipsec/mod.ts";
import { locationOf } from "./location.ts";
import { noNat, usesOutbound } from "./outbound.ts";
import type { Pcscf } from "./pcscf.ts";
import { setIntegrityFlag, stripIntegrityFlag, takeSecurityOffer } from "./procedure.ts";
import { associate, evictRivals, passAnswer, type Passing } from "./register_answer.ts";
import { judgeForTls, offersTls } from "./tls/mod.ts";
import { replaceVia, withoutReceived } from "./via_of_ue.ts";

export function register(pcscf: Pcscf, server: ServerTransaction): void | Promise<void> {
  const request = forwardable(server);
  if (!request) return;
  const { faults, home } = pcscf.context;
  stripIntegrityFlag(request, server.flow, faults);
  const access = accessBy(request, pcscf.accessOf(server.flow.remote.address), faults);
  const forGiba = judgeForGiba(pcscf, server, access);
  if (forGiba.type === "refuse") return void server.reply(forGiba.status, forGiba.options);
  const giba = forGiba.type === "giba";
  // O.1.1: on an access network of 3GPP tls is not selected.
  const selectsTls = server.flow.transport === "tls" ||
    faults.has("pcscf/tls-on-3gpp-access") && offersTls(server.request.securityClient);
  const unjudged = selectsTls || giba || passesOver3gpp(request, access, faults);
  const judged = unjudged ? undefined : pcscf.security && judge(pcscf.security, server);
  if (judged?.type === "discard") return server.discard();
  if (judged?.type === "refuse") return void server.reply(judged.status, judged.options);
  const secured = judged?.type === "secured" ? judged.run : undefined;
  const forTls = secured || giba || !pcscf.tls ? undefined : judgeForTls(pcscf.tls, server);
  if (forTls?.type === "refuse") return void server.reply(forTls.status, forTls.options);
  const tls = forTls?.type === "run" ? forTls.run : undefined;
  const offered = takeSecurityOffer(request);
  if (giba) stripToGiba(request, pcscf.context);
  pcscf.security?.adapt(request, secured?.setup.set);
  const contact = request.contact;
  const outbound = usesOutbound(request, contact);
  const secure = secured !== undefined || giba || tls?.overTls === true || selectsTls;
  const status = refusal(pcscf, server, request, { outbound, access, secured: secure });
  if (status === "drop") return;
  if (status !== undefined) return void server.reply(status);
  // The registrar is the home network's, or that of a network there is an agreement with (4.1).
  if (!pcscf.toHome(request.uri.host) && faults.has("pcscf/serves-foreign-home-domain")) {
    request.requestUri = `sip:${home.domain}`;
  }
  const to = pcscf.toHome(request.uri.host);
  const answersItself = to && !isInside(to) && faults.has("pcscf/answers-for-foreign-domain");
  if (!to || answersItself) return void server.reply(404);
  const { impi, impu } = identities(request);
  const sentBy = server.request.via?.host.toLowerCase() ?? "";
  if (secured) flagIntegrity(request, server, secured, faults);
  else if (tls?.overTls || tls?.flag) tls.mark(request); // O.1.4
  else flagProtection(pcscf, server, request, sentBy, impi);
  removeNetworkFields(request);
  request.remove("Route");
  dropAuts(request, faults);
  // RFC 3327 5.1: the way back is for proxies to say; one of the UE's making would lead past the network.
  if (!faults.has("pcscf/keeps-path-of-ue")) request.remove("Path");
  const known = contact && pcscf.bindings.find(impi, bindingKey(contact));
  const token = known?.token ?? pcscf.context.token();
  if (contact) {
    // RFC 5626 5.1: the user part is the flow token; ";ob" says that this proxy keeps flows.
    const ob = outbound && !faults.has("pcscf/adds-no-flow-token") ? ";ob" : "";
    const uri = isInside(to) ? pcscf.uri(token) : pcscf.uriOutside(token);
    if (!faults.has("pcscf/adds-no-path")) request.prepend("Path", `<${uri};lr${ob}>`);
    const required = request.require.includes("path") || faults.has("pcscf/requires-no-path");
    if (!required) request.append("Require", "path");
  }
  request.set("P-Visited-Network-ID", `"${home.domain}"`);
  request.set("P-Charging-Vector", `icid-value="${pcscf.context.token()}"`);
  const common = { server, impi, impu, contact, outbound, sentBy, token };
  const passing: Passing = { ...common, home: to, offered, secured, tls, giba };
  if (faults.has("pcscf/associates-at-challenge")) {
    if (contact) associate(pcscf, passing, [impu], [], pcscf.context.scheduler.now() + 600_000);
  }
  if (faults.has("pcscf/evicts-at-challenge")) evictRivals(pcscf, passing);
  // P.3: the steps of NBA are for a REGISTER that has nothing else to be protected by.
  const locates = access === "nass" && !secure && !(pcscf.tls && offersTls(offered));
  if (!locates) return forward(pcscf, passing, request, { access });
  return locationOf(pcscf.options.e2, server.request, server.flow, faults)
    .then((line) => forward(pcscf, passing, request, { access, line }));
}

function forward(
  pcscf: Pcscf,
  passing: Passing,
  request: SipRequest,
  facts: { readonly access: AccessType; readonly line?: string | undefined },
): void {
  const { policy, faults } = pcscf.context;
  const { server, home } = passing;
  if (policy.providesAccessInfo) provideAccessInfo(request, facts, faults);
  // T.5: S-CSCFs depend on the Via that the UE has written.
  const bySentBy = isByWrittenAddress(facts.access, request, faults) &&
    !faults.has("pcscf/giba-by-received-on-wlan");
  if (bySentBy) withoutReceived(request);
  replaceVia(request, pcscf.host, pcscf.options.gm.port, faults);
  relay(server, pcscf.mw, [{ request, to: home }], {
    response: (response) => passAnswer(pcscf, passing, response, policy.flowTimer),
  });
}

/** N.1, P.3: a Digest REGISTER from 3GPP access that a broken P-CSCF takes like one from anywhere else. */
function passesOver3gpp(request: SipRequest, access: AccessType, faults: FaultSet): boolean {
  if (request.has("Security-Client")) {
    return access === "3gpp" && faults.has("pcscf/no-agreement-beside-giba");
  }
  // Where the UE's word counts, it counts here, too.
  if (access !== "3gpp") return faults.has("pcscf/access-type-of-ue");
  return request.has("Authorization")
    ? faults.has("pcscf/digest-on-3gpp-access")
    : faults.has("pcscf/digest-for-giba-user");
}

/** 6.1.5, 7.2: what the P-CSCF says of the protection, on every REGISTER. */
function flagIntegrity(
  request: SipRequest,
  { flow }: ServerTransaction,
  { flag, setup: { set } }: SecuredRegistration,
  faults: FaultSet,
): void {
  const clear = flow.security === undefined;
  if (clear && faults.has("pcscf/no-flag-in-clear")) return;
  if (isRemoval(request) && faults.has("pcscf/no-flag-on-deregistration")) return;
  if (set?.mode === "UDP-enc-tun" && faults.has("pcscf/nat-tunnel-is-unprotected")) {
    return setIntegrityFlag(request, "no");
  }
  setIntegrityFlag(request, clear && faults.has("pcscf/flags-clear-as-protected") ? "yes" : flag);
}

function isRemoval(request: SipRequest): boolean {
  const contact = request.contact?.params.get("expires");
  return (contact ?? String(request.expires)) === "0";
}

/** 6.1.1: what the UE says to the S-CSCF passes as it is. */
function dropAuts(request: SipRequest, faults: FaultSet): void {
  if (!faults.has("pcscf/drops-auts")) return;
  request.set(
    "Authorization",
    request.authorization.map(({ scheme, parameters }) =>
      formatCredentials({ scheme, parameters: parameters.without("auts") })
    ),
  );
}

/** What is refused at the first hop: a status, "drop", or undefined for nothing. */
function refusal(
  pcscf: Pcscf,
  { request: original, flow }: ServerTransaction,
  request: SipRequest,
  { outbound, access, secured }: {
    readonly outbound: boolean;
    readonly access: AccessType;
    /** It comes protected, or needs no protection. */
    readonly secured: boolean;
  },
): number | "drop" | undefined {
  const { faults } = pcscf.context;
  const credentials = homeCredentials(request);
  if (faults.has("pcscf/demands-sec-agree") && !original.has("Security-Client")) return 421;
  if (faults.has("pcscf/refuses-register-without-authorization") && !credentials) return 400;
  if (faults.has("pcscf/refuses-register-without-outbound") && !outbound) return 439;
  // 6.1.2.2: a report that the network could not be authenticated goes to the S-CSCF like any other answer.
  const report = (credentials?.get("nonce") ?? "") !== "" && credentials?.get("response") === "" &&
    !credentials.has("auts");
  if (report && faults.has("pcscf/discards-failure-report")) return "drop";
  if (secured) return undefined;
  const offer = original.securityClient;
  if (offer.length > 0 && !offersTls(offer) && faults.has("pcscf/refuses-unusable-offer")) return 494;
  // N.1: no SIP Digest over access networks of 3GPP, and no AKA without IPsec.
  const passes = passesOver3gpp(request, access, faults) || passesOver3gpp(original, access, faults);
  if (access === "3gpp" && !proceedsUnprotected(faults) && !passes) return 403;
  // N.2.1.1, Q.3: without outbound only if there is no NAT, or two users would share an address.
  const natted = !outbound && request.contact !== undefined && !noNat(original, request.contact, flow);
  if (isByWrittenAddress(access, request, faults)) return undefined;
  const admitted = faults.has("pcscf/accepts-natted-without-outbound") ||
    faults.has("pcscf/lets-natted-users-share");
  return natted && !admitted ? 403 : undefined;
}

function identities(request: SipRequest): { impi: string; impu: string } {
  const impu = canonicalImpu(request.to!.uri);
  const username = homeCredentials(request)?.get("username");
  return { impi: username === undefined || username === "" ? derivedImpi(impu) : username, impu };
}

/** TS 24.229 5.2.2.1 for Digest without TLS: does the source belong to this user already? */
function flagProtection(
  pcscf: Pcscf,
  server: ServerTransaction,
  request: SipRequest,
  sentBy: string,
  impi: string,
): void {
  const credentials = homeCredentials(request);
  if (!credentials) return;
  if (pcscf.context.faults.has("pcscf/marks-everything-no")) return setIntegrityFlag(request, "no");
  if (pcscf.table.holds(server.flow, sentBy, impi)) setIntegrityFlag(request, "ip-assoc-yes");
  else if ((credentials.get("response") ?? "") !== "") setIntegrityFlag(request, "ip-assoc-pending");
}

/** P.3, O.3.2: what a P-CSCF does that goes on without the protection it could not agree on. */
function proceedsUnprotected(faults: Pcscf["context"]["faults"]): boolean {
  return faults.has("pcscf/sec-agree-optional") || faults.has("pcscf/sec-agree-proceeds-unprotected") ||
    faults.has("pcscf/sec-agree-refused-on-3gpp2") || faults.has("pcscf/passes-over-transport-mode");
}

/** T.5: GIBA works on the bearer of the packet domain, and the address is the one that the P-CSCF has seen. */
function isByWrittenAddress(access: AccessType, request: SipRequest, faults: FaultSet): boolean {
  return (access === "wlan" || access === "fixed") && !request.has("Authorization") &&
    (faults.has("pcscf/giba-by-sent-by-on-wlan") || faults.has("pcscf/giba-by-received-on-wlan"));
}
