/** REGISTER through the P-CSCF: TS 24.229 5.2.2, TS 33.203 6.1, N.2.1.1 and P.3. */
import {
  formatChallenge,
  type NameAddr,
  type SecurityMechanism,
  type SipRequest,
  type SipResponse,
} from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import { bindingKey } from "../contact.ts";
import { homeCredentials } from "../credentials.ts";
import { isInside } from "../fabric.ts";
import { canonicalImpu, derivedImpi } from "../identity.ts";
import { forwardable, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import { provideAccessInfo } from "./access.ts";
import type { UeBinding } from "./bindings.ts";
import { removeNetworkFields } from "./identity.ts";
import { judge, type SecuredRegistration } from "./ipsec/mod.ts";
import { noNat, usesOutbound } from "./outbound.ts";
import type { Pcscf } from "./pcscf.ts";
import { setIntegrityFlag, stripIntegrityFlag, takeSecurityOffer } from "./procedure.ts";
import { judgeForTls, offersTls, type TlsRegistration } from "./tls/mod.ts";

/** What is known of a REGISTER while its answer is awaited. */
interface Passing {
  readonly server: ServerTransaction;
  readonly impi: string;
  readonly impu: string;
  readonly contact: NameAddr | undefined;
  readonly outbound: boolean;
  readonly sentBy: string;
  /** The token in the Path that was added. */
  readonly token: string;
  /** The way to the home network. */
  readonly home: Flow;
  readonly offered: readonly SecurityMechanism[];
  /** Present where security agreement is used. */
  readonly secured: SecuredRegistration | undefined;
  /** Present where TLS may be used, over it or in the clear; undefined under SAs. */
  readonly tls: TlsRegistration | undefined;
}

export function register(pcscf: Pcscf, server: ServerTransaction): void {
  const request = forwardable(server);
  if (!request) return;
  const { faults, home, policy } = pcscf.context;
  stripIntegrityFlag(request, faults);
  // O.1.1: on an access network of 3GPP tls is not selected.
  const selectsTls = server.flow.transport === "tls" ||
    faults.has("pcscf/tls-on-3gpp-access") && offersTls(server.request.securityClient);
  const judged = selectsTls ? undefined : pcscf.security && judge(pcscf.security, server);
  if (judged?.type === "discard") return server.discard();
  if (judged?.type === "refuse") return void server.reply(judged.status, judged.options);
  const secured = judged?.type === "secured" ? judged.run : undefined;
  const forTls = secured || !pcscf.tls ? undefined : judgeForTls(pcscf.tls, server);
  if (forTls?.type === "refuse") return void server.reply(forTls.status, forTls.options);
  const tls = forTls?.type === "run" ? forTls.run : undefined;
  const offered = takeSecurityOffer(request);
  pcscf.security?.adapt(request, secured?.setup.set);
  const contact = request.contact;
  const outbound = usesOutbound(request, contact);
  const secure = secured !== undefined || tls?.overTls === true || selectsTls;
  const status = refusal(pcscf, server, request, outbound, secure);
  if (status === "drop") return;
  if (status !== undefined) return void server.reply(status);
  // The registrar is the home network's, or that of a network there is an agreement with (4.1).
  if (!pcscf.toHome(request.uri.host) && faults.has("pcscf/serves-foreign-home-domain")) {
    request.requestUri = `sip:${home.domain}`;
  }
  const to = pcscf.toHome(request.uri.host);
  if (!to) return void server.reply(404);
  const { impi, impu } = identities(request);
  const sentBy = server.request.via?.host.toLowerCase() ?? "";
  if (secured) setIntegrityFlag(request, secured.flag); // 6.1.5
  else if (tls?.overTls || tls?.flag) tls.mark(request); // O.1.4
  else flagProtection(pcscf, server, request, sentBy, impi);
  removeNetworkFields(request);
  request.remove("Route");
  provideAccessInfo(request, pcscf.accessOf(server.flow.remote.address));
  const known = contact && pcscf.bindings.find(impi, bindingKey(contact));
  const token = known?.token ?? pcscf.context.token();
  if (contact) {
    // RFC 5626 5.1: the user part is the flow token; ";ob" says that this proxy keeps flows.
    const ob = outbound && !faults.has("pcscf/adds-no-flow-token") ? ";ob" : "";
    const uri = isInside(to) ? pcscf.uri(token) : pcscf.uriOutside(token);
    request.prepend("Path", `<${uri};lr${ob}>`);
    if (!request.require.includes("path")) request.append("Require", "path");
  }
  request.set("P-Visited-Network-ID", `"${home.domain}"`);
  request.set("P-Charging-Vector", `icid-value="${pcscf.context.token()}"`);
  const common = { server, impi, impu, contact, outbound, sentBy, token };
  const passing: Passing = { ...common, home: to, offered, secured, tls };
  if (faults.has("pcscf/associates-at-challenge")) {
    if (contact) associate(pcscf, passing, [impu], [], pcscf.context.scheduler.now() + 600_000);
  }
  if (faults.has("pcscf/evicts-at-challenge")) evictRivals(pcscf, passing);
  relay(server, pcscf.mw, [{ request, to }], {
    response: (response) => passAnswer(pcscf, passing, response, policy.flowTimer),
  });
}

/** What is refused at the first hop: a status, "drop", or undefined for nothing. */
function refusal(
  pcscf: Pcscf,
  { request: original, flow }: ServerTransaction,
  request: SipRequest,
  outbound: boolean,
  secured: boolean,
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
  // N.1: no SIP Digest over access networks of 3GPP, and no AKA without IPsec.
  const bare = pcscf.accessOf(flow.remote.address) === "3gpp";
  if (bare && !proceedsUnprotected(faults)) return 403;
  // N.2.1.1, Q.3: without outbound only if there is no NAT, or two users would share an address.
  const natted = !outbound && request.contact !== undefined && !noNat(original, request.contact, flow);
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
  if (pcscf.table.holds(server.flow, sentBy, impi)) setIntegrityFlag(request, "ip-assoc-yes");
  else if ((credentials.get("response") ?? "") !== "") setIntegrityFlag(request, "ip-assoc-pending");
}

/** The answer on its way to the UE. */
function passAnswer(pcscf: Pcscf, passing: Passing, response: SipResponse, flowTimer: number): void {
  const { secured, tls } = passing;
  removeNetworkFields(response);
  if (response.status === 401 && secured) {
    const status = secured.challenged(response);
    if (status !== undefined) {
      secured.failed();
      passing.server.reply(status);
    }
  }
  if (response.status === 401) {
    const status = tls?.challenged(response);
    if (status !== undefined) passing.server.reply(status);
  }
  stripKeys(pcscf, response);
  if (response.status === 401) offerSecurity(pcscf, passing, response);
  if (response.status >= 300 && response.status !== 401) {
    secured?.failed();
    tls?.failed(response);
  }
  if (response.status < 200 || response.status >= 300) return;
  if (!passing.outbound && pcscf.context.faults.has("pcscf/half-outbound-binding")) {
    response.append("Require", "outbound");
  }
  if (passing.outbound && response.require.includes("outbound")) response.set("Flow-Timer", flowTimer);
  succeeded(pcscf, passing, response);
}

/** 6.1.1 SM6: the keys are for the P-CSCF alone. */
function stripKeys(pcscf: Pcscf, response: SipResponse): void {
  if (!response.has("WWW-Authenticate") || pcscf.context.faults.has("pcscf/leaks-ck-ik")) return;
  const challenges = response.wwwAuthenticate;
  if (!challenges.some(({ parameters }) => parameters.has("ck") || parameters.has("ik"))) return;
  response.set(
    "WWW-Authenticate",
    challenges.map(({ scheme, parameters }) =>
      formatChallenge({ scheme, parameters: parameters.without("ck", "ik") })
    ),
  );
}

/** An honest P-CSCF names no mechanism here: it has selected none. */
function offerSecurity(pcscf: Pcscf, { offered, secured }: Passing, response: SipResponse): void {
  if (secured) return;
  const { faults } = pcscf.context;
  const [first] = offered;
  const ipsec = offered.find(({ mechanism }) => mechanism.toLowerCase() === "ipsec-3gpp");
  const aka = response.wwwAuthenticate.some(({ parameters }) =>
    /^akav/i.test(parameters.get("algorithm") ?? "")
  );
  // N.1: Digest has no keys for IPsec.
  if (ipsec && !aka && faults.has("pcscf/offers-ipsec-with-digest")) {
    response.set(
      "Security-Server",
      "ipsec-3gpp;alg=hmac-sha-1-96;spi-c=1001;spi-s=1002;port-c=5070;port-s=5071",
    );
  }
  // P.3: what is not known is not selected.
  if (first && !ipsec && faults.has("pcscf/selects-unknown-mechanism")) {
    response.set("Security-Server", `${first.mechanism};q=0.1`);
  }
}

/** SM11: only a success writes the table (N.2.1.1). */
function succeeded(pcscf: Pcscf, passing: Passing, response: SipResponse): void {
  const { contact, impi, impu, secured } = passing;
  if (!contact) return secured?.confirmed();
  const key = bindingKey(contact);
  const granted = response.contacts.find((one) => one !== "*" && bindingKey(one) === key);
  const seconds = granted && granted !== "*" ? Number(granted.params.get("expires") ?? 0) : 0;
  if (seconds <= 0) {
    const binding = pcscf.bindings.find(impi, key);
    if (binding) pcscf.bindings.removeSetOf(binding, impu);
    secured?.failed(); // SAs that were made for this alone are of no use any more
    pcscf.security?.life.deregistered(impi);
    return;
  }
  const impus = response.associatedUris.map(({ uri }) => canonicalImpu(uri));
  const expiresAt = pcscf.context.scheduler.now() + seconds * 1000;
  associate(
    pcscf,
    passing,
    impus.length > 0 ? impus : [impu],
    response.values("Service-Route"),
    expiresAt,
  );
  secured?.succeeded(passing.token, expiresAt, response);
  pcscf.regEvents.watch(impus[0] ?? impu, passing.home);
}

function associate(
  pcscf: Pcscf,
  passing: Passing,
  impus: readonly string[],
  serviceRoute: readonly string[],
  expiresAt: number,
): void {
  const { server, impi, outbound, sentBy, token } = passing;
  const contact = passing.contact!;
  const { flow } = server;
  const facts = {
    flow,
    contact: contact.uri,
    serviceRoute,
    secured: passing.secured !== undefined,
    overTls: passing.tls?.overTls === true,
    outbound: outbound && !pcscf.context.faults.has("pcscf/adds-no-flow-token"),
  };
  const known = pcscf.bindings.byToken(token);
  const binding: UeBinding = known
    ? Object.assign(known, facts)
    : { ...facts, token, impi, contactKey: bindingKey(contact), sets: new Map() };
  pcscf.bindings.add(binding, impus, expiresAt);
  // N.2.1.1: the table is for those whom no SA and no TLS connection tells apart.
  if (passing.secured) return;
  passing.tls?.succeeded(binding);
  if (binding.overTls) return pcscf.table.remove(binding);
  const { address, port } = flow.remote;
  const evicted = pcscf.table.associate({ address, port, withPort: outbound, sentBy, binding });
  for (const other of evicted) pcscf.bindings.remove(other);
}

/** P.3, O.3.2: what a P-CSCF does that goes on without the protection it could not agree on. */
function proceedsUnprotected(faults: Pcscf["context"]["faults"]): boolean {
  return faults.has("pcscf/sec-agree-optional") || faults.has("pcscf/sec-agree-proceeds-unprotected") ||
    faults.has("pcscf/sec-agree-refused-on-3gpp2");
}

/** What a P-CSCF does that gives the place away before the newcomer has proved anything. */
function evictRivals(pcscf: Pcscf, { server, impi, outbound, sentBy }: Passing): void {
  const { address, port } = server.flow.remote;
  const rivals = pcscf.table.rivals({ address, port, withPort: outbound, sentBy, binding: { impi } });
  for (const { binding } of rivals) pcscf.bindings.remove(binding);
}
