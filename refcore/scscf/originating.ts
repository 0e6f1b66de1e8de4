/** Requests of users this S-CSCF serves: TS 24.229 5.4.3.2. */
import type { SipRequest } from "sip-codec";
import { homeCredentials } from "../credentials.ts";
import { canonicalImpu } from "../identity.ts";
import { forwardable, nextHop, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import { isAtAddress } from "./bundled.ts";
import { addressOf, hopsOf } from "./hops.ts";
import type { RegisteredSet } from "./registrations.ts";
import type { Scscf } from "./scscf.ts";

/** A request that came back by the Service-Route: whom the P-CSCF asserts is served, if the profile allows it. */
export function originate(scscf: Scscf, server: ServerTransaction): void | Promise<void> {
  const request = forwardable(server);
  if (!request) return;
  const { faults } = scscf.context;
  scscf.popOwnRoutes(request);
  const asserted = request.assertedIdentities.map(({ uri }) => canonicalImpu(uri));
  const set = asserted.map((impu) => scscf.registrations.find(impu)).find((found) => found !== undefined);
  // 5.1.1: home control. An identity that is not registered, or barred, gets no service.
  const unregistered = faults.has("pcscf/routes-unregistered-request") ||
    faults.has("pcscf/serves-unknown-source") || faults.has("pcscf/asserts-unregistered-identity") ||
    faults.has("pcscf/tls-serves-after-handshake") || faults.has("pcscf/tls-associates-before-200") ||
    faults.has("pcscf/tls-clear-after-alert") ||
    faults.has("scscf/serves-challenged-identity") &&
      asserted.some((impu) => scscf.authentication.isChallenged(impu));
  if (!set && !unregistered) return void server.reply(403);
  if (set && isBarred(set, asserted) && !faults.has("scscf/serves-barred-identity")) {
    return void server.reply(403);
  }
  if (set?.scheme !== "giba") return serve(scscf, server, request, set, asserted);
  return isAtHerAddress(scscf, server, set, asserted).then((is) =>
    is ? serve(scscf, server, request, set, asserted) : void server.reply(403)
  );
}

/** T.4: the address counts for every request of a GIBA user. */
async function isAtHerAddress(
  { context: { faults }, authentication }: Scscf,
  { request }: ServerTransaction,
  { impi, explicit, bindings }: RegisteredSet,
  asserted: readonly string[],
): Promise<boolean> {
  if (faults.has("scscf/giba-derived-impu-alone") && !asserted.includes(explicit)) return false;
  if (faults.has("scscf/giba-requests-unchecked") || faults.has("pcscf/giba-asserts-preferred-identity")) {
    return true;
  }
  // It comes from the P-CSCF, without an I-CSCF between.
  const hops = hopsOf(request, false);
  if (faults.has("hss/tells-no-s-cscf-of-the-stop")) {
    return [...bindings.values()].some(({ address }) => address === addressOf(hops.ue));
  }
  return await isAtAddress(authentication, request, { impi, impu: explicit }, hops);
}

function serve(
  scscf: Scscf,
  server: ServerTransaction,
  request: SipRequest,
  set: RegisteredSet | undefined,
  asserted: readonly string[],
): void {
  const { faults } = scscf.context;
  if (
    request.method === "SUBSCRIBE" && isRegEvent(request) &&
    scscf.registrations.find(canonicalTarget(request))
  ) {
    return scscf.notifier.subscribe(server, asserted);
  }
  if (set && !proxyAuthenticated(scscf, server, set, asserted)) return;
  // RFC 3323 4.2: what is critical and cannot be done fails the request.
  const lax = faults.has("pcscf/unknown-privacy-is-none");
  if (asksTooMuchPrivacy(request) && !lax) return void server.reply(500, { reason: "Privacy Not Available" });
  removePrivateIdentity(scscf, request);
  const named = set && faults.has("scscf/records-private-identity")
    ? `;impi=${set.impi.replace("@", "%40")}`
    : "";
  if (opensDialog(request)) request.prepend("Record-Route", `<${scscf.uri("mo")}${named}>`);
  forward(scscf, server, request);
}

/** A request inside a dialog goes where its Route says. */
export function passOn(scscf: Scscf, server: ServerTransaction): void {
  const request = forwardable(server);
  if (!request) return;
  scscf.popOwnRoutes(request);
  removePrivateIdentity(scscf, request);
  // We are never the last of a dialog's route: without one this is no dialog that went through here.
  const flow = request.routes.length > 0 ? scscf.link.flowTo(nextHop(request)) : undefined;
  if (!flow) return server.request.method === "ACK" ? undefined : void server.reply(481);
  relay(server, scscf.stack, [{ request, to: flow }]);
}

/** To the home network's I-CSCF for identities of our own, else to where the domain leads. */
function forward(scscf: Scscf, server: ServerTransaction, request: SipRequest): void {
  const { uri } = request;
  const own = uri.scheme === "tel" || uri.host.toLowerCase() === scscf.context.home.domain;
  const flow = scscf.link.flowTo(own ? scscf.homeEntry : uri);
  // No BGCF, no partner network: a foreign domain is nowhere.
  if (!flow) return void server.reply(404);
  relay(server, scscf.stack, [{ request, to: flow }]);
}

/** N.2.1.2. False once the request has been answered. */
function proxyAuthenticated(
  scscf: Scscf,
  server: ServerTransaction,
  set: RegisteredSet,
  asserted: readonly string[],
): boolean {
  const { proxyAuthentication: engine } = scscf;
  const { faults } = scscf.context;
  if (!engine.applies(server.request, set)) return true;
  const result = engine.check(server.request, set.impi);
  if (result.type === "challenged") {
    server.reply(407, { headers: { "Proxy-Authenticate": result.field } });
    return false;
  }
  if (result.type === "rejected") {
    server.reply(403);
    return false;
  }
  // The asserted identity has to be one of the user who proved herself; the proof beats the assertion (Q.2).
  const belongs = asserted.every((impu) => scscf.registrations.find(impu)?.impi === result.impi);
  const unchecked = faults.has("scscf/ignores-asserted-identity") ||
    faults.has("scscf/assertion-beats-proof");
  if (belongs || unchecked) return true;
  server.reply(403);
  return false;
}

/** The credentials were for us (RFC 3261 22.3), and the IMPI in them is nobody else's business. */
function removePrivateIdentity(scscf: Scscf, request: SipRequest): void {
  request.remove("Proxy-Authorization");
  const realm = homeCredentials(request)?.get("realm");
  if (scscf.context.faults.has("scscf/forwards-authorization")) return;
  if (realm === undefined || realm === scscf.context.home.domain) request.remove("Authorization");
}

const KNOWN_PRIVACY = new Set(["id", "header", "user", "none", "critical", "history"]);

/** "session" needs an anonymizer for media, which this core has not. */
function asksTooMuchPrivacy(request: SipRequest): boolean {
  const values = request.privacy.map((value) => value.toLowerCase());
  return values.includes("critical") && values.some((value) => !KNOWN_PRIVACY.has(value));
}

function isBarred(set: RegisteredSet, asserted: readonly string[]): boolean {
  return set.profile.identities.some(({ impu, barred }) => barred && asserted.includes(impu));
}

export function isRegEvent(request: SipRequest): boolean {
  return request.event?.package.toLowerCase() === "reg";
}

export function opensDialog(request: SipRequest): boolean {
  return ["INVITE", "SUBSCRIBE", "REFER"].includes(request.method) && request.to?.tag === undefined;
}

function canonicalTarget(request: SipRequest): string {
  return canonicalImpu(request.uri);
}
