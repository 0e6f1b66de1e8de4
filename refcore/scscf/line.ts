/** Whether a request comes from the line that the user is fixed to: NBA, TS 33.203 R.3, P.4.2 step 3. */
import type { SipRequest } from "sip-codec";
import type { LineIdentifier } from "../cx.ts";
import type { FaultSet } from "../faults.ts";
import type { AwareProxies, Hops } from "./hops.ts";

export interface LineFacts {
  readonly hops: Hops;
  readonly aware: AwareProxies;
  readonly homeDomain: string;
  /** The user is registered already. */
  readonly registered: boolean;
}

/** R.3 step 9, under the condition of P.4.2 step 3. */
export function isOnLine(
  { line }: LineIdentifier,
  request: SipRequest,
  { hops, aware, homeDomain, registered }: LineFacts,
  faults: FaultSet,
): boolean {
  const visited = request.visitedNetworkId[0]?.network.toLowerCase() ?? homeDomain;
  const roams = visited !== homeDomain;
  // R.2: the user is fixed to a place of the home network's.
  if (roams && faults.has("scscf/no-line-check-when-roaming")) return true;
  const known = aware.holds(hops.proxy) ||
    faults.has("scscf/any-via-is-the-pcscf") && viasBelow(request, hops).some((via) => aware.holds(via));
  if ((roams || !known) && !faults.has("scscf/nba-by-any-pcscf")) return false;
  if (faults.has("scscf/any-line-will-do")) return true;
  if (registered && faults.has("scscf/nba-refresh-unchecked")) return true;
  const locations = locationsOf(request);
  if (faults.has("scscf/missing-location-matches") && locations.every((one) => one === "")) return true;
  if (faults.has("scscf/one-of-two-locations")) return locations.includes(line);
  const [location, ...others] = locations;
  // Two locations are none: nobody knows which of them is the network's.
  if (location === undefined || others.length > 0) return false;
  if (faults.has("scscf/location-prefix-matches") && location !== "") {
    return line.startsWith(location) || location.startsWith(line);
  }
  if (faults.has("scscf/location-without-case")) return location.toLowerCase() === line.toLowerCase();
  return location === line;
}

/** What the network says of the line (TS 24.229 7.2A.4); what the UE says of it is nothing. */
export function locationsOf(request: SipRequest): string[] {
  return request.accessNetworkInfo
    .filter(({ params }) => params.has("network-provided"))
    .flatMap(({ params }) => params.getAll("dsl-location"));
}

function viasBelow({ vias }: SipRequest, { proxy }: Hops): typeof vias {
  return vias.slice(vias.findIndex(({ branch }) => branch === proxy?.branch) + 1);
}
