/** Which access network a UE comes from. The network knows it from the address, never from the UE (P.3). */
import { formatAccessNetworkInfo, type SipRequest } from "sip-codec";
import { contains, parseCidr } from "../../harness/net/mod.ts";

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

/**
 * What a PANI-aware P-CSCF does (P.3): a UE's word is not the network's, so its fields with "network-provided" go; and
 * ours is inserted, which is mandatory where Authorization is missing on other access than NASS and 3GPP.
 */
export function provideAccessInfo(request: SipRequest, access: AccessType): void {
  const kept = request.accessNetworkInfo.filter(({ params }) => !params.has("network-provided"));
  const ours = formatAccessNetworkInfo({
    accessType: PANI_TYPES[access],
    params: { "network-provided": undefined },
  });
  request.set("P-Access-Network-Info", [...kept.map(formatAccessNetworkInfo), ours]);
}
