/**
 * SIP in the clear at the border. Between networks it is protected or it is not there (TS 33.203 clause 4, S.5.2): an
 * honest border drops the octets unread. Who answers has one of these faults.
 */
import type { FaultSet } from "../faults.ts";
import { forwardable, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import type { Ibcf } from "./ibcf.ts";
import { fromPartner } from "./inbound.ts";

/** Whether octets that came in the clear are looked at. */
export function readsClear(faults: FaultSet): boolean {
  return faults.has("ibcf/answers-clear-partner") || faults.has("icscf/answers-clear-sip") ||
    faults.has("ibcf/answers-clear-sip") || faults.has("ibcf/trusts-clear-partner") ||
    faults.has("ibcf/falls-back-to-tcp");
}

export function fromClear(ibcf: Ibcf, server: ServerTransaction): void {
  const { context: { faults }, options: { partners, link, homeEntry } } = ibcf;
  const partner = partners.byAddress(server.flow.remote.address);
  const served = faults.has("ibcf/answers-clear-partner") || faults.has("ibcf/trusts-clear-partner");
  if (partner && served) return fromPartner(ibcf, server, partner);
  if (faults.has("ibcf/answers-clear-sip") && server.request.method === "OPTIONS") {
    return void server.reply(200);
  }
  if (!faults.has("icscf/answers-clear-sip") || server.request.method === "ACK") return server.discard();
  const request = forwardable(server);
  const to = link.flowTo(homeEntry);
  if (request && to) relay(server, ibcf.inner, [{ request, to }]);
}
