/** Requests to UEs: TS 24.229 5.2.6.4. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import { canonicalImpu } from "../identity.ts";
import { forwardable, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import type { UeBinding } from "./bindings.ts";
import { assertCalled, removeNetworkFields } from "./identity.ts";
import { wayToUe } from "./ipsec/mod.ts";
import { flowToUe } from "./outbound.ts";
import type { Pcscf } from "./pcscf.ts";
import { hideAsserted } from "./privacy.ts";
import { wayOverTls } from "./tls/mod.ts";

export function terminate(pcscf: Pcscf, server: ServerTransaction): void {
  if (pcscf.regEvents.take(server)) return;
  const request = forwardable(server);
  if (!request) return;
  const user = pcscf.popOwnRoute(request);
  if (user === undefined) return refuse(server, 404);
  const inDialog = user.includes(".");
  const binding = pcscf.bindings.byToken(inDialog ? user.split(".")[1] ?? "" : user);
  // Deregistered, or evicted from its address (Q.3): nobody is reached there.
  if (!binding) return refuse(server, 480);
  const to = wayTo(pcscf, binding, request);
  if (!to) return refuse(server, 480);
  const called = request.calledPartyId && canonicalImpu(request.calledPartyId.uri);
  if (!inDialog && ["INVITE", "SUBSCRIBE", "REFER"].includes(request.method)) {
    pcscf.recordRoute(request, `mt.${binding.token}`, binding, server.flow);
  }
  removeNetworkFields(request);
  hideAsserted(request, pcscf.context.faults);
  pcscf.veils.cover(request);
  const sas = pcscf.security?.setTo(to);
  pcscf.security?.adapt(request, sas);
  relay(server, pcscf.gm, [{ request, to }], {
    response: (response) => {
      pcscf.security?.adapt(response, sas);
      fromUe(server.request, response, binding, called, inDialog);
    },
    unreachable: 480,
  });
}

/** Under SAs to where they lead (TS 33.203 7.1), else as the binding has it. */
function wayTo(pcscf: Pcscf, binding: UeBinding, request: SipRequest): Flow | undefined {
  if (pcscf.tls && binding.overTls) return wayOverTls(pcscf.tls, binding, request, pcscf.options.gm);
  if (!pcscf.security || !binding.secured) return flowToUe(binding, request.uri);
  const { transport, connection } = binding.flow;
  return wayToUe(pcscf.security, binding.token, request, {
    gm: pcscf.options.gm,
    registeredOver: transport,
    ...(connection === undefined ? {} : { connection }),
  });
}

/** A response of the called UE: what it says of itself is replaced, and the dialog gets its names back. */
function fromUe(
  original: SipRequest,
  response: SipResponse,
  binding: UeBinding,
  called: string | undefined,
  inDialog: boolean,
): void {
  removeNetworkFields(response);
  for (const name of ["From", "Call-ID"]) response.set(name, original.get(name) ?? "");
  // TS 24.229 5.2.6.4.4: the P-CSCF vouches for who has answered.
  if (!inDialog && response.status < 300) assertCalled(response, binding, called);
  else response.remove("P-Asserted-Identity").remove("P-Preferred-Identity");
}

function refuse(server: ServerTransaction, status: number): void {
  if (server.request.method !== "ACK") server.reply(status);
}
