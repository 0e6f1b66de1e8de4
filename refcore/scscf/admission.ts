/** Which REGISTER passes without authentication, and which does not pass: TS 33.203 5.1.2, 6.1.5, N.1, N.2.4, P.4.1, U.2. */
import { bindingKey } from "../contact.ts";
import { homeCredentials } from "../credentials.ts";
import type { BoxContext } from "../types.ts";
import type { Authentication, Scheme } from "./authentication.ts";
import type { Registration } from "./registrar.ts";
import type { RegisteredSet, Registrations } from "./registrations.ts";
import { isKnownFlag, protection, type RequestedScheme, requestedScheme } from "./scheme.ts";

export interface Admission {
  /** Set where the request passes as it stands: the scheme that it passes under. */
  readonly scheme?: Scheme;
  /** The scheme of the registration that is there, which does not change (P.4.1). */
  readonly fixed: Scheme | undefined;
  /** What the request asks for by P.4.2. */
  readonly requested: RequestedScheme;
  /** It would change the scheme, and no challenge could make that right. */
  readonly barred: boolean;
}

/** `seen` holds the IMPUs that were registered once; an honest answer does not depend on it. */
export function admit(
  context: BoxContext,
  { authentication, registrations }: { authentication: Authentication; registrations: Registrations },
  registration: Registration,
  seen: ReadonlySet<string>,
): Admission {
  const { request, who, set } = registration;
  const sets = registrations.ofImpi(who.impi);
  const fixed = set?.scheme ?? sets[0]?.scheme;
  const { open } = authentication.state(who.impi);
  // 6.1.2.2: a report that the network could not be authenticated comes without a response.
  const reports = open !== undefined && homeCredentials(request)?.get("nonce") === open.nonce;
  const vouched = reports ? undefined : vouchedFor(context, registration, fixed, sets);
  const scheme = vouched ??
    wronglyAdmitted(context, authentication, registration, fixed, sets, seen);
  const requested = requestedScheme(request, { giba: context.policy.variants !== "full" }, context.faults);
  const common = { fixed, requested, ...barring(context, requested, fixed) };
  // U.2: the trusted node has authenticated the user.
  if (requested === "tna" && !context.faults.has("scscf/challenges-trusted-node")) {
    return { scheme: "tna", ...common };
  }
  return scheme === undefined ? common : { scheme, ...common };
}

/** P.4.1: who is known by a trusted node stays so, and nobody becomes so on the way. */
function barring(
  { faults }: BoxContext,
  requested: RequestedScheme,
  fixed: Scheme | undefined,
): { readonly barred: boolean } {
  if (fixed === undefined || (requested === "tna") === (fixed === "tna")) return { barred: false };
  return { barred: !faults.has("scscf/auth-done-changes-scheme") };
}

/** What the P-CSCF vouches for may pass, if nobody asked for an authentication and it brings no answer. */
function vouchedFor(
  { policy, faults }: BoxContext,
  { request, who, set }: Registration,
  fixed: Scheme | undefined,
  sets: readonly RegisteredSet[],
): Scheme | undefined {
  const flag = protection(request);
  // T.4, R.3: address and line are compared each time.
  if (fixed === "giba" || fixed === "nba") return undefined;
  if (sets.some(({ reauthenticate }) => reauthenticate) || isAnswer(request)) return undefined;
  const associated = flag === "ip-assoc-yes" && fixed === "digest";
  // O.4.3: on "authentication complete" the user may be authenticated; without an indicator she is.
  const overTls = flag === "tls-yes" &&
    sets.some((one) => one.tlsProtected || faults.has("scscf/tls-yes-without-tls"));
  if (overTls && faults.has("scscf/tls-refresh-never-accepted")) return undefined;
  // 6.1.0, N.1: whether another IMPU is authenticated is the home's choice.
  if (
    !set && sets.length > 0 && (flag === "yes" || associated || overTls) && !policy.authenticateFurtherImpus
  ) {
    return fixed;
  }
  if (set?.impi !== who.impi) return undefined;
  const trusted = associated && policy.trustIpAssociation || overTls && policy.trustTls;
  return flag === "yes" || trusted ? fixed : undefined;
}

