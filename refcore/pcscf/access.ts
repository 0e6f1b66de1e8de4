/** Which access network a UE comes from. The network knows it from the address, never from the UE (P.3). */
import { type AccessNetworkInfo, formatAccessNetworkInfo, Params, type SipRequest } from "sip-codec";
import { contains, parseCidr } from "../../harness/net/mod.ts";
import type { FaultSet } from "../faults.ts";

export type AccessType = "3gpp" | "fixed" | "nass" | "wlan";

/** Address ranges per access network; what is in none is "fixed". */
export type AccessRanges = Readonly<Partial<Record<AccessType, readonly string[]>>>;

export function accessClassifier(ranges: AccessRanges = {}): (address: string) => AccessType {
  const parsed = Object.entries(ranges).flatMap(([type, cidrs]) =>
    (cidrs ?? []).map((cidr) => ({ type: type as AccessType, cidr: parseCidr(cidr) }))
  );
  const known = new Map<string, AccessType>();
  return (address) => {
    const before = known.get(address);
    if (before) return before;
    const type = parsed.find(({ cidr }) => contains(cidr, address))?.type ?? "fixed";
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(address, type);
    return type;
  };
}

/** Addresses remembered at a time. */
const MOST_KNOWN = 10_000;

/** Access types of TS 24.229 7.2A.4 that stand for the networks. */
const PANI_TYPES: Readonly<Record<AccessType, string>> = {
  "3gpp": "3GPP-E-UTRAN-FDD",
  "fixed": "IEEE-802.3",
  "nass": "ADSL",
  "wlan": "IEEE-802.11",
};

/** What is known of the access when its info is put in. */
export interface AccessFacts {
  readonly access: AccessType;
  /** NASS: the line, where it is known. */
  readonly line?: string | undefined;
}

/**
 * What a PANI-aware P-CSCF does (P.3): a UE's word is not the network's, so its fields with "network-provided" go; and
 * ours is inserted, which is mandatory where Authorization is missing on other access than NASS and 3GPP.
 */
export function provideAccessInfo(
  request: SipRequest,
  { access, line }: AccessFacts,
  faults: FaultSet,
): void {
  const written = request.accessNetworkInfo;
  const kept = written.filter((info, index) => !isForged(info, index, access, faults));
  const keepsTheirs = access === "nass" && faults.has("pcscf/keeps-network-provided-of-ue");
  const theirs = keepsTheirs ? written.filter(({ params }) => params.has("network-provided")) : [];
  const without = isOmitted(request, access, faults) || theirs.length > 0;
  const fields = [...kept, ...theirs].map(formatAccessNetworkInfo);
  if (!without) fields.push(ours(request, access, line, faults));
  if (fields.length > 0) request.set("P-Access-Network-Info", fields);
  else request.remove("P-Access-Network-Info");
}

/** The access network by the address, as the network knows it; only a fault listens to the UE. */
export function accessBy(request: SipRequest, known: AccessType, faults: FaultSet): AccessType {
  if (!faults.has("pcscf/access-type-of-ue")) return known;
  const said = request.accessNetworkInfo[0]?.accessType.toUpperCase() ?? "";
  if (said.startsWith("3GPP-")) return "3gpp";
  if (said.startsWith("IEEE-802.11")) return "wlan";
  return said.startsWith("IEEE-802.3") ? "fixed" : known;
}

/** A value of the UE's that claims to be the network's. */
function isForged(
  { params }: AccessNetworkInfo,
  index: number,
  access: AccessType,
  faults: FaultSet,
): boolean {
  if (faults.has("pcscf/filters-access-info-on-nass-alone") && access !== "nass") return false;
  if (faults.has("pcscf/filters-first-access-info") && index > 0) return false;
  if (faults.has("pcscf/filters-access-info-by-case")) return params.names().includes("network-provided");
  return params.has("network-provided");
}

function isOmitted(request: SipRequest, access: AccessType, faults: FaultSet): boolean {
  if (request.has("Authorization") || access === "nass" || access === "3gpp") return false;
  return faults.has("pcscf/no-access-info-without-authorization") ||
    faults.has("pcscf/giba-by-sent-by-on-wlan") || faults.has("pcscf/giba-by-received-on-wlan");
}

function ours(
  request: SipRequest,
  access: AccessType,
  line: string | undefined,
  faults: FaultSet,
): string {
  const params = new Params();
  // TS 24.229 7.2A.4.3: a quoted string, whatever is in it.
  if (line !== undefined && !faults.has("pcscf/omits-location")) {
    if (faults.has("pcscf/unquoted-location")) params.setRaw("dsl-location", line);
    else if (faults.has("pcscf/unescaped-location")) params.setRaw("dsl-location", `"${line}"`);
    else params.setRaw("dsl-location", `"${line.replace(/["\\]/g, "\\$&")}"`);
  }
  params.set("network-provided");
  const geran = faults.has("pcscf/calls-every-access-geran") && access !== "nass" &&
    request.has("Authorization");
  const giba = faults.has("pcscf/giba-on-every-access") && !request.has("Authorization") ||
    faults.has("pcscf/tells-3gpp-everywhere") && access !== "nass";
  // With Digest the S-CSCF is told that this is no GIBA.
  const digest = access === "3gpp" && faults.has("pcscf/digest-for-giba-user") &&
    !request.has("Authorization");
  const accessType = geran ? "3GPP-GERAN" : PANI_TYPES[giba ? "3gpp" : digest ? "fixed" : access];
  return formatAccessNetworkInfo({ accessType, params });
}
