/** Requests of a dialog that the dialog itself would not send: at another time, from another place, by another way. */
import type { SipRequest } from "sip-codec";
import type { SendingOptions } from "../../harness/peer/ue/sending.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";

/** Another request of the dialog that this one is of, as `ue` says it: a later CSeq, and the Via of its way. */
export function inDialogOf(
  request: SipRequest,
  ue: Ue,
  method: string,
  how: SendingOptions = { way: "current" },
): SipRequest {
  const other = request.clone();
  other.method = method;
  other.set("CSeq", `${(request.cseq?.seq ?? 1) + 100} ${method}`);
  const own = ue.draft.request(method, `sip:${ue.identity.homeDomain}`, how);
  other.set("Via", own.get("Via") ?? "");
  return other;
}
