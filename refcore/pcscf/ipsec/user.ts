/** Whose message it is: TS 33.203 7.1 rule 4, M.7.1 rule 4. */
import type { Flow } from "../../../harness/net/types.ts";
import type { PcscfSecurity } from "./security.ts";

/** The token of the binding that the SA belongs to; "" where there is none. */
export function identifyUnderSa(security: PcscfSecurity, flow: Flow): string {
  const { table, context: { faults } } = security;
  const set = security.setOf(flow);
  if (!set) return "";
  // UEs behind one NAT differ in nothing but ports and SPIs.
  if (faults.has("pcscf/nat-user-by-address")) {
    const first = table.all.find((one) => one.established && one.ueAddress === set.ueAddress);
    return first?.token ?? "";
  }
  if (set.token !== "") return set.token;
  const early = faults.has("pcscf/ipsec-service-on-new-before-sm12") ||
    faults.has("pcscf/ipsec-sa-unseen-by-sip");
  const other = early ? table.ofImpi(set.impi).find(({ token }) => token !== "") : undefined;
  return other?.token ?? "";
}
