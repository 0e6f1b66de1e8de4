/** Whose request it is: TS 33.203 O.2.1, O.2.2, Q.1. The connection alone tells. */
import type { SipRequest } from "sip-codec";
import type { Flow } from "../../../harness/net/types.ts";
import { canonicalImpu } from "../../identity.ts";
import { identitiesOf, type UeBinding } from "../bindings.ts";
import type { PcscfTls } from "./pcscf_tls.ts";
import type { TlsSession } from "./session.ts";

export function identifyOverTls(
  tls: PcscfTls,
  session: TlsSession,
  request: SipRequest,
): UeBinding | undefined {
  const { bindings } = tls.options;
  const { faults } = tls.context;
  const of = (one: TlsSession | undefined) => one?.association && bindings.byToken(one.association.token);
  if (faults.has("pcscf/tls-user-by-preferred-identity")) {
    const said = request.preferredIdentities[0]?.uri ?? request.from?.uri;
    const named = said && byIdentity(bindings.all, canonicalImpu(said));
    if (named) return named;
  }
  const own = of(session);
  if (own) return own;
  if (faults.has("pcscf/tls-associates-by-address")) return of(tls.associatedAt(session.address));
  return resumed(tls, session);
}

/** O.4.2: a session that is resumed on another connection is nobody's. */
function resumed(tls: PcscfTls, session: TlsSession): UeBinding | undefined {
  const { faults } = tls.context;
  const { bindings } = tls.options;
  if (!session.connection.negotiated.resumed) return undefined;
  const others = [...tls.sessions].filter((one) => one !== session && one.association);
  for (const other of others) other.noteId();
  if (faults.has("pcscf/tls-serves-old-session-id")) {
    const owner = others.find(({ ids }) => ids.slice(0, -1).some((id) => session.ids.includes(id)));
    return owner?.association && bindings.byToken(owner.association.token);
  }
  if (!faults.has("pcscf/tls-serves-resumed-session")) return undefined;
  // TLS 1.3 gives each resumption an ID of its own: the address has to do.
  const owner = others.find(({ ids }) => ids.some((id) => session.ids.includes(id))) ??
    others.find(({ address }) => address === session.address);
  const association = owner?.association ?? tls.lost({ address: session.address });
  return association && bindings.byToken(association.token);
}

function byIdentity(all: Iterable<UeBinding>, impu: string): UeBinding | undefined {
  return [...all].find((binding) => identitiesOf(binding).includes(impu));
}

/** Whether a request from nobody known is served all the same: what no honest P-CSCF does. */
export function servesAnybody(tls: PcscfTls, flow: Flow): boolean {
  const { faults } = tls.context;
  const session = tls.session(flow);
  if (!session) return faults.has("pcscf/tls-clear-after-alert") && tls.refusedUs(flow.remote.address);
  return faults.has("pcscf/tls-serves-after-handshake") ||
    faults.has("pcscf/tls-associates-before-200") && session.asked !== undefined;
}

/** The binding behind a request in the clear: none is (O.2.2), but a fault takes the address for the user. */
export function identifyInClear(tls: PcscfTls, flow: Flow): UeBinding | undefined {
  if (!tls.context.faults.has("pcscf/tls-clear-requests-served")) return undefined;
  const association = tls.associatedAt(flow.remote.address)?.association;
  return association && tls.options.bindings.byToken(association.token);
}
