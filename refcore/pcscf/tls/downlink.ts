/** Requests to a UE that is registered over TLS: TS 33.203 O.2.1 to O.2.3; RFC 5626 5.3. */
import type { SipRequest } from "sip-codec";
import { familyOf } from "../../../harness/net/mod.ts";
import type { Endpoint, Flow } from "../../../harness/net/types.ts";
import type { UeBinding } from "../bindings.ts";
import { unbracketed } from "../ipsec/via_address.ts";
import type { PcscfTls } from "./pcscf_tls.ts";

/** Her connection, and where that is gone nothing: 480. `gm`: where requests in the clear leave from. */
export function wayOverTls(
  tls: PcscfTls,
  binding: UeBinding,
  request: SipRequest,
  gm: Endpoint,
): Flow | undefined {
  const { faults } = tls.context;
  const inDialog = request.to?.tag !== undefined;
  if (request.method === "NOTIFY" && faults.has("pcscf/tls-notify-in-clear")) {
    return toContact(binding, request, gm, "udp");
  }
  if (inDialog && faults.has("pcscf/tls-dialog-in-clear")) return toContact(binding, request, gm, "udp");
  if (faults.has("pcscf/tls-dials-contact")) return toContact(binding, request, gm, "tcp");
  const keeps = faults.has("pcscf/tls-keeps-dead-connection");
  const flow = keeps ? tls.firstFlows.get(binding.impi) ?? binding.flow : binding.flow;
  const connection = tls.session(flow)?.connection;
  return connection?.open ? connection.flow : undefined;
}

/** In the clear to what the UE has called its address; a core on loopback reaches nothing else. */
function toContact(
  { flow }: UeBinding,
  { uri }: SipRequest,
  gm: Endpoint,
  transport: "udp" | "tcp",
): Flow | undefined {
  const named = unbracketed(uri.host);
  const address = familyOf(named) === undefined ? flow.remote.address : named;
  if (gm.address.startsWith("127.") && !address.startsWith("127.")) return undefined;
  return { transport, local: gm, remote: { address, port: uri.port ?? 5060 } };
}
