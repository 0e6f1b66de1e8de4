/** What a broken P-CSCF does to the Via of the UE, which GIBA depends on (TS 33.203 T.4, T.5, T.8.1). An honest one: nothing. */
import { formatVia, type SipRequest } from "sip-codec";
import { contains, parseCidr } from "../../harness/net/mod.ts";
import type { FaultSet } from "../faults.ts";

/** RFC 1918 3 */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(parseCidr);

/** T.8.1: `received` wherever the source is another than sent-by says. */
export function isReceivedNoted(source: string, faults: FaultSet): boolean {
  return !faults.has("pcscf/received-for-private-addresses-only") ||
    PRIVATE.some((cidr) => contains(cidr, source));
}

export function withoutReceived(request: SipRequest): void {
  changeTop(request, ({ params, ...via }) => ({ ...via, params: params.without("received") }));
}

/** T.5: what the UE has written stays, below our own. `host` and `port`: of the P-CSCF. */
export function replaceVia(request: SipRequest, host: string, port: number, faults: FaultSet): void {
  if (!faults.has("pcscf/replaces-ue-via")) return;
  changeTop(
    request,
    ({ params, ...via }) => ({ ...via, host, port, params: params.without("received", "rport") }),
  );
}

type Via = NonNullable<SipRequest["via"]>;

function changeTop(request: SipRequest, change: (via: Via) => Parameters<typeof formatVia>[0]): void {
  const { via } = request;
  if (via) request.set("Via", [formatVia(change(via)), ...request.values("Via").slice(1)]);
}
