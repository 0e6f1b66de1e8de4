/** The tester as P-CSCF on Mw and as HSS behind the CSCFs: an address in Via, and the one that the HSS has (T.4, T.8). */
import type { SipResponse } from "sip-codec";
import type { HssView } from "../../harness/peer/hss/types.ts";
import type {
  Behind,
  NodeRegisterOptions,
  TrustedNode,
  TrustedNodeOptions,
} from "../../harness/peer/trusted_node/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { entryOf, OUR_HSS } from "../_shared/cx.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";

/** What cases need whose tester stands on both sides of an S-CSCF. */
export const BOTH_SIDES = { "giba": true, ...OUR_HSS } as const;

/** As a GIBA MAR names its scheme (TS 29.229 6.3.9). */
export const EARLY_IMS = "Early-IMS-Security";

/** Addresses that nobody has (RFC 5737): of the UE, and of another one. */
export const HERE: Behind = { address: "192.0.2.17" };
export const THERE: Behind = { address: "198.51.100.23" };

export interface Forwarder {
  readonly node: TrustedNode;
  readonly hss: HssView;
  readonly impi: string;
}

/**
 * A P-CSCF for the next lease, and an HSS that has `HERE` for her.
 *
 *     UE               P-CSCF (ours)                CSCFs             HSS (ours)
 *      ·--- REGISTER ---> |--- Via: ours, the UE's --->|--- UAR, MAR --->|
 */
export async function forwarder(
  { trustedNode, hss, profile }: Pick<CaseContext, "trustedNode" | "hss" | "profile">,
  options: TrustedNodeOptions = {},
): Promise<Forwarder> {
  const node = await trustedNode({ entry: entryOf(profile), behind: HERE, ...options });
  const view = await hss();
  const { impi } = node.identity;
  const { address } = options.behind ?? HERE;
  view.bind(impi, { address });
  return { node, hss: view, impi };
}

/** The final answer to a REGISTER of a new Call-ID; undefined where none came. */
export function answerTo(
  node: TrustedNode,
  options: NodeRegisterOptions = {},
): Promise<SipResponse | undefined> {
  return silenceIsUndefined(node.attempt({ fresh: true, ...options }));
}
