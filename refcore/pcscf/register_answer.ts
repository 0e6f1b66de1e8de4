/** What becomes of a REGISTER when its answer comes: TS 24.229 5.2.2, TS 33.203 6.1.1, N.2.1.1, O.2. */
import { formatChallenge, type NameAddr, type SecurityMechanism, type SipResponse } from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import { bindingKey } from "../contact.ts";
import type { FaultSet } from "../faults.ts";
import { canonicalImpu } from "../identity.ts";
import type { ServerTransaction } from "../stack.ts";
import type { UeBinding } from "./bindings.ts";
import { removeNetworkFields } from "./identity.ts";
import type { SecuredRegistration } from "./ipsec/mod.ts";
import type { Pcscf } from "./pcscf.ts";
import type { TlsRegistration } from "./tls/mod.ts";

/** What is known of a REGISTER while its answer is awaited. */
export interface Passing {
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
  /** The user is known by her address (TS 33.203 Annex T). */
  readonly giba: boolean;
}

/** The answer on its way to the UE. */
export function passAnswer(pcscf: Pcscf, passing: Passing, response: SipResponse, flowTimer: number): void {
  const { secured, tls } = passing;
  removeNetworkFields(response);
  // N.1: nobody is asked for a password on an access network of 3GPP.
  if (response.status === 401 && passing.giba && asksForPassword(response)) {
    return void passing.server.reply(403);
  }
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
  spoilChallenge(response, pcscf.context.faults);
  if (response.status === 401) offerSecurity(pcscf, passing, response);
  if (response.status >= 300 && response.status !== 401) {
    secured?.failed();
    tls?.failed(response);
  }
  if (response.status < 200 || response.status >= 300) return;
  if (!passing.outbound && pcscf.context.faults.has("pcscf/half-outbound-binding")) {
    response.append("Require", "outbound");
  }
  // TS 24.229 4.4: this is for nodes of the network alone.
  if (pcscf.context.faults.has("pcscf/shows-charging-functions")) {
    response.set("P-Charging-Function-Addresses", 'ccf="ccf1.home.invalid"');
  }
  if (passing.outbound && response.require.includes("outbound")) response.set("Flow-Timer", flowTimer);
  succeeded(pcscf, passing, response);
}

function asksForPassword({ wwwAuthenticate }: SipResponse): boolean {
  return wwwAuthenticate.some(({ parameters }) => !/^akav/i.test(parameters.get("algorithm") ?? "MD5"));
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

/** N.2.1.1: all but the keys passes unaltered. */
function spoilChallenge(response: SipResponse, faults: FaultSet): void {
  if (!response.has("WWW-Authenticate")) return;
  const challenges = response.wwwAuthenticate;
  if (faults.has("pcscf/strips-opaque")) {
    response.set(
      "WWW-Authenticate",
      challenges.map(({ scheme, parameters }) =>
        formatChallenge({ scheme, parameters: parameters.without("opaque") })
      ),
    );
  }
  if (faults.has("pcscf/strips-unknown-algorithms")) {
    const known = challenges.filter(({ parameters }) => /^md5$/i.test(parameters.get("algorithm") ?? "MD5"));
    if (known.length > 0) response.set("WWW-Authenticate", known.map(formatChallenge));
    else response.remove("WWW-Authenticate");
  }
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
  // N.1: Digest has no keys for IPsec. P.3: and it is selected where it was offered, in an initial registration.
  const wrongly = ipsec
    ? !aka && faults.has("pcscf/offers-ipsec-with-digest") || faults.has("pcscf/selects-anew-inside-tls")
    : !first && faults.has("pcscf/security-server-unasked");
  if (wrongly) {
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

export function associate(
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
    giba: passing.giba,
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

/** What a P-CSCF does that gives the place away before the newcomer has proved anything. */
export function evictRivals(pcscf: Pcscf, { server, impi, outbound, sentBy }: Passing): void {
  const { address, port } = server.flow.remote;
  const rivals = pcscf.table.rivals({ address, port, withPort: outbound, sentBy, binding: { impi } });
  for (const { binding } of rivals) pcscf.bindings.remove(binding);
}