/** The switches that let a REGISTER through that should have been challenged. */
function wronglyAdmitted(
  { faults }: BoxContext,
  authentication: Authentication,
  { request, who, set, contacts, removal }: Registration,
  fixed: Scheme | undefined,
  sets: readonly RegisteredSet[],
  seen: ReadonlySet<string>,
): Scheme | undefined {
  if (faults.size === 0) return undefined;
  // O.1.1: TLS alone is no authentication.
  const overTls = request.vias.at(-1)?.transport.toLowerCase() === "tls";
  if (overTls && faults.has("scscf/tls-registers-unchallenged")) return "digest";
  if (isAnswer(request)) return undefined;
  // O.4.3: "authentication complete" is said of somebody who has been authenticated.
  const said = faults.has("pcscf/tls-yes-for-any-impi") || faults.has("pcscf/tls-keeps-forged-indicator") ||
    faults.has("pcscf/tls-clear-refresh-protected");
  if (said && protection(request) === "tls-yes") return "digest";
  const credentials = homeCredentials(request);
  const { open } = authentication.state(who.impi);
  const bound = contacts.some((contact) => set?.bindings.has(bindingKey(contact)));
  // 5.1.1, 5.1.2: an initial registration is always authenticated.
  if (faults.has("scscf/registers-without-challenge") && !set && !open) return "aka";
  if (faults.has("scscf/skips-challenge-for-known-impu") && !set && seen.has(who.impu)) return "aka";
  // 5.1.2: a REGISTER that was not protected counts as an initial one.
  if (faults.has("scscf/accepts-clear-refresh") && fixed === "aka" && bound && !removal) return "aka";
  // 7.4.0: where calls go is changed by nobody who has not proved who she is.
  if (faults.has("scscf/adds-contact-unchallenged") && set?.scheme === "aka" && !bound && !removal) {
    return "aka";
  }
  // 7.4.0: with the nonce of the last run or without, and whatever it asks for.
  const nonce = credentials?.get("nonce") ?? "";
  if (faults.has("scscf/accepts-clear-reregister") && fixed === "aka" && bound && nonce !== "") return "aka";
  if (faults.has("scscf/accepts-clear-deregistration") && fixed === "aka" && removal) return "aka";
  // 6.1.4, N.2.4: what was asked for is authenticated.
  if (set?.reauthenticate && bound) {
    if (fixed === "aka" && faults.has("scscf/accepts-requested-aka-reregistration")) return "aka";
    if (fixed === "digest" && faults.has("scscf/accepts-requested-digest-reregistration")) return "digest";
  }
  // N.2.1.1: without an answer a REGISTER only starts a new challenge.
  if (faults.has("scscf/accepts-second-register") && open?.callId === request.callId) return "digest";
  // N.1: another IMPU of the IMPI is the home's business, not anybody's.
  if (faults.has("scscf/second-impu-without-challenge") && !set && sets.length > 0) return "digest";
  // T.4: the check is for every REGISTER, the last one too.
  if (faults.has("scscf/giba-refresh-unchecked") && set?.scheme === "giba") return "giba";
  const flag = protection(request);
  // P.4.2 step 1: "yes" names the scheme, it authenticates nobody who was not.
  if (flag === "yes" && !set && faults.has("scscf/flag-yes-is-proof")) return "aka";
  const complete = flag === "tls-yes" || flag === "ip-assoc-yes";
  if (complete && !set && faults.has("scscf/complete-is-proof")) return "digest";
  // 6.1.5: "yes" is the only value that says so.
  const unknown = flag !== undefined && !isKnownFlag(flag);
  if (unknown && faults.has("scscf/unknown-flag-is-protection") && set?.scheme === "aka") return "aka";
  const absent = flag === undefined && set !== undefined;
  if (absent && faults.has("scscf/absent-flag-is-protection") && fixed === "aka") return "aka";
  // O.4.3: without an indicator the user is challenged.
  if (absent && faults.has("scscf/refreshes-without-indicator") && set.tlsProtected) return "digest";
  // P.4.1: the scheme does not change.
  if (faults.has("scscf/changes-scheme") && fixed === "aka" && credentials === undefined) return "tna";
  return undefined;
}

function isAnswer(request: Registration["request"]): boolean {
  return (homeCredentials(request)?.get("response") ?? "") !== "";
}
