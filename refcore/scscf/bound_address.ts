/** Whether a request comes from the address that the GGSN gave the user: GIBA, TS 33.203 T.4, T.8.1. */
import type { SipRequest } from "sip-codec";
import { contains, parseCidr } from "../../harness/net/mod.ts";
import type { BoundAddress } from "../cx.ts";
import type { FaultSet } from "../faults.ts";
import { addressOf, type Hops, sentByAddress } from "./hops.ts";

/** T.4, T.8.1: `received` if it is there, else sent-by; an address that cannot be told does not match. */
export function isAtBoundAddress(
  bound: BoundAddress,
  request: SipRequest,
  hops: Hops,
  faults: FaultSet,
): boolean {
  const ue = faults.has("scscf/compares-lowest-via") ? request.vias.at(-1) : hops.ue;
  if (!ue) return false;
  const sentBy = sentByAddress(ue);
  const address = faults.has("scscf/compares-sent-by") ? sentBy : addressOf(ue);
  if (address === undefined) return faults.has("scscf/host-name-matches");
  if (holds(bound, address, faults)) return true;
  if (faults.has("scscf/falls-back-to-sent-by") && sentBy !== undefined) return holds(bound, sentBy, faults);
  return faults.has("scscf/address-mismatch-accepted");
}

/** An IPv4 address in full; of IPv6 the prefix that the context has (T.4). */
export function holds({ address, prefix }: BoundAddress, other: string, faults: FaultSet): boolean {
  if (address !== undefined && contains(parseCidr(address), other)) return true;
  if (prefix === undefined) return false;
  const [base = ""] = prefix.split("/");
  if (faults.has("scscf/compares-whole-ipv6")) return contains(parseCidr(base), other);
  if (faults.has("scscf/compares-48-bits")) return contains(parseCidr(`${base}/48`), other);
  return contains(parseCidr(prefix), other);
}
