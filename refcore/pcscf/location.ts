/**
 * NBA in the P-CSCF (TS 33.203 R.3, P.3): the NASS tells which line an address is on. The answer goes to the S-CSCF; this
 * one decides nothing by it.
 */
import type { SipRequest } from "sip-codec";
import { familyOf } from "../../harness/net/mod.ts";
import type { Flow } from "../../harness/net/types.ts";
import type { FaultSet } from "../faults.ts";

/** The CLF, as the P-CSCF asks it (e2, ES 283 035). */
export interface Locator {
  /** Undefined: the address is unknown, or there was no answer that could be used. Never rejects. */
  locate(address: string): Promise<{ readonly line: string } | undefined>;
}

/** The line that a request comes from; undefined where the NASS does not say it: then there is no NBA. */
export async function locationOf(
  locator: Locator | undefined,
  request: SipRequest,
  flow: Flow,
  faults: FaultSet,
): Promise<string | undefined> {
  if (faults.has("pcscf/no-location-query-with-authorization") && request.has("Authorization")) {
    return undefined;
  }
  const found = await locator?.locate(keyOf(request, flow, faults));
  // RFC 3261 25.1: control characters cannot be written into a header field, so they are no line.
  if (found) return [...found.line].some(isControl) ? undefined : found.line;
  // P.3: what the UE says of its line is worth nothing.
  return faults.has("pcscf/trusts-location-of-ue") ? writtenIn(request) : undefined;
}

/** Where the packet came from; what stands in Via is what the UE would like to be. */
function keyOf(request: SipRequest, { remote }: Flow, faults: FaultSet): string {
  const sentBy = request.via?.host ?? "";
  const believed = faults.has("pcscf/asks-for-sent-by") && familyOf(sentBy) !== undefined;
  return believed ? sentBy : remote.address;
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || code === 0x7f;
}

function writtenIn(request: SipRequest): string | undefined {
  return request.accessNetworkInfo.map(({ params }) => params.get("dsl-location"))
    .find((line) => line !== undefined);
}
